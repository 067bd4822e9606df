"""What an HTTP status means for the batch that was sent; pure. The table of the wire contract.

An answer that does not keep the contract is never taken for an acknowledgement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum

from gateway.errors import ContractError
from sync.envelope import ACK_LIMIT_BYTES, AckDocument, ack_of, held_of
from sync.member import Document
from sync.rest.reply import Reply

RETRY_AFTER_LIMIT_S = 600.0
SLOW_S = 60.0  # a person must act first: a gateway that is not known, a credential that is refused
GONE_S = 300.0
REASON_LIMIT = 300


class Do(StrEnum):
    """What the gateway does with the batch."""

    ADVANCE = "advance"  # take the acknowledgement
    SPLIT = "split"  # cut it smaller; a single offender gets a tombstone
    AGAIN = "again"  # nothing is known: the same key again, after a growing pause
    WAIT = "wait"  # the ERP works on it: the same key again, other streams go on
    RESEND = "resend"  # the ERP misses something: from cum + 1
    STAND_ASIDE = "stand_aside"  # two live boxes have this id: stop sending until a person has decided
    ROLL_BACK = "roll_back"  # another history or another live box: the rule of the epochs
    REFRESH = "refresh"  # the credential is refused: stop sending, keep storing
    HOLD = "hold"  # this gateway is not known
    ARCHIVE = "archive"  # this gateway is retired at the ERP: everything stays here
    NEVER = "never"  # the key came with other content: not again
    BURY = "bury"  # single events cannot be read: each gets a tombstone


@dataclass(frozen=True, slots=True)
class Asked:
    """Which batch the answer is to."""

    epoch: str
    stream: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Invalid:
    """One event that the ERP cannot read, and its reason."""

    seq: int
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Action:
    """What to do and why."""

    do: Do
    why: str = ""
    wait_s: float = 0.0  # at least
    ack: AckDocument | None = None
    items: tuple[Invalid, ...] = ()
    live: str = ""  # birth of another box that the ERP takes for us
    held: tuple[str, ...] = ()  # claims of the boxes that must not send


def judge(reply: Reply, asked: Asked, wall_ms: int) -> Action:
    """The action for an answer to a batch."""
    if reply.fault:
        return Action(Do.AGAIN, reply.fault)
    rule = BATCH_TABLE.get(reply.status)
    if rule is not None:
        return rule(reply, asked, wall_ms)
    if reply.status >= 500:
        return _again(reply, asked, wall_ms)
    return Action(Do.AGAIN, f"{unexpected(reply)}: nothing is acknowledged by it")


def judge_question(reply: Reply, wall_ms: int) -> Action | None:
    """The same for what is only asked (resynchronisation, feed, master data); None when it is answered."""
    if reply.status in (200, 304):
        return None
    if reply.fault:
        return Action(Do.AGAIN, reply.fault)
    rule = QUESTION_TABLE.get(reply.status)
    asked = Asked("", "", 0, 0)
    if rule is not None:
        return rule(reply, asked, wall_ms)
    if reply.status >= 500:
        return _again(reply, asked, wall_ms)
    return Action(Do.AGAIN, unexpected(reply), SLOW_S)


def unexpected(reply: Reply) -> str:
    """Name a status that is not in the table; a redirect with its target, which is not followed."""
    target = reply.headers.get("location", "")
    return f"HTTP {reply.status}" + (f" to {target[:80]!r}, redirects are not followed" if target else "")


def retry_after_s(text: str, wall_ms: int) -> float:
    """`Retry-After` in seconds, 0 to ten minutes; 0 when it cannot be read."""
    text = text.strip()
    if text.isascii() and text.isdecimal():
        return min(RETRY_AFTER_LIMIT_S, float(text[:9]))
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(RETRY_AFTER_LIMIT_S, max(0.0, moment.timestamp() - wall_ms / 1000))


# -- the rules -----------------------------------------------------------------------------


def _acknowledged(reply: Reply, asked: Asked, wall_ms: int) -> Action:
    try:
        ack = _parse_ack(asked.stream, Document.parse("answer", reply.body, ACK_LIMIT_BYTES))
    except ContractError as error:
        return Action(Do.AGAIN, f"HTTP 200 without an acknowledgement: {error}"[:REASON_LIMIT])
    if ack.ack.epoch != asked.epoch:
        return Action(Do.AGAIN, f"HTTP 200 acknowledges epoch {ack.ack.epoch!r}, ours is {asked.epoch!r}")
    return Action(Do.ADVANCE, ack=ack)


def _split(reply: Reply, asked: Asked, wall_ms: int) -> Action:
    code, text, _ = _problem(reply, asked)
    return Action(Do.SPLIT, _why(reply, code, text))


def _refused_credential(reply: Reply, asked: Asked, wall_ms: int) -> Action:
    return Action(Do.REFRESH, _why(reply, *_problem(reply, asked)[:2]), max(SLOW_S, _asked_wait(reply, wall_ms)))


def _unknown(reply: Reply, asked: Asked, wall_ms: int) -> Action:
    return Action(Do.HOLD, _why(reply, *_problem(reply, asked)[:2]), max(SLOW_S, _asked_wait(reply, wall_ms)))


def _again(reply: Reply, asked: Asked, wall_ms: int) -> Action:
    return Action(Do.AGAIN, _why(reply, *_problem(reply, asked)[:2]), _asked_wait(reply, wall_ms))


def _conflict(reply: Reply, asked: Asked, wall_ms: int) -> Action:
    code, text, document = _problem(reply, asked)
    ack = _attached_ack(document, asked)
    wait_s = _asked_wait(reply, wall_ms)
    if code == "gap":
        return Action(Do.RESEND, _why(reply, code, text), wait_s, ack)
    if code == "two_live":
        return Action(Do.STAND_ASIDE, _why(reply, code, text), max(SLOW_S, wait_s), held=_held(document))
    if code == "epoch_conflict":
        return Action(Do.ROLL_BACK, _why(reply, code, text), wait_s, ack, live=_live(document))
    return Action(Do.WAIT, _why(reply, code, text), wait_s)


def _gone(reply: Reply, asked: Asked, wall_ms: int) -> Action:
    return Action(Do.ARCHIVE, _why(reply, *_problem(reply, asked)[:2]), max(GONE_S, _asked_wait(reply, wall_ms)))


def _unprocessable(reply: Reply, asked: Asked, wall_ms: int) -> Action:
    code, text, document = _problem(reply, asked)
    items = _invalid(document, asked)
    if code == "invalid_items" and items:
        return Action(Do.BURY, _why(reply, code, text), items=items)
    return Action(Do.NEVER, _why(reply, code, text))


Rule = Callable[[Reply, Asked, int], Action]

# The table of the wire contract; 5xx and a broken connection stand beside 408, everything else is `again`.
BATCH_TABLE: dict[int, Rule] = {
    200: _acknowledged,
    400: _split,
    401: _refused_credential,
    403: _refused_credential,
    404: _unknown,
    408: _again,
    409: _conflict,
    410: _gone,
    413: _split,
    422: _unprocessable,
    425: _again,
    429: _again,
}
QUESTION_TABLE: dict[int, Rule] = {
    401: _refused_credential,
    403: _refused_credential,
    404: _unknown,
    408: _again,
    409: _conflict,
    410: _gone,
    425: _again,
    429: _again,
}


# -- problem documents ---------------------------------------------------------------------


def _problem(reply: Reply, asked: Asked) -> tuple[str, str, Document | None]:
    """(code, text, document) of a problem document; empty for anything else, such as a proxy's page."""
    try:
        document = Document.parse("problem", reply.body, ACK_LIMIT_BYTES)
        return document.prose("code", 64), document.prose("msg", REASON_LIMIT), document
    except ContractError:
        return "", "", None


