"""(R,Q): at or below the reorder point, order as many fixed lots as bring the position above it."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.quantity import format_quantity
from gateway.reorder.finding import Finding, Number, Operator, Unit, compare
from gateway.reorder.measure import MEASURES, measured
from gateway.reorder.parameter import Sort, given
from gateway.reorder.proposal import Judged, Limited, proposed, rested
from gateway.reorder.situation import Situation
from gateway.text.sentence import say

KIND = "fixed_lot"


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedLot(Limited):
    reorder_point: int = given(Sort.QUANTITY, "order when there is this much or less")
    lot: int = given(Sort.QUANTITY, "quantity of one lot", low=1)
    stock: str = given(Sort.WORD, "which stock is compared", default="position", choices=MEASURES)


def find(rule: FixedLot, situation: Situation, named: str) -> Finding:
    """`stock <= reorder_point` -> lots * lot, smallest so that stock + lots * lot > reorder_point.

    Source: the (R,Q) policy, also written (R,nQ).
    """
    stock, parts = measured(rule.stock, situation)
    point = Number("reorder_point", rule.reorder_point, Unit.MICRO, named)
    lot = Number("lot", rule.lot, Unit.MICRO, named)
    lots = lots_above(stock.value, point.value, lot.value)
    at_most = compare(stock, rule.below(Operator.AT_MOST), point)
    judged = Judged(
        KIND, f"{rule.stock} <= reorder_point -> lots * lot", (at_most,),
        (stock, *parts, point, lot, Number("lots", lots, Unit.COUNT, "formula")), lots * rule.lot,
    )  # fmt: skip
    here, stocked, limit = situation.item, format_quantity(stock.value), format_quantity(point.value)
    if not judged.is_true:
        return rested(judged, say("REORDER_ABOVE_POINT", item=here, stock=stocked, point=limit))
    size = format_quantity(lot.value)
    return proposed(
        judged, rule, situation, say("REORDER_FIXED_LOT", item=here, stock=stocked, point=limit, lots=lots, lot=size)
    )


def lots_above(stock: int, point: int, lot: int) -> int:
    """The fewest lots that bring `stock` above `point`; 0 when it is there already."""
    return max(0, (point - stock) // lot + 1)
