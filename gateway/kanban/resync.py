"""Resynchronisation: card states and stock as the ERP has them (K7)."""

from __future__ import annotations

from typing import Any

from gateway.kanban.answer import nothing
from gateway.kanban.container import row, same_row
from gateway.kanban.refused import waiting_moves
from gateway.kanban.signal import closed_by
from gateway.kanban.transition import ARRIVED, OPEN_NEED, is_ahead
from gateway.master import Loop
from gateway.model import Card, CardStates, Decision, Event, State, Status, StockSnapshot, Verdict
from gateway.quantity import format_quantity, parse_quantity
from gateway.view import View

LISTED_LIMIT = 100  # differences that an ignored snapshot lists; more are counted

SNAPSHOT_FACT = "stock_as_of"  # key stream; `ep` and `cum` of a snapshot that was ahead of the answers to our events
_STATES = frozenset(State)
_MAX_CYCLE = 2**53
_Place = tuple[str, str, str, str]


def adopt_cards(states: CardStates, view: View) -> Decision:
    """Take over what is ahead of us, or corrects an error, unless our own news has not reached the ERP yet."""
    rows: list[dict[str, Any]] = []
    closes: list[str] = []
    for name, state, cycle in states.rows:
        card = view.card(name)
        if card is None or state not in _STATES or not 0 <= cycle < _MAX_CYCLE:
            continue
        if not _is_news(card, state, cycle) or view.has_unsettled(name):
            continue
        rows.append(_adopted(card, state, cycle, view))
        if rows[-1]["sig"] != card.signal:
            closes += [key for key in closed_by(card, view) if key not in closes]
    if not rows:
        return nothing("CARDS_EQUAL")
    body: dict[str, Any] = {"after": rows}
    if closes:
        body["closes"] = closes
    text = f"{len(rows)} cards taken over from the ERP."
    return Decision((Event("card_states_adopted", "", "", body),), Verdict(Status.OK, "CARDS_ADOPTED", text))


def adopt_stock(snapshot: StockSnapshot, view: View) -> Decision:
    """Local stock = snapshot + our movements after it + those that the ERP did not book.

    A snapshot that does not say when is only compared.
    """
    moves = view.unsettled_moves(snapshot.as_of) if snapshot.as_of else None
    known = view.all_stock()
    theirs = {(item, location, status, lot): quantity for item, location, status, lot, quantity in snapshot.rows}
    if moves is None:
        return _compared(theirs, known, view)
    target = dict(theirs)
    for move in (*moves, *waiting_moves(view)):
        _add(target, move, move["from"], -1)
        _add(target, move, move["to"], 1)
    changed = [place for place in sorted({*target, *known}) if target.get(place, 0) != known.get(place, 0)]
    body: dict[str, Any] = {"stock": [[*place, format_quantity(target.get(place, 0))] for place in changed]}
    if ahead := _ahead(snapshot, view):
        body["facts"] = ahead
    elif not changed:
        return nothing("STOCK_EQUAL")
    text = f"{len(changed)} stock rows set from the ERP."
    return Decision((Event("stock_adopted", "", "", body),), Verdict(Status.OK, "STOCK_ADOPTED", text))


def _ahead(snapshot: StockSnapshot, view: View) -> list[list[Any]]:
    """Facts for the streams of which the snapshot knows more than we have heard: see `is_in_snapshot`."""
    return [
        [SNAPSHOT_FACT, stream, {"ep": epoch, "cum": counted}]
        for stream, (epoch, counted) in sorted(snapshot.as_of.items())
        if counted > view.settled_up_to(stream)
    ]


def is_in_snapshot(stream: str, seq: int, view: View) -> bool:
    """Whether the stock adopted from the ERP already says what became of our event: when an answer was lost, the
    snapshot may come before the disposition, and what that takes back must not be taken back twice."""
    known = view.fact(SNAPSHOT_FACT, stream)
    return known is not None and known["ep"] == view.epoch and seq <= known["cum"]


def _is_news(card: Card, state: str, cycle: int) -> bool:
    if card.state == State.ERROR:  # the ERP's correction: any state of this or a later circulation
        return state != State.ERROR and cycle >= card.cycle
    return is_ahead(cycle, state, card.cycle, card.state)


def _adopted(card: Card, state: str, cycle: int, view: View) -> dict[str, Any]:
    if cycle == card.cycle and state in OPEN_NEED and card.state in OPEN_NEED:
        return same_row(card, view, state=state)
    quantity = 0
    if state in ARRIVED:
        loop: Loop | None = view.master("loops", card.loop)
        is_same_fill = cycle == card.cycle and card.state in ARRIVED
        quantity = card.quantity if is_same_fill or loop is None else loop.quantity
    # a correction may lead back within the circulation, and no key may be used twice
    undone = 0 if cycle != card.cycle else card.undone + (card.state == State.ERROR)
    return row(card, state, cycle=cycle, quantity=quantity, undone=undone, signal="")


def _add(stock: dict[_Place, int], move: dict[str, Any], location: str | None, sign: int) -> None:
    if location is not None:
        place = (move["item"], location, move.get("status", "available"), move.get("lot", ""))
        stock[place] = stock.get(place, 0) + sign * parse_quantity(move["base"])


def _compared(theirs: dict[_Place, int], known: dict[_Place, int], view: View) -> Decision:
    """Differences of items whose events the ERP has all seen; the others must differ."""
    loops = view.master_rows("loops")
    differing = [place for place in sorted({*theirs, *known}) if theirs.get(place, 0) != known.get(place, 0)]
    unsettled = {item for item in {place[0] for place in differing} if _has_unsettled(item, loops, view)}
    differing = [place for place in differing if place[0] not in unsettled]
    if not differing:
        return nothing("STOCK_EQUAL")
    body = {
        "code": "NO_AS_OF",
        "count": len(differing),
        "differs": [
            [*place, format_quantity(known.get(place, 0)), format_quantity(theirs.get(place, 0))]
            for place in differing[:LISTED_LIMIT]
        ],
    }
    text = f"Snapshot not taken over: it does not say which of our events it contains; {len(differing)} rows differ."
    return Decision((Event("snapshot_ignored", "", "", body),), Verdict(Status.ALREADY, "SNAPSHOT_IGNORED", text))


def _has_unsettled(item: str, loops: dict[str, dict[str, Any]], view: View) -> bool:
    return any(
        view.has_unsettled(card.card)
        for loop_id, loop in loops.items()
        if loop["item"] == item
        for card in view.cards_of(loop_id)
    )
