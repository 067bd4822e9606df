"""A04: confirmed sales orders that are made to order need all their raw materials and sub-assemblies.

Source:「当一笔新的销售订单确认后,系统直接触发所有相关原材料和半成品的采购流程」.
No safety stock is kept for it. What lies here unclaimed and what is coming is taken off: otherwise the same order would
be bought for again with each receipt.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.quantity import format_quantity
from gateway.reorder.explosion import claims, uncovered
from gateway.reorder.finding import Finding, Number, Operator, Unit, compare
from gateway.reorder.measure import formula, measured
from gateway.reorder.proposal import Judged, Ordering, proposed, rested, unable
from gateway.reorder.situation import Situation
from gateway.text.sentence import say

KIND = "make_to_order"
_FORMULA = "claims + allocated - on_hand - in_transit - open_signals > 0"


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeToOrder(Ordering):
    """As every kind that orders."""


def find(rule: MakeToOrder, situation: Situation, named: str) -> Finding:
    """`missing = claims + allocated - on_hand - in_transit - open_signals`, at most the claims of the sales orders.

    What others have reserved is theirs; the need time is that of the first order that does not get all it needs.
    """
    needed = claims([one for one in situation.work_orders() if one.is_for_customer], situation)
    if not isinstance(needed, list):
        return unable(KIND, _FORMULA, needed)
    position, parts = measured("position", situation)
    total = Number("claims", sum(one.quantity for one in needed), Unit.MICRO, situation.origin("work_orders"))
    need = formula("missing", max(0, min(total.value, total.value - position.value)))
    short = uncovered(needed, position.value)
    judged = Judged(
        KIND, _FORMULA, (compare(need, Operator.ABOVE, formula("nothing", 0)),), (total, *parts, position, need),
        need.value, short[0].due_ms if short else None,
    )  # fmt: skip
    if not judged.is_true:
        return rested(judged, say("REORDER_ORDERS_COVERED", item=situation.item, count=len(needed)))
    quantity, first = format_quantity(need.value), short[0].order
    why = say("REORDER_MADE_TO_ORDER", item=situation.item, need=quantity, count=len(short), first=first)
    return proposed(judged, rule, situation, why)
