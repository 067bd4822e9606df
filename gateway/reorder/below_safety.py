"""A01, A02: stock below its safety stock. Strict: at the safety stock itself nothing happens (低于)."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.quantity import format_quantity
from gateway.reorder.finding import Finding, Number, Operator, Unit, compare
from gateway.reorder.measure import MEASURES, measured, spare
from gateway.reorder.parameter import Sort, given
from gateway.reorder.proposal import Judged, Limited, proposed, rested
from gateway.reorder.situation import Situation
from gateway.text.sentence import say

KIND = "below_safety"


@dataclass(frozen=True, slots=True, kw_only=True)
class BelowSafety(Limited):
    safety_stock: int = given(Sort.QUANTITY, "order when there is less than this")
    order_quantity: int = given(Sort.QUANTITY, "how much to order, 0: what is missing to the safety stock", default=0)
    stock: str = given(Sort.WORD, "which stock is compared", default="on_hand", choices=MEASURES)


def find(rule: BelowSafety, situation: Situation, named: str) -> Finding:
    """`stock < safety_stock` -> order_quantity, or safety_stock - stock. Source: A01「低于其安全库存阈值」."""
    stock, parts = measured(rule.stock, situation)
    safety = Number("safety_stock", rule.safety_stock, Unit.MICRO, named)
    below = compare(stock, rule.below(Operator.BELOW), safety)
    fixed = Number("order_quantity", rule.order_quantity, Unit.MICRO, named)
    left = (spare(stock, safety),) if rule.stock == "free" else ()
    numbers = (stock, *parts, safety, *left, fixed)
    need = rule.order_quantity or safety.value - stock.value
    judged = Judged(KIND, f"{rule.stock} < safety_stock", (below,), numbers, need)
    here, stocked, limit = situation.item, format_quantity(stock.value), format_quantity(safety.value)
    if not judged.is_true:
        return rested(judged, say("REORDER_SAFE", item=here, stock=stocked, safety=limit))
    if judged.need <= 0:
        return rested(judged, say("REORDER_NOTHING_MISSING", item=here))
    return proposed(judged, rule, situation, say("REORDER_BELOW_SAFETY", item=here, stock=stocked, safety=limit))
