"""A bin arrives full: the goods receipt or transfer of its loop, and the end of its need."""

from __future__ import annotations

from typing import Any

from gateway.kanban.answer import task
from gateway.kanban.case import Case
from gateway.kanban.container import row, was
from gateway.kanban.key import EMPTY, FULL, need_key
from gateway.kanban.limit import tolerances
from gateway.kanban.moment import elapsed_ms, since_of
from gateway.kanban.movement import filling_moves
from gateway.kanban.signal import closed_by
from gateway.kanban.transition import Change, target
from gateway.model import Event, State
from gateway.quantity import format_quantity


def wanted(case: Case) -> int:
    """What is missing to the loop's quantity as it is now; a quantity changed in the ERP counts from here."""
    return max(0, case.loop.quantity - case.card.quantity)


def filled(
    case: Case,
    *,
    arrived: int | None = None,
    station: str = "",
    is_inferred: bool = False,
    is_timed: bool = True,
    nth: int = 0,
    stream: str = "sig",
    extra: dict[str, Any] | None = None,
) -> Event:
    """The event that fills the container with `arrived` micro-units (None: what was wanted).

    A short or an over-delivery is full with its quantity; beyond the tolerance a task says what is left to clear (K12).
    What is inspected first passes through `into_inspection` (inspection.py) on its way out.
    Only a FULL that somebody saw counts as a fill duration; an inferred one has no time of its own, and
    neither has one whose emptying nobody saw (`is_timed` false).
    """
    card, loop, view = case.card, case.loop, case.view
    state = target(Change.FULL, card.state)
    if state is None:
        raise ValueError(f"card {card.card} is {card.state}, expected an open need to fill")
    asked = wanted(case)
    received = asked if arrived is None else arrived
    since = since_of(card)
    body: dict[str, Any] = {
        "card": card.card,
        "loop": loop.id,
        "cycle": card.cycle,
        "was": was(card, since),
        "after": [row(card, state, cycle=card.cycle, quantity=card.quantity + received, undone=card.undone, signal="")],
    }
    moves = filling_moves(loop, received)
    if moves:
        body["mv"] = moves
    closes = closed_by(card, view)
    if not (closes or card.signal or card.state == State.WAIT):  # another gateway's signal has the same key here
        closes = [need_key(view.site, card.card, card.cycle, EMPTY)]
    if closes:
        body["closes"] = closes
    if is_inferred:
        body["inferred"] = 1
    elif is_timed and card.state != State.WAIT and (passed := elapsed_ms(since, case.at)) is not None:
        body["fill"] = {"loop": loop.id, "ms": passed}
    least, most = tolerances(loop, asked, view)
    if not least <= received <= most:
        body["task"] = _difference(case, asked, received, station)
    if nth:
        body["nth"] = nth
    if extra:
        body.update(extra)
    return Event("card_filled", stream, need_key(view.site, card.card, card.cycle, FULL, card.undone), body)


def _difference(case: Case, asked: int, received: int, station: str) -> dict[str, str]:
    card = case.card
    is_short = received < asked
    message = f"Card {card.card}: {case.amount(received)} arrived, {format_quantity(asked)} were ordered; " + (
        "clear the rest with the source." if is_short else "take the excess back or correct the order."
    )
    code = "SHORT_DELIVERY" if is_short else "OVER_DELIVERY"
    name = f"delivery/{card.card}/{card.cycle}"
    return task(name, "delivery", code, message, station=station, card=card.card, ref=card.signal)
