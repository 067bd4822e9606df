"""The loop walk (K13): every card of a loop is scanned where it lies, and a scan means "this card is here".

While a walk is open, scans at its stations turn no card. What was seen is kept as evidence and as facts, so that
a walk survives a restart. Only the person who finishes it has it applied; see walkresult.py.
"""

from __future__ import annotations

from typing import Any

from gateway.kanban.answer import TEXT_LIMIT, nothing, refused, task
from gateway.kanban.asked import AskedWronglyError, choice, text, texts
from gateway.kanban.life import RETIRED
from gateway.kanban.moment import elapsed_ms, iso_after, since_of
from gateway.model import Card, Decision, Event, Instruction, Rejection, Scan, State, Status, Verdict
from gateway.view import View

WALK_FACT = "walk"  # key loop
WALK_AT_FACT = "walk_at"  # key station; `loop` is walked there
SEEN_FACT = "seen"  # key `<loop>/<card or code>`; `walk` is the loop
SEEN_LIMIT = 5000  # cards and codes of one walk
STATIONS_LIMIT = 50
WARN_AFTER_MS = 8 * 3_600_000

AT_CONSUMER = (State.FULL.value, State.IN_USE.value)
ELSEWHERE = (
    State.EMPTY.value, State.ORDERED.value, State.IN_PROCESS.value, State.IN_TRANSIT.value, State.FULL.value,
)  # fmt: skip


def open_walk(instruction: Instruction, view: View) -> Decision:
    """Carry out `walk.open`: loop, stations, and what a card there is (`as` at consumers, `elsewhere`).

    For a loop that is being walked it changes what scans mean from now on; what was seen stays.
    """
    try:
        loop = text(instruction, "loop")
        stations = texts(instruction, "stations", STATIONS_LIMIT)
        here, elsewhere = choice(instruction, "as", AT_CONSUMER), choice(instruction, "elsewhere", ELSEWHERE)
        _check_places(loop, stations, view)
    except AskedWronglyError as error:
        return nothing(error.code, str(error), Status.REFUSED)
    places = {"as": here, "elsewhere": elsewhere}
    known = view.fact(WALK_FACT, loop)
    fresh = {"by": instruction.operator, "at": iso_after(view.now, 0), "since": list(since_of(view.now)), "count": 0}
    walk = {**(known or fresh), **places, "stations": stations}
    left = [name for name in (known["stations"] if known else ()) if name not in stations]
    facts: list[Any] = [[WALK_FACT, loop, walk], *([WALK_AT_FACT, name, None] for name in left)]
    facts += [[WALK_AT_FACT, name, {"loop": loop}] for name in stations]
    event = Event("walk_changed" if known else "walk_opened", "", "", {"loop": loop, **places, "facts": facts})
    told = f"Walk of loop {loop}: scan every card where it lies, at {', '.join(stations)}."
    return Decision((event,), Verdict(Status.OK, "WALK_OPEN", told))


def _check_places(loop: str, stations: list[str], view: View) -> None:
    if view.master("loops", loop) is None:
        raise AskedWronglyError("UNKNOWN_LOOP", f"loop {loop!r} is not known here: check how it is written")
    if not stations:
        raise AskedWronglyError("NO_STATION", "a walk needs the stations at which cards are scanned")
    for name in stations:
        other = view.fact(WALK_AT_FACT, name)
        if other is not None and other["loop"] != loop:
            text_ = f"loop {other['loop']} is being walked at station {name}: finish or cancel that walk first"
            raise AskedWronglyError("STATION_WALKED", text_)


def cancel(instruction: Instruction, view: View) -> Decision:
    """Carry out `walk.cancel`: nothing is applied."""
    try:
        loop, walk = walk_of(instruction, view)
    except AskedWronglyError as error:
        return nothing(error.code, str(error), Status.REFUSED)
    body = {"loop": loop, "seen": walk["count"], **closing(loop, walk, view)}
    told = f"The walk of loop {loop} is cancelled, nothing was changed."
    return Decision((Event("walk_cancelled", "", "", body),), Verdict(Status.OK, "WALK_CANCELLED", told))


