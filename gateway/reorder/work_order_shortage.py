"""A03, K9: what open work orders need of an item and is neither here nor on its way.

Source:「计算所需物料总量,并比对当前库存与在途库存,若存在缺口,则立即为缺口部分生成采购或调拨任务」.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.quantity import format_quantity
from gateway.reorder.explosion import Claim, claims, uncovered
from gateway.reorder.finding import Finding, Number, Operator, Unit, compare
from gateway.reorder.measure import formula, in_transit, on_hand, open_signals
from gateway.reorder.parameter import Sort, given
from gateway.reorder.proposal import Judged, Ordering, proposed, rested, unable
from gateway.reorder.situation import Situation
from gateway.text.sentence import say

KIND = "work_order_shortage"
TOLD = 20  # orders that a finding names
_FORMULA = "claims - on_hand - in_transit - open_signals + safety_stock > 0"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrderShortage(Ordering):
    safety_stock: int = given(Sort.QUANTITY, "what must be left when all orders have theirs", default=0)
    transfer: bool = given(Sort.FLAG, "take what is free at other locations before ordering", default=True)


def find(rule: WorkOrderShortage, situation: Situation, named: str) -> Finding:
    """`gap = sum of claims - on_hand - in_transit - open_signals`; above nothing it is transferred, the rest ordered.

    Claims are served in due order: the need time is that of the first order that does not get all it needs.
    """
    needed = claims([one for one in situation.work_orders() if not one.is_for_customer], situation)
    if not isinstance(needed, list):
        return unable(KIND, _FORMULA, needed)
    held, coming, asked = on_hand(situation), in_transit(situation), open_signals(situation)
    total = Number("claims", sum(one.quantity for one in needed), Unit.MICRO, situation.origin("work_orders"))
    safety = Number("safety_stock", rule.safety_stock, Unit.MICRO, named)
    supply = held.value + coming.value + asked.value - safety.value
    gap = formula("gap", max(0, total.value - supply) if needed else 0)
    short = uncovered(needed, supply)
    judged = Judged(
        KIND, _FORMULA, (compare(gap, Operator.ABOVE, formula("nothing", 0)),),
        (total, held, coming, asked, safety, gap, *_shortages(short, situation)), gap.value,
        need_ms=short[0].due_ms if short else None,
    )  # fmt: skip
    if not judged.is_true:
        return rested(judged, say("REORDER_ORDERS_COVERED", item=situation.item, count=len(needed)))
    missing, first = format_quantity(gap.value), short[0].order
    why = say("REORDER_ORDERS_SHORT", item=situation.item, gap=missing, count=len(short), first=first)
    return proposed(judged, rule, situation, why, is_transferred=rule.transfer)


def _shortages(short: list[Claim], situation: Situation) -> tuple[Number, ...]:
    origin = situation.origin("work_orders")
    return tuple(Number(f"short {one.order}", one.quantity, Unit.MICRO, origin) for one in short[:TOLD])
