"""What a finished walk found, and what it changes: opening states of new cards, and healing of running ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gateway.kanban.answer import nothing, task
from gateway.kanban.asked import AskedWronglyError, flag
from gateway.kanban.cardset import active_cards
from gateway.kanban.container import card_after
from gateway.kanban.count import activated, counted
from gateway.kanban.life import RETIRED
from gateway.kanban.lostcard import done, life_body, lost_event, surplus_task
from gateway.kanban.modeswitch import WALK_DUE_FACT
from gateway.kanban.moment import iso_after
from gateway.kanban.transition import FILLED
from gateway.kanban.walk import closing, seen_in, walk_of
from gateway.master import Loop
from gateway.model import Card, Decision, Event, Instruction, Life, State, Status, Verdict
from gateway.view import View

WALKED_FACT = "walked"  # key loop; the report of its last finished walk
LISTED_LIMIT = 500  # names in each list of a report
LISTS = ("seen", "missing", "unknown", "other_loops", "old_prints", "retired", "blocked", "surplus", "opened", "stale")


@dataclass(slots=True)
class _Result:
    """Gathers the events and the report of one walk."""

    loop: Loop
    view: View
    options: dict[str, bool]  # signal_open, adjust_stock, mark_lost
    active: int
    events: list[Event] = field(default_factory=list)
    report: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in LISTS})

    def note(self, name: str, what: Any) -> None:
        self.report[name].append(what)


def finish(instruction: Instruction, view: View) -> Decision:
    """Carry out `walk.finish`: loop, signal_open, adjust_stock, mark_lost."""
    try:
        name, walk = walk_of(instruction, view)
        loop: Loop | None = view.master("loops", name)
        if loop is None:
            raise AskedWronglyError("UNKNOWN_LOOP", f"loop {name!r} is not known here any more: cancel its walk")
        options = {option: flag(instruction, option) for option in ("signal_open", "adjust_stock", "mark_lost")}
    except AskedWronglyError as error:
        return nothing(error.code, str(error), Status.REFUSED)
    result = _Result(loop, view, options, active_cards(name, view))
    for one, seen in sorted(seen_in(name, view).items()):
        _take(result, one, seen)
    _look_for_missing(result)
    return _finished(result, instruction, walk)


def _take(result: _Result, name: str, seen: dict[str, Any]) -> None:
    card = result.view.card(name)
    if card is None:
        result.note("unknown", name)
    elif card.loop != result.loop.id:
        result.note("other_loops", [name, card.loop])
    elif card.life in RETIRED:
        result.note("retired", name)
    else:
        result.note("seen", name)
        if 0 < seen["rev"] < card.revision:
            result.note("old_prints", [name, seen["rev"], card.revision])
        _correct(result, _in_use_again(result, card), seen["state"])


def _in_use_again(result: _Result, card: Card) -> Card:
    """A lost card that lies there is found."""
    if card.life != Life.LOST:
        return card
    event = Event("card_found", "sig", "", life_body(card, _place_for(result, card.card), card.revision, result.view))
    result.events.append(event)
    return card_after(card, event.body["after"][0])


def _place_for(result: _Result, name: str) -> Life:
    """Active while the loop has room, else surplus."""
    if result.active >= result.loop.cards:
        result.note("surplus", name)
        return Life.SURPLUS
    result.active += 1
    return Life.ACTIVE


def _correct(result: _Result, card: Card, state: str) -> None:
    if card.life == Life.NEW:
        life = _place_for(result, card.card)
        result.note("opened", [card.card, state])
        signal = result.options["signal_open"] and life == Life.ACTIVE
        result.events.append(activated(card, state, life, result.loop, result.view, signal=signal))
    elif card.state in (State.ERROR, State.RECEIVED_QC):  # only a correction, or quality, lets it be used again
        result.note("blocked", card.card)
    elif (card.state in FILLED) is not (state in FILLED):
        result.note("stale", [card.card, card.state, state])
        signal = result.options["signal_open"] and card.life == Life.ACTIVE
        adjust_stock = result.options["adjust_stock"]
        result.events += counted(card, state, result.loop, result.view, signal=signal, adjust_stock=adjust_stock)


def _look_for_missing(result: _Result) -> None:
    found = {*result.report["seen"]}
    for card in result.view.cards_of(result.loop.id):
        if card.life not in (Life.ACTIVE, Life.HOLD) or card.card in found:
            continue
        result.note("missing", card.card)
        if result.options["mark_lost"]:
            result.events.append(lost_event(card, "not seen in the walk of its loop", result.view))
            continue
        text = f"LOST? Card {card.card} was not seen in the walk of loop {card.loop}: look for it, or report it lost."
        asked = task(f"lost/{card.card}", "card", "LOST", text, card=card.card)
        result.events.append(Event("card_missing", "", "", {"card": card.card, "loop": card.loop, "task": asked}))


def _finished(result: _Result, instruction: Instruction, walk: dict[str, Any]) -> Decision:
    name, view = result.loop.id, result.view
    report: dict[str, Any] = {one: found[:LISTED_LIMIT] for one, found in result.report.items()}
    report["counts"] = {one: len(found) for one, found in result.report.items()}
    report["cards"] = result.loop.cards
    report["active"] = result.active
    body = {"loop": name, "report": report, **closing(name, walk, view)}
    asked = [f"{kind}/{card}" for card in result.report["seen"] for kind in ("lost", "suspect", "found")]
    body |= done(view, *body.get("done", ()), *asked)
    told = {**report, "at": iso_after(view.now, 0), "by": instruction.operator}
    body["facts"] += [[WALKED_FACT, name, told], [WALK_DUE_FACT, name, None]]
    if result.active > result.loop.cards:
        text = f"Loop {name}: {result.active} cards circulate, {result.loop.cards} are allowed: take the others out."
        body["task"] = task(f"surplus/{name}", "masterdata", "SURPLUS_CARDS", text)
    elif extra := result.report["surplus"]:
        body["task"] = surplus_task(name, extra)
    counts = report["counts"]
    text = (
        f"Walk of loop {name} finished: {counts['seen']} seen, {counts['missing']} missing, {counts['stale']} stale,"
        f" {counts['opened']} opened, {counts['unknown'] + counts['other_loops'] + counts['retired']} not of it."
    )
    events = (Event("walk_finished", "", "", body), *result.events)
    return Decision(events, Verdict(Status.OK, "WALK_FINISHED", text))
