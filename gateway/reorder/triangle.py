"""A05: signal kanban: one card stands at a height of the stack; when the stock comes down to it, a whole lot is made.

For goods that are counted and have no card of their own each. Cards that wait for a lot are gateway/kanban/batch.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.quantity import format_quantity
from gateway.reorder.finding import Finding, Number, Operator, Unit, compare
from gateway.reorder.measure import MEASURES, formula, measured
from gateway.reorder.parameter import Sort, given
from gateway.reorder.proposal import Judged, Ordering, proposed, rested
from gateway.reorder.situation import Situation
from gateway.text.sentence import say

TRIANGLE, TWO_BIN = "triangle", "two_bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Triangle(Ordering):
    containers: int = given(Sort.COUNT, "height at which the card stands, in containers (sizing.py)", low=1)
    container: int = given(Sort.QUANTITY, "what one container holds", low=1)
    lot: int = given(Sort.QUANTITY, "what is made at once", low=1)
    stock: str = given(Sort.WORD, "which stock is compared", default="position", choices=MEASURES)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoBin(Ordering):
    bin: int = given(Sort.QUANTITY, "what one bin holds, at least the demand of a replenishment time", low=1)
    stock: str = given(Sort.WORD, "which stock is compared", default="position", choices=MEASURES)


def find_triangle(rule: Triangle, situation: Situation, named: str) -> Finding:
    """`stock <= containers * container` -> lot: it fires when the stock reaches the card."""
    stock, parts = measured(rule.stock, situation)
    point = formula("triangle", rule.containers * rule.container)
    lot = Number("lot", rule.lot, Unit.MICRO, named)
    size = Number("container", rule.container, Unit.MICRO, named)
    high = Number("containers", rule.containers, Unit.COUNT, named)
    reached = compare(stock, Operator.AT_MOST, point)
    judged = Judged(
        TRIANGLE, f"{rule.stock} <= containers * container -> lot", (reached,),
        (stock, *parts, high, size, point, lot), rule.lot,
    )  # fmt: skip
    here, stocked, limit = situation.item, format_quantity(stock.value), format_quantity(point.value)
    if not judged.is_true:
        return rested(judged, say("REORDER_ABOVE_TRIANGLE", item=here, stock=stocked, point=limit))
    made = format_quantity(lot.value)
    return proposed(judged, rule, situation, say("REORDER_TRIANGLE", item=here, stock=stocked, point=limit, lot=made))


def find_two_bin(rule: TwoBin, situation: Situation, named: str) -> Finding:
    """`stock <= bin` -> bin: the first of two bins is empty, the second one is opened."""
    stock, parts = measured(rule.stock, situation)
    size = Number("bin", rule.bin, Unit.MICRO, named)
    opened = compare(stock, Operator.AT_MOST, size)
    judged = Judged(TWO_BIN, f"{rule.stock} <= bin -> bin", (opened,), (stock, *parts, size), rule.bin)
    here, stocked, limit = situation.item, format_quantity(stock.value), format_quantity(size.value)
    if not judged.is_true:
        return rested(judged, say("REORDER_BIN_LEFT", item=here, stock=stocked, bin=limit))
    return proposed(judged, rule, situation, say("REORDER_BIN_EMPTY", item=here, stock=stocked, bin=limit))
