"""Decisions that change no card: refused, already done, needs a person. Each is kept as evidence."""

from __future__ import annotations

from typing import Any

from gateway.model import Card, Decision, Event, Rejection, Status, Verdict
from gateway.view import View

TEXT_LIMIT = 300  # characters of foreign text that an event or a verdict repeats


def nothing(code: str, text: str = "", status: Status = Status.OK) -> Decision:
    """No event at all."""
    return Decision((), Verdict(status, code, text))


def refused(
    rejection: Rejection, *, card: str = "", status: Status = Status.REFUSED, task: dict[str, Any] | None = None
) -> Decision:
    """The scan changes nothing; its raw bytes are kept with the reason."""
    text = rejection.text if len(rejection.text) <= TEXT_LIMIT else rejection.text[:TEXT_LIMIT]  # a sentence stays one
    body: dict[str, Any] = {"code": rejection.code, "text": str(text)}
    if card:
        body["card"] = card[:TEXT_LIMIT]
    if rejection.got:
        body["got"] = rejection.got[:TEXT_LIMIT]
    if rejection.expected:
        body["expected"] = rejection.expected[:TEXT_LIMIT]
    if task is not None:
        body["task"] = task
    return Decision((Event("scan_refused", "", "", body),), Verdict(status, rejection.code, text, card[:TEXT_LIMIT]))


def duplicate(card: Card, view: View, code: str, text: str) -> Decision:
    """The card's last event said this already; the new scan is linked to it and changes nothing."""
    body: dict[str, Any] = {"card": card.card, "loop": card.loop, "cycle": card.cycle, "code": code}
    last = view.event(card.last_seq)
    if last is not None:
        body["ref"] = last["id"]
    return Decision((Event("scan_duplicate", "", "", body),), Verdict(Status.ALREADY, code, text, card.card))


def task(
    task_id: str,
    kind: str,
    code: str,
    message: str,
    *,
    station: str = "",
    card: str = "",
    posting: str = "",
    ref: str = "",
) -> dict[str, str]:
    """A row of the resolve list; the same `task_id` joins a row that is there already."""
    return {
        "id": task_id[:TEXT_LIMIT],
        "kind": kind,
        "code": code[:TEXT_LIMIT],
        "msg": message[:TEXT_LIMIT],
        "station": station,
        "card": card,
        "posting": posting,
        "ref": ref,
    }
