"""A press whose device gives each press a key of its own, delivered again: the answer is that of the first time."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from gateway.ids import is_natural
from gateway.kanban.answer import nothing
from gateway.model import Decision, Scan, Status, Verdict
from gateway.view import View

_ALREADY_THEN = frozenset({"PRESS_TOO_SOON"})  # kept as evidence, though the person saw amber


def answer_again(scan: Scan, view: View) -> Decision | None:
    """What was answered to this press before, None for a new one. Stores nothing: it is all in the journal.

    A refusal stays one, whatever has changed since: who wants another answer presses again.
    """
    read = scan.read
    stored = view.event_by_id(read.id) if is_natural(read.id) else None
    if stored is None:
        return None
    if read.is_key_chosen and stored.get("raw", {}).get("b") != b64encode(read.data).decode():
        text = "This key was used for another press before: give each press a key of its own."
        return nothing("KEY_REUSED", text, Status.REFUSED)
    status = _status(stored)
    if status is Status.ALREADY:
        return nothing("ALREADY_STORED", "This press is stored already.", status)
    text = stored.get("text") or stored.get("msg", "")
    return Decision((), Verdict(status, stored["code"], text, stored.get("card", "")))


def _status(stored: dict[str, Any]) -> Status:
    if stored["kind"] == "scan_failed":  # kept for repair; sending it again cannot change that
        return Status.REFUSED
    if stored["kind"] != "scan_refused" or stored["code"] in _ALREADY_THEN:
        return Status.ALREADY
    return Status.ASK if "task" in stored else Status.REFUSED
