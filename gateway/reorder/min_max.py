"""(s,S): at or below the minimum, order up to the maximum."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.model import Rejection
from gateway.quantity import format_quantity
from gateway.reorder.finding import Finding, Number, Operator, Unit, compare
from gateway.reorder.measure import MEASURES, measured
from gateway.reorder.parameter import Sort, given
from gateway.reorder.proposal import Judged, Limited, proposed, rested, unable
from gateway.reorder.situation import Situation
from gateway.text.sentence import say

KIND = "min_max"


@dataclass(frozen=True, slots=True, kw_only=True)
class MinMax(Limited):
    minimum: int = given(Sort.QUANTITY, "order when there is this much or less")
    maximum: int = given(Sort.QUANTITY, "order up to this; not below minimum")
    stock: str = given(Sort.WORD, "which stock is compared", default="position", choices=MEASURES)


def find(rule: MinMax, situation: Situation, named: str) -> Finding:
    """`stock <= minimum` -> maximum - stock. Source: the (s,S) policy, which fires at s itself."""
    stock, parts = measured(rule.stock, situation)
    low = Number("minimum", rule.minimum, Unit.MICRO, named)
    high = Number("maximum", rule.maximum, Unit.MICRO, named)
    text = f"{rule.stock} <= minimum -> maximum - {rule.stock}"
    if rule.maximum < rule.minimum:
        fault = say("REORDER_MIN_ABOVE_MAX", minimum=format_quantity(low.value), maximum=format_quantity(high.value))
        return unable(KIND, text, Rejection("MIN_ABOVE_MAX", fault, str(high.value)), (low, high))
    at_most = compare(stock, rule.below(Operator.AT_MOST), low)
    judged = Judged(KIND, text, (at_most,), (stock, *parts, low, high), rule.maximum - stock.value)
    here, stocked, limit = situation.item, format_quantity(stock.value), format_quantity(low.value)
    if not judged.is_true:
        return rested(judged, say("REORDER_ABOVE_MINIMUM", item=here, stock=stocked, minimum=limit))
    if judged.need <= 0:
        return rested(judged, say("REORDER_NOTHING_MISSING", item=here))
    top = format_quantity(high.value)
    return proposed(
        judged, rule, situation, say("REORDER_MIN_MAX", item=here, stock=stocked, minimum=limit, maximum=top)
    )