def walk_of(instruction: Instruction, view: View) -> tuple[str, dict[str, Any]]:
    """The open walk an instruction speaks of."""
    loop = text(instruction, "loop")
    walk = view.fact(WALK_FACT, loop)
    if walk is None:
        raise AskedWronglyError("NO_WALK", f"loop {loop!r} is not being walked: open a walk first")
    return loop, walk


def seen_in(loop: str, view: View) -> dict[str, dict[str, Any]]:
    """What was seen in the open walk of a loop, by card or code."""
    return {seen["name"]: seen for seen in view.facts(SEEN_FACT).values() if seen["walk"] == loop}


def closing(loop: str, walk: dict[str, Any], view: View) -> dict[str, Any]:
    """Members of the event that ends a walk."""
    facts: list[Any] = [[WALK_FACT, loop, None], *([WALK_AT_FACT, name, None] for name in walk["stations"])]
    facts += [[SEEN_FACT, f"{loop}/{name}", None] for name in seen_in(loop, view)]
    late = f"walk/{loop}"
    return {"facts": facts, "done": [late]} if view.open_task(late) else {"facts": facts}


def walk_here(station: str, view: View) -> str:
    """The loop that is being walked at a station, "" when none is."""
    known = view.fact(WALK_AT_FACT, station)
    return str(known["loop"]) if known else ""


def see(scan: Scan, card: Card | None, loop: str, *, at_consumer: bool, view: View) -> Decision:
    """A scan during a walk of `loop`: the card is here, in the state that this place implies."""
    walk = view.fact(WALK_FACT, loop)
    if walk is None:
        raise ValueError(f"loop {loop} is not being walked")
    name = (card.card if card else scan.card or scan.code)[:TEXT_LIMIT]
    if not name:
        text_ = f"Loop {loop} is being walked here: scan cards, or finish the walk first."
        return refused(Rejection("WALK_OPEN", text_, scan.action))
    known = view.fact(SEEN_FACT, f"{loop}/{name}")
    if known is None and walk["count"] >= SEEN_LIMIT:
        text_ = f"This walk has seen {SEEN_LIMIT} codes, it takes no more: finish or cancel it."
        return refused(Rejection("WALK_FULL", text_), card=name)
    state = walk["as"] if at_consumer else walk["elsewhere"]
    seen = {"walk": loop, "name": name, "state": state, "rev": scan.revision, "sta": scan.read.station}
    facts: list[Any] = [[SEEN_FACT, f"{loop}/{name}", seen]]
    if known is None:
        facts.append([WALK_FACT, loop, {**walk, "count": walk["count"] + 1}])
    body = {"card": name, "loop": loop, "state": state, "facts": facts}
    status, code, told = _answer(scan, card, loop, state)
    return Decision((Event("card_seen", "", "", body),), Verdict(status, code, told, name))


def _answer(scan: Scan, card: Card | None, loop: str, state: str) -> tuple[Status, str, str]:
    if card is None:
        return Status.ASK, "SEEN_UNKNOWN", "This is no card of ours: put it aside for the planner."
    if card.loop != loop:
        return Status.ASK, "SEEN_OTHER_LOOP", f"Card {card.card} belongs to loop {card.loop}: bring it back there."
    if card.life in RETIRED:
        text_ = f"Card {card.card} is no longer used ({card.life}): put it into the collect box."
        return Status.ASK, "SEEN_RETIRED", text_
    if 0 < scan.revision < card.revision:
        text_ = f"Card {card.card} is seen, but this is an old print: use the new card (print {card.revision})."
        return Status.ASK, "SEEN_OLD_PRINT", text_
    return Status.OK, "CARD_SEEN", f"Card {card.card} is seen, {state.replace('_', ' ')}."


def overdue(view: View) -> list[Event]:
    """Walks that nobody finished in a working day: a task each, and nothing is applied."""
    events = []
    for loop, walk in view.facts(WALK_FACT).items():
        wall_ms, mono_ms, boot = walk["since"]
        passed = elapsed_ms((wall_ms, mono_ms, boot), view.now)
        if passed is None or passed < WARN_AFTER_MS or view.open_task(f"walk/{loop}") is not None:
            continue
        text_ = f"The walk of loop {loop} is open since {walk['at']}: finish or cancel it, its stations turn no card."
        events.append(
            Event("walk_overdue", "", "", {"loop": loop, "task": task(f"walk/{loop}", "walk", "WALK_OPEN_LONG", text_)})
        )
    return events
