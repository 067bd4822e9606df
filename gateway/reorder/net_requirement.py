"""A07, A09: what is needed within a time, less what there is.

Source:「需采购量=生产需用量-现有库存+安全库存」. Read literally it buys again what is on its way, so that is taken off
as well unless the rule says otherwise. The example of A09 (order 200, so that it is there when it is needed and no
earlier) holds for a demand of 500, a stock of 480 and a safety stock of 180, the only reading in which it does.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.model import Rejection
from gateway.quantity import format_quantity
from gateway.reorder.finding import Finding, Number, Operator, Unit, compare
from gateway.reorder.measure import formula, in_transit, on_hand, open_signals
from gateway.reorder.parameter import DAY_MS, Sort, given
from gateway.reorder.proposal import Judged, Ordering, proposed, rested, unable
from gateway.reorder.situation import Demand, Situation
from gateway.text.sentence import say

KIND = "net_requirement"
_FORMULA = "demand - on_hand - in_transit - open_signals + safety_stock > 0"
_LITERAL = "demand - on_hand + safety_stock > 0"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetRequirement(Ordering):
    safety_stock: int = given(Sort.QUANTITY, "what must be left afterwards", default=0)
    horizon: int = given(Sort.SPAN, "how far ahead demand counts", default=7 * DAY_MS, low=60_000)
    net_in_transit: bool = given(Sort.FLAG, "take off what is on its way or asked for", default=True)


def find(rule: NetRequirement, situation: Situation, named: str) -> Finding:
    """`buy = max(0, demand - on_hand + safety_stock)`, less what is coming; order-by time = need time - lead time."""
    needed = demands_until(situation, situation.now_ms + rule.horizon)
    text = _FORMULA if rule.net_in_transit else _LITERAL
    if not isinstance(needed, list):
        return unable(KIND, text, needed)
    held = on_hand(situation)
    coming = (in_transit(situation), open_signals(situation))  # told in any case, so that nobody nets them later
    safety = Number("safety_stock", rule.safety_stock, Unit.MICRO, named)
    total = Number("demand", sum(one.quantity for one in needed), Unit.MICRO, situation.origin("demands"))
    netted = sum(one.value for one in coming) if rule.net_in_transit else 0
    supply = held.value + netted - safety.value
    buy = formula("buy", max(0, total.value - supply))
    judged = Judged(
        KIND, text, (compare(buy, Operator.ABOVE, formula("nothing", 0)),),
        (total, held, *coming, safety, buy), buy.value, _needed_at(needed, supply),
    )  # fmt: skip
    here, wanted, stocked = situation.item, format_quantity(total.value), format_quantity(held.value)
    if not judged.is_true:
        return rested(judged, say("REORDER_DEMAND_COVERED", item=here, demand=wanted, stock=stocked))
    missing = format_quantity(buy.value)
    return proposed(
        judged, rule, situation, say("REORDER_DEMAND", item=here, demand=wanted, stock=stocked, missing=missing)
    )


def demands_until(situation: Situation, until_ms: int) -> list[Demand] | Rejection:
    """The demands up to and at an instant by time, those without one last; a negative one is refused by its name."""
    found = [one for one in situation.demands() if one.at_ms is None or one.at_ms <= until_ms]
    wrong = next((one for one in found if one.quantity < 0), None)
    if wrong is not None:
        got = format_quantity(wrong.quantity)
        text = say("REORDER_NEGATIVE_DEMAND", item=situation.item, ref=wrong.ref or "-", quantity=got)
        return Rejection("NEGATIVE_DEMAND", text, got, "0 or more")
    return sorted(found, key=lambda one: (one.at_ms is None, one.at_ms or 0, one.ref))


def _needed_at(needed: list[Demand], supply: int) -> int | None:
    """When the first demand takes more than there may be taken; None when nobody said when."""
    for one in needed:
        supply -= one.quantity
        if supply < 0:
            return one.at_ms
    return None
