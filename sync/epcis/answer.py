"""What a repository's answers mean (EPCIS 2.0 section 12.6, REST bindings); pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from sync.rest.reply import HeldError, Reply

REASON_LIMIT = 300
SLOW_S = 60.0  # a person must act first: a credential that is refused, an address that is none
RETRY_AFTER_LIMIT_S = 600.0
KNOWN = 409  # some repositories say so of an event that they have


class Do(StrEnum):
    """What follows from an answer."""

    WAIT = "wait"  # a job works on it
    DONE = "done"
    SPLIT = "split"  # something in it is not taken: half of it at a time shows what


@dataclass(frozen=True, slots=True)
class Answer:
    """`job`: what to ask for; `code` and `text`: why it was not taken."""

    do: Do
    job: str = ""
    code: str = ""
    text: str = ""


def judge_capture(reply: Reply) -> Answer:
    """The answer to a document; HeldError when nothing is known of it or a person must act."""
    status = reply.status
    if status == 202 and (job := reply.headers.get("location", "").rstrip("/").rpartition("/")[2]):
        return Answer(Do.WAIT, job)
    if status in (200, 201):
        return Answer(Do.DONE)
    if status in (400, KNOWN, 413, 422):
        return Answer(Do.SPLIT, code=f"HTTP_{status}", text=_reason(reply))
    raise _held(reply)


def judge_job(reply: Reply) -> Answer | None:
    """How a job ended; None while it runs or nobody can say; HeldError when it is not known there any more."""
    if reply.fault or reply.status >= 500 or reply.status == 429:
        return None
    if reply.status != 200:
        raise _held(reply)
    told = _json(reply.body)
    if not isinstance(told, dict) or not isinstance(told.get("running"), bool):
        raise HeldError("CAPTURE_MALFORMED", f"the repository tells of its job {reply.body[:80]!r}", wait_s=SLOW_S)
    if told["running"]:
        return None
    if told.get("success") is True:
        return Answer(Do.DONE)
    errors = told.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return Answer(Do.SPLIT, code=_word(first, "type") or "CAPTURE_FAILED", text=_told(first) or "the job failed")


def _held(reply: Reply) -> HeldError:
    if reply.fault:
        return HeldError("CAPTURE_UNREACHABLE", f"the EPCIS repository cannot be reached: {reply.fault}")
    what = f"the EPCIS repository answers {reply.status}: {_reason(reply)}"
    if reply.status in (401, 403):
        return HeldError("CAPTURE_CREDENTIAL", what, wait_s=SLOW_S, hint="see token_credential in [epcis]")
    if reply.status == 415:
        return HeldError("CAPTURE_CONTENT_TYPE", what, wait_s=SLOW_S, hint="see content_type in [epcis]")
    if reply.status in (429, 503):
        return HeldError("CAPTURE_BUSY", what, wait_s=_retry_after(reply))
    slow = reply.status < 500
    return HeldError("CAPTURE_UNEXPECTED", what, wait_s=SLOW_S if slow else 0.0, hint="see base_url in [epcis]" * slow)


def _retry_after(reply: Reply) -> float:
    text = reply.headers.get("retry-after", "")
    return min(float(text), RETRY_AFTER_LIMIT_S) if text.isascii() and text.isdigit() else 0.0


def _reason(reply: Reply) -> str:
    told = _json(reply.body)
    return _told(told) if isinstance(told, dict) and _told(told) else reply.body[:80].decode("utf-8", "replace")


def _told(problem: dict[str, Any]) -> str:
    """A problem document (RFC 7807) in one line."""
    parts = [_word(problem, name) for name in ("title", "detail", "instance")]
    return ": ".join(part for part in parts if part)[:REASON_LIMIT]


def _word(problem: dict[str, Any], name: str) -> str:
    value = problem.get(name)
    return value[:REASON_LIMIT] if isinstance(value, str) else ""


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
