"""The ERP's final word on our events (K3, K6): what a disposition changes here.

A refusal marks the posting, not the card: the line goes on, the posting waits on the resolve list. The
card is blocked only when the ERP refuses the kanban status itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from gateway.kanban.answer import TEXT_LIMIT, task
from gateway.kanban.container import Body, card_after, row
from gateway.kanban.movement_told import is_movement, told_before
from gateway.kanban.refused import (
    PARKED,
    POSTING,
    REFUSED,
    STATUS,
    VOIDED,
    forgotten,
    posting_of,
    refused_fact,
)
from gateway.kanban.standing import Standing
from gateway.kanban.superseded import compensated
from gateway.model import Acknowledgement, Card, Decision, Disposition, Event, Notice, State, Status, Verdict
from gateway.view import View

HELD_AFTER = 3  # the same refusal so many times in a row is one task with one re-drive


@dataclass(slots=True)
class _Settling:
    """What the dispositions of one acknowledgement have led to so far: later ones build on earlier ones."""

    stream: str
    view: View
    events: list[Event] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    cards: dict[str, Card] = field(default_factory=dict)
    streaks: dict[str, tuple[str, int]] = field(default_factory=dict)  # posting -> (code, how often in a row)
    issued: dict[str, Standing] = field(default_factory=dict)  # card -> where it stands by what was issued again
    parked: set[str] = field(default_factory=set)  # ids of events that were parked a moment ago

    def card(self, name: str) -> Card | None:
        return self.cards.get(name) or self.view.card(name)

    def add(self, event: Event) -> None:
        self.events.append(event)
        for after in event.body.get("after", ()):
            card = self.card(after["card"])
            if card is not None:
                self.cards[card.card] = card_after(card, after)


def settle(ack: Acknowledgement, view: View) -> Decision:
    """Events for the dispositions that are new; they are numbered, so a repeated list changes nothing."""
    settling = _Settling(ack.stream, view)
    done = view.disposition_count(ack.stream) if ack.dispositions else 0
    for disposition in sorted(ack.dispositions, key=lambda one: one.n):
        if disposition.n > done:
            done = disposition.n
            _take(settling, disposition)
    return Decision(tuple(settling.events), Verdict(Status.OK, "SETTLED"), tuple(settling.notices))


def _take(settling: _Settling, disposition: Disposition) -> None:
    original = _original(disposition.id, settling.view)
    body: dict[str, Any] = {
        "dsp": {
            "st": settling.stream,
            "n": disposition.n,
            "s": disposition.seq,
            "id": disposition.id[:TEXT_LIMIT],
            "c": disposition.outcome[:TEXT_LIMIT],
            "code": disposition.code[:TEXT_LIMIT],
            "msg": disposition.text[:TEXT_LIMIT],
        },
    }
    if original:
        body["ref"] = original["id"]
        body |= {name: original[name] for name in ("card", "loop", "cycle") if name in original}
        if original["id"] in settling.parked or settling.view.fact(REFUSED, original["id"]) is not None:
            body["facts"] = [forgotten(original["id"])]
    if disposition.outcome == "superseded" and original and is_movement(original):
        settling.add(told_before(original, disposition, settling.view, body))
    elif disposition.outcome == "superseded" and original and original["kind"] == "reorder_triggered":
        is_open = disposition.now_state not in ("", State.FULL)  # where the need of a rule stands there
        body["dsp"]["now"] = {"cycle": disposition.now_cycle, "open": is_open}
        settling.add(Event("event_settled", "", "", body))
    elif disposition.outcome == "superseded" and original:
        for event in compensated(original, disposition, settling.card, settling.view, body, settling.issued):
            settling.add(event)
    elif disposition.outcome == "rejected":
        _reject(settling, disposition, original, body)
    elif disposition.outcome == "parked":
        if original:
            settling.parked.add(original["id"])
            body["facts"] = [refused_fact(original, PARKED, body["dsp"]["code"], "", settling.stream)]
        settling.add(Event("event_parked", "", "", body))
    else:
        settling.add(Event("event_settled", "", "", body))


def _reject(settling: _Settling, disposition: Disposition, original: Body | None, body: dict[str, Any]) -> None:
    is_ours = original is not None
    original = original or {"kind": "", "id": disposition.id[:TEXT_LIMIT]}
    card = original.get("card", "")
    station = original.get("sta", "")
    reason = f"{disposition.code} {disposition.text}".strip()[:TEXT_LIMIT]
    is_status = disposition.refused == "status" and bool(original.get("after"))
    if is_status:
        text = f"The ERP refused the status of card {card}: {reason}. The card is blocked until it is corrected."
        body["task"] = task(
            f"error/{card}/{original['cycle']}", "card_error", disposition.code, text,
            station=station, card=card, posting=posting_of(original), ref=original["id"],
        )  # fmt: skip
        _remember(settling, original, STATUS, body)
        settling.add(Event("card_error", "", "", {**body, **_blocked(settling, original)}))
        code = "CARD_ERROR"
    else:
        of_card = f" of card {card}" if card else ""
        text = f"The ERP did not book {_words(original['kind'])}{of_card}: {reason}. It is on the list; go on."
        body["task"] = _posting_task(settling, disposition, original, text)
        if original["kind"] == VOIDED and original.get("took"):
            body["mv"] = original["took"]  # the ERP did book it: what was given back here is gone all the same
        if is_ours:
            _remember(settling, original, POSTING, body)
        settling.add(Event("event_rejected", "", "", body))
        code = "ERP_REFUSED"
    if station:
        settling.notices.append(Notice(station, Verdict(Status.REFUSED, code, text, card)))


def _remember(settling: _Settling, original: Body, how: str, body: dict[str, Any]) -> None:
    task_row = body["task"]
    body["facts"] = [refused_fact(original, how, task_row["code"], task_row["id"], settling.stream)]


def _posting_task(settling: _Settling, disposition: Disposition, original: Body, text: str) -> dict[str, str]:
    """One task per refused event, or one for the whole class of posting once the same refusal repeats."""
    posting, code = posting_of(original), disposition.code[:TEXT_LIMIT]
    known = settling.streaks.get(posting)
    before = (known[1] if known[0] == code else 0) if known else settling.view.refusals_in_a_row(code, posting)
    settling.streaks[posting] = (code, before + 1)
    is_held = before + 1 >= HELD_AFTER
    if is_held:
        text = f"The ERP refuses every {_words(posting)}: {code}. All of them wait here and can be sent again at once."
    return task(
        f"held/{posting}/{code}" if is_held else f"posting/{original['id']}",
        "held_postings" if is_held else "posting", code, text,
        station=original.get("sta", ""), card=original.get("card", ""), posting=posting, ref=original["id"],
    )  # fmt: skip


def _blocked(settling: _Settling, original: Body) -> dict[str, Any]:
    """The cards of the refused event in ERROR. What was moved stays moved: it happened on the floor."""
    key = original.get("key", "") if "tr" in original else ""
    rows = []
    for after in original["after"]:
        card = settling.card(after["card"])
        if card is not None:
            signal = "" if card.signal == key else card.signal
            rows.append(
                row(card, State.ERROR, cycle=card.cycle, quantity=card.quantity, undone=card.undone, signal=signal)
            )
    return {"after": rows, "closes": [key]} if key else {"after": rows}


def _original(event_id: str, view: View) -> Body | None:
    """The event a disposition speaks of; None for an id that is none of ours, or no id at all."""
    try:
        return view.event_by_id(str(UUID(event_id)))
    except ValueError:
        return None


def _words(kind: str) -> str:
    return {"card_emptied": "the emptying", "card_filled": "the filling", "card_undone": "the undo"}.get(
        kind, kind.replace("_", " ") or "an event"
    )
