"""The fence between what is tried out and the ERP (K13): the one door that every decision passes.

What belongs to shadow stays in the journal under no stream: card states are kept, while the signal and the
movements it would have led to stand under `would`, where the fold does not look. In training the whole event is
only told. Nothing that decides knows of modes, so nothing that decides can forget them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from gateway.kanban.key import RELEASE, need_key
from gateway.kanban.mode import ASIDE_FACT, SHADOW, TRAINING, is_aside, mode_at, mode_of
from gateway.kanban.signal import trigger
from gateway.model import Decision, Event, Read
from gateway.quantity import parse_quantity
from gateway.text.sentence import say
from gateway.view import View

TO_THE_ERP = frozenset({"sig", "mov"})
TOLD_ANYWAY = frozenset({"card_lost", "card_found", "card_reprinted", "card_replaced"})  # cards, not needs
OF_A_DIALOGUE = frozenset(
    {
        "flow_asked",
        "flow_ended",
        "session_started",
        "session_kept",
        "session_ended",
        "mode_changed",
        "passage_opened",
        "passage_closed",
    }
)  # who is being trained signs in and answers, too; and a door has no training: what went through it did
_CROSSES = "need_signalled"  # a person had an open need of shadow told to the ERP
_OF_A_NEED = frozenset({
    "batch_released", "card_started", "card_shipped", "card_filled", "card_accepted", "card_counted",
})  # fmt: skip
_SIGNALS_AND_STOCK = ("tr", "closes", "reopens", "mv")
# All that the fold reads; see model.Event.
_FOLDED = (
    *_SIGNALS_AND_STOCK, "after", "gone", "doc", "fill", "dsp", "task", "done", "facts", "md", "stock", "cmd",
)  # fmt: skip


def fenced(decision: Decision, view: View, read: Read | None) -> Decision:
    """The decision as its loops' and its station's modes let it out. `read`: what was scanned, if anything was."""
    if read is not None and _trains(decision, view, read.station):
        events = tuple(event if event.kind in OF_A_DIALOGUE else _told_only(event) for event in decision.events)
        text = say("TRAINING", said=decision.verdict.text)
        return replace(decision, events=events, verdict=replace(decision.verdict, text=text), notices=())
    if not any(event.stream in TO_THE_ERP for event in decision.events):
        return decision
    fence = _Fence(view, read.station if read is not None else "")
    for event in decision.events:
        fence.take(event)
    return Decision(tuple(fence.events), decision.verdict, decision.notices)


def _trains(decision: Decision, view: View, station: str) -> bool:
    loops = {_loop_of(event, view) for event in decision.events}
    return mode_of("station", station, view) == TRAINING or any(mode_of("loop", one, view) == TRAINING for one in loops)


def _told_only(event: Event) -> Event:
    body = {name: value for name, value in event.body.items() if name not in _FOLDED}
    if would := {name: event.body[name] for name in _FOLDED if name in event.body}:
        body["would"] = would
    return Event(f"training_{event.kind}", "", "", body)


def _loop_of(event: Event, view: View) -> str:
    if "loop" in event.body:
        return str(event.body["loop"])
    card = view.card(event.body.get("card", ""))
    return card.loop if card else ""


class _Fence:
    """One decision on its way out; later events build on the needs that earlier ones opened."""

    def __init__(self, view: View, station: str) -> None:
        self._view = view
        self._station = station
        self._opened: dict[tuple[str, int], bool] = {}  # (card, cycle) -> aside
        self._added = 0
        self.events: list[Event] = []

    def take(self, event: Event) -> None:
        if event.stream not in TO_THE_ERP or event.kind == _CROSSES:
            self.events.append(event)
        elif event.kind in TOLD_ANYWAY:
            self._tell_of_the_card(event)
        elif event.kind == "batch_released":
            self._release(event)
        else:
            self._pass(event, self._is_aside(event))

    def _is_aside(self, event: Event) -> bool:
        body = event.body
        original = self._original(body)
        if original is not None:  # an undo, or the same act under another number
            aside = "aside" in original
        elif event.kind in _OF_A_NEED and not self._opens(body):
            aside = self._is_need_aside(body["card"], body["cycle"])
        else:
            aside = self._is_tried_out(event)
        if "cycle" in body and "card" in body and self._opens(body):
            self._open(event, aside)
        return aside

    def _original(self, body: dict[str, Any]) -> dict[str, Any] | None:
        try:
            return self._view.event_by_id(str(UUID(body.get("ref", ""))))
        except ValueError:  # it refers to something that is no event of ours
            return None

    def _is_tried_out(self, event: Event) -> bool:
        return mode_at(_loop_of(event, self._view), self._station, self._view) in (SHADOW, TRAINING)

    def _is_need_aside(self, card: str, cycle: int) -> bool:
        known = self._opened.get((card, cycle))
        return is_aside(card, cycle, self._view) if known is None else known

    def _opens(self, body: dict[str, Any]) -> bool:
        """Whether this is the first event of a need."""
        card = self._view.card(body["card"])
        is_later = card is None or body["cycle"] > card.cycle
        return is_later and (body["card"], body["cycle"]) not in self._opened

    def _open(self, event: Event, aside: bool) -> None:
        name, cycle = event.body["card"], event.body["cycle"]
        self._opened[name, cycle] = aside
        fact = [ASIDE_FACT, name, {"cycle": cycle} if aside else None]
        if aside or self._view.fact(ASIDE_FACT, name) is not None:
            event.body["facts"] = [*event.body.get("facts", ()), fact]

    def _pass(self, event: Event, aside: bool) -> None:
        if self._added and "nth" in event.body:
            event.body["nth"] += self._added
        self.events.append(_kept_here(event) if aside else event)

    def _release(self, event: Event) -> None:
        """A batch of needs the ERP knows and of others it does not is two batches."""
        rows = event.body["after"]
        aside = [row for row in rows if self._is_need_aside(row["card"], row["cycle"])]
        if not aside or len(aside) == len(rows):
            self._pass(event, bool(aside))
            return
        known = [row for row in rows if row not in aside]
        self._pass(_part(event, known, self._view), aside=False)
        self._added += 1
        nth = event.body.get("nth", 0)
        part = _part(event, aside, self._view)
        part.body["nth"] = nth
        self._pass(part, aside=True)

    def _tell_of_the_card(self, event: Event) -> None:
        """Life and print are told in every mode; where its container is only while the ERP knows of it."""
        body = event.body
        card = self._view.card(body["card"])
        if card is None or not (is_aside(card.card, card.cycle, self._view) or self._is_tried_out(event)):
            self._pass(event, aside=False)
            return
        bare = {name: value for name, value in body.items() if name not in _FOLDED}
        self._pass(event, aside=True)
        self._pass(Event(event.kind, event.stream, "", bare), aside=False)


def _part(event: Event, rows: list[dict[str, Any]], view: View) -> Event:
    """The release of some of the cards, under the key of the oldest of them."""
    first = rows[0]
    key = need_key(view.site, first["card"], first["cycle"], RELEASE, first["undone"])
    loop = view.master("loops", event.body["loop"])
    signal = trigger(loop, view, view.now, [(row["card"], parse_quantity(row["qty"])) for row in rows])
    members = {
        "card": first["card"],
        "cycle": first["cycle"],
        "after": [{**row, "sig": key} for row in rows],
        "tr": {**signal, "due": event.body["tr"]["due"]},
    }
    return Event(event.kind, event.stream, key, {**event.body, **members})


def _kept_here(event: Event) -> Event:
    """Without stream, signal and stock; cards and times are as they are on the floor."""
    # units and counters of goods go with the stock they belong to; the facts of a card do not
    members = (*_SIGNALS_AND_STOCK, "facts") if "operation" in event.body else _SIGNALS_AND_STOCK
    body = {name: value for name, value in event.body.items() if name not in members}
    if would := {name: event.body[name] for name in members if name in event.body}:
        body["would"] = would
    if "after" in body and "tr" in event.body:
        body["after"] = [{**row, "sig": "" if row["sig"] == event.key else row["sig"]} for row in body["after"]]
    body["aside"] = SHADOW
    return Event(event.kind, "", event.key, body)
