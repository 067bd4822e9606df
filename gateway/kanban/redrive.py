"""A posting that the ERP did not book, sent again or taken back: always as new events (K6, K12).

Both begin with `task_closed`, which takes back here what the first event moved; the event that goes to the ERP
moves it again, or leaves it at that. So local stock holds each posting once whatever becomes of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gateway.counter import count_facts, counts_back
from gateway.kanban.container import Body, last_act, moment_of, row, same_row
from gateway.kanban.movement import Move, reversed_moves
from gateway.kanban.refused import DROPPED, STATUS, forgotten, posting_of
from gateway.kanban.standing import moment_members
from gateway.kanban.undo import reopened, row_before
from gateway.model import Card, Event, State
from gateway.view import View

_PLACE = ("card", "loop", "cycle", "sta", "call", "loc")
# Of an event that is sent again as a whole: what belongs to its first telling only.
_FIRST_TIME = frozenset({
    "id", "t", "kind", "seq", "w", "m", "boot", "q", "raw", "dev", "op", "press", "fill", "nth", "task", "done",
    "facts", "dsp", "mv", "redrives", "origin",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refusal:
    """A posting that the ERP did not book: its event, and what is known of the refusal (refused.py)."""

    event: Body
    fact: dict[str, Any]

    @property
    def moves(self) -> list[Move]:
        return list(self.event.get("mv", ()))

    @property
    def key(self) -> str:
        return str(self.event.get("key", ""))


@dataclass(slots=True)
class Act:
    """What a person asked for, on its way into events."""

    how: str
    note: str
    done: list[str] = field(default_factory=list)  # tasks that end with it


def sent_again(refusal: Refusal, act: Act, view: View, moves: list[Move], changed: list[Any]) -> list[Event]:
    """`task_closed` and the posting once more, with these movements."""
    closed = _closed(refusal, act)
    if changed:
        closed["changed"] = changed
    if refusal.event["kind"] == "reorder_triggered":  # its need ended with the refusal: the rule asks anew by itself
        return [Event("task_closed", "", "", closed)]
    if "tr" in refusal.event and view.signal_cards(refusal.key):
        closed["closes"] = [refusal.key]  # it is opened again by the event that follows
    again = _again(refusal, view)
    if moves:
        again.body["mv"] = moves
    if changed:
        again.body["changed"] = changed
    return [Event("task_closed", "", "", closed), again]


def taken_back(refusal: Refusal, act: Act, view: View) -> list[Event]:
    """`task_closed` and word to the ERP that this posting is not to be booked any more."""
    closed = _closed(refusal, act)
    closed["facts"] += count_facts(counts_back(refusal.event), view)
    told: Body = {name: refusal.event[name] for name in _PLACE if name in refusal.event}
    told |= {"ref": refusal.fact["root"], "voids": refusal.fact["root"], "took": refusal.moves}
    if is_untouched(refusal, view):
        _turn_back(refusal, view, closed, told)
    elif refusal.fact["how"] == DROPPED and (rows := _as_they_are(refusal, view)):
        told["after"] = rows
    return [Event("task_closed", "", "", closed), Event("posting_voided", refusal.fact["stream"], "", told)]


def is_untouched(refusal: Refusal, view: View) -> bool:
    """Whether the ERP knows nothing of it and nothing was done with its cards since."""
    rows = refusal.event.get("after", ())
    if refusal.fact["how"] not in (DROPPED, STATUS):
        return False
    if not rows:
        return bool(refusal.fact["how"] == DROPPED)
    return all(_is_last(refusal, view.card(after["card"]), view) for after in rows)


def _is_last(refusal: Refusal, card: Card | None, view: View) -> bool:
    latest = last_act(card, view) if card is not None else None
    if card is None or latest is None:
        return False
    if refusal.fact["how"] == STATUS:
        return card.state == State.ERROR and latest.get("ref") == refusal.event["id"]
    return bool(latest["id"] == refusal.event["id"])


def _closed(refusal: Refusal, act: Act) -> Body:
    """The end of the task here; what was moved is taken back."""
    event = refusal.event
    body: Body = {name: event[name] for name in ("card", "loop", "cycle") if name in event}
    body |= {"ref": event["id"], "how": act.how, "facts": [forgotten(event["id"])]}
    if act.note:
        body["note"] = act.note
    if act.done:
        body["done"], act.done = act.done, []
    if refusal.moves:
        body["mv"] = reversed_moves(refusal.moves)
    return body


def _again(refusal: Refusal, view: View) -> Event:
    event, fact = refusal.event, refusal.fact
    marks = {"redrives": fact["root"], "what": posting_of(event), **moment_members(event)}
    if is_untouched(refusal, view):
        whole = {name: value for name, value in event.items() if name not in (*_FIRST_TIME, "key")}
        if "after" in whole:
            whole["after"] = [_since_then(after, event) for after in whole["after"]]
        whole.setdefault("ref", fact["root"])
        kind = str(event["kind"])
        return Event(kind, fact["stream"], refusal.key, whole | marks)
    body: Body = {name: event[name] for name in _PLACE if name in event} | {"ref": fact["root"]} | marks
    if fact["how"] == DROPPED and (rows := _as_they_are(refusal, view)):
        body["after"] = rows
    if "tr" in event and _is_wanted(refusal, view):
        body["tr"] = event["tr"]
    if closes := [key for key in event.get("closes", ()) if not view.signal_cards(key)]:
        body["closes"] = closes
    return Event("posting_redriven", fact["stream"], refusal.key, body)


def _since_then(after: Body, event: Body) -> Body:
    """The container is what it is since the act, not since it was sent again."""
    return {**after, "since": after.get("since") or list(moment_of(event))}


def _as_they_are(refusal: Refusal, view: View) -> list[Body]:
    """The cards as they are now: what the ERP never read must not turn them back there."""
    cards = [view.card(after["card"]) for after in refusal.event.get("after", ())]
    return [same_row(card, view) for card in cards if card is not None]


def _is_wanted(refusal: Refusal, view: View) -> bool:
    """Whether the need is still open and no order is known for it."""
    cards = [view.card(name) for name in view.signal_cards(refusal.key)]
    return bool(cards) and all(card is None or card.state != State.ORDERED for card in cards)


def _turn_back(refusal: Refusal, view: View, closed: Body, told: Body) -> None:
    """The cards as before the act, since it counts as not having happened."""
    event = refusal.event
    rows = []
    for after in event.get("after", ()):
        card = view.card(after["card"])
        if card is not None:
            rows.append(row_before(card, event) if _has_way_back(event) else _kept(card, after))
    if rows:
        told["after"] = rows
    if "tr" in event:
        closed["closes"] = [refusal.key]
    if reopens := reopened(rows, view):
        told["reopens"] = reopens


def _kept(card: Card, after: Body) -> Body:
    """A card without a way back keeps the state that the act gave it."""
    return row(
        card, after["state"], cycle=card.cycle, quantity=card.quantity, undone=card.undone, signal=card.signal
    )  # fmt: skip


def _has_way_back(event: Body) -> bool:
    return "was" in event or event["kind"] == "batch_released"
