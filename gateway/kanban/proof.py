"""Asking the ERP for an end-of-shift proof, and keeping its answer (gateway/proof.py says what is compared)."""

from __future__ import annotations

import re
from typing import Any

from gateway.kanban.asked import AskedWronglyError
from gateway.kanban.moment import iso_utc
from gateway.model import Command, Decision, Event, Instruction, Status, Verdict
from gateway.view import View

PROOF_FACT = "proof"  # by the id of the instruction that asked: windows, since when, and the answer
PROOFS_KEPT = 30
WINDOWS_LIMIT = 400  # of one proof, both streams together
EVENTS_LIMIT = 500  # that an answer may list in all windows together

_HASH = re.compile(r"[0-9a-f]{32}")
_MEMBERS = {"st", "from", "to", "count", "h"}


def ask(instruction: Instruction, view: View) -> Decision:
    """Carry out `proof.ask`: `windows` as `proof.windows_of` makes them."""
    windows = instruction.body.get("windows")
    if not isinstance(windows, list) or not windows or len(windows) > WINDOWS_LIMIT:
        text = f"expected 1 to {WINDOWS_LIMIT} windows"
        return Decision((), Verdict(Status.REFUSED, "BAD_INSTRUCTION", text))
    old = sorted(view.facts(PROOF_FACT))[: -(PROOFS_KEPT - 1)]
    facts: list[list[Any]] = [[PROOF_FACT, name, None] for name in old]
    known = {"asked": iso_utc(view.now.wall_ms), "windows": windows}
    facts.append([PROOF_FACT, instruction.id, known])
    body = {"proof": instruction.id, "windows": windows, "facts": facts}
    text = f"{sum(one['count'] for one in windows)} events in {len(windows)} windows are to be proved."
    return Decision((Event("proof_asked", "sys", "", body),), Verdict(Status.OK, "PROOF_ASKED", text))


def answered(command: Command, view: View) -> tuple[list[Event], str]:
    """Events and result of the command `proof_answered`. AskedWronglyError for what cannot be used."""
    proof = command.body.get("proof")
    known = view.fact(PROOF_FACT, proof) if isinstance(proof, str) else None
    if known is None:
        raise AskedWronglyError("UNKNOWN_PROOF", f"proof {str(proof)[:60]!r} was not asked for here, or is forgotten")
    windows = command.body.get("windows")
    if not isinstance(windows, list) or not all(map(_is_window, windows)) or len(windows) > WINDOWS_LIMIT:
        text = f"windows: expected up to {WINDOWS_LIMIT}, each with {', '.join(sorted(_MEMBERS))}"
        raise AskedWronglyError("BAD_COMMAND", text)
    if sum(len(one.get("events", ())) for one in windows) > EVENTS_LIMIT:
        raise AskedWronglyError("BAD_COMMAND", f"windows list more than {EVENTS_LIMIT} events")
    after = {**known, "answered": iso_utc(view.now.wall_ms), "answer": windows}
    is_equal = _told(known["windows"]) == _told(windows)
    body = {"proof": proof, "is_equal": is_equal, "facts": [[PROOF_FACT, proof, after]]}
    return [Event("proof_answered", "", "", body)], "EQUAL" if is_equal else "DIFFERENT"


def _told(windows: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    return {(one["st"], one["from"], one["to"], one["count"], one["h"]) for one in windows}


def _is_window(one: Any) -> bool:
    if not isinstance(one, dict) or not one.keys() >= _MEMBERS:
        return False
    is_counted = isinstance(one["count"], int) and not isinstance(one["count"], bool) and one["count"] >= 0
    are_words = all(isinstance(one[name], str) and len(one[name]) <= 40 for name in ("st", "from", "to", "h"))
    return is_counted and are_words and bool(_HASH.fullmatch(one["h"])) and _are_listed(one)


def _are_listed(one: dict[str, Any]) -> bool:
    rows, more = one.get("events", []), one.get("more", 0)
    is_list = isinstance(rows, list) and isinstance(more, int) and not isinstance(more, bool)
    return is_list and all(
        isinstance(row, list) and len(row) == 2 and all(isinstance(word, str) and len(word) <= 64 for word in row)
        for row in rows
    )