def _attached_ack(document: Document | None, asked: Asked) -> AckDocument | None:
    if document is None:
        return None
    try:
        attached = document.object("ack")
        return _parse_ack(asked.stream, attached) if attached is not None else None
    except ContractError:
        return None


def _live(document: Document | None) -> str:
    """Birth of the other box that the ERP names; "" when it names none."""
    try:
        other = document.object("live") if document is not None else None
        return other.text("birth", "") if other is not None else ""
    except ContractError:
        return ""


def _held(document: Document | None) -> tuple[str, ...]:
    try:
        return held_of(document) if document is not None else ()
    except ContractError:
        return ()


def _parse_ack(stream: str, document: Document) -> AckDocument:
    document.check_version()
    return ack_of(stream, document)


def _invalid(document: Document | None, asked: Asked) -> tuple[Invalid, ...]:
    """The events that are named and belong to the batch."""
    if document is None:
        return ()
    try:
        rows = document.rows("items", default=True)
        items = [Invalid(row.count("s"), row.prose("code", 64), row.prose("msg", REASON_LIMIT)) for row in rows]
    except ContractError:
        return ()
    return tuple(item for item in items if asked.first <= item.seq <= asked.last)


def _asked_wait(reply: Reply, wall_ms: int) -> float:
    return retry_after_s(reply.headers.get("retry-after", ""), wall_ms)


def _why(reply: Reply, code: str, text: str) -> str:
    return f"HTTP {reply.status} {code} {text}".strip().replace("  ", " ")
