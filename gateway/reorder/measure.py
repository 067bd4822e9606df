"""The stock that a rule looks at, as numbers with their origin."""

from __future__ import annotations

from gateway.reorder.finding import Number, Unit
from gateway.reorder.situation import AVAILABLE, Situation

MEASURES = ("on_hand", "free", "position")


def measured(measure: str, situation: Situation) -> tuple[Number, tuple[Number, ...]]:
    """One of MEASURES and the numbers it is made of.

    `on_hand` is what may be used now. `free` is that less what is allocated. `position` is what there is and what is
    coming: on_hand + in_transit + open_signals - allocated (on hand + on order - back-orders).
    """
    held = on_hand(situation)
    if measure == "on_hand":
        return held, ()
    promised = allocated(situation)
    if measure == "free":
        return formula("free", held.value - promised.value), (held, promised)
    coming, asked = in_transit(situation), open_signals(situation)
    total = held.value + coming.value + asked.value - promised.value
    return formula("position", total), (held, coming, asked, promised)


def on_hand(situation: Situation) -> Number:
    """Stock that may be used, whoever owns it; what is inspected, blocked or on its way is not."""
    total = sum(row.quantity for row in situation.stock() if row.status == AVAILABLE)
    return Number("on_hand", total, Unit.MICRO, situation.origin("stock"))


def allocated(situation: Situation) -> Number:
    return Number("allocated", situation.allocated(), Unit.MICRO, situation.origin("allocated"))


def in_transit(situation: Situation) -> Number:
    """All that is on order or on its way by a document."""
    total = sum(one.quantity for one in situation.receipts())
    return Number("in_transit", total, Unit.MICRO, situation.origin("receipts"))


def open_signals(situation: Situation) -> Number:
    """What was asked for and is no document yet (K7)."""
    total = sum(one.quantity for one in situation.open_signals())
    return Number("open_signals", total, Unit.MICRO, situation.origin("open_signals"))


def formula(name: str, value: int, unit: Unit = Unit.MICRO) -> Number:
    """A number that was worked out of the others."""
    return Number(name, value, unit, "formula")


def spare(free: Number, safety_stock: Number) -> Number:
    """A06:「可用库存=实际库存-已分配订单-安全库存」; not the ERP's free quantity, which keeps no safety stock."""
    return formula("spare", free.value - safety_stock.value)
