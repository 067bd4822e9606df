"""A04: confirmed sales orders that are made to order need all their raw materials and sub-assemblies.

Source:「当一笔新的销售订单确认后,系统直接触发所有相关原材料和半成品的采购流程」.
Nothing is taken from stock and no safety stock is kept for it; only
what was asked for under the number of the same order is not asked for again.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.quantity import format_quantity
from gateway.reorder.explosion import Claim, claims
from gateway.reorder.finding import Finding, Number, Operator, Unit, compare
from gateway.reorder.measure import formula
from gateway.reorder.proposal import Judged, Ordering, proposed, rested, unable
from gateway.reorder.situation import Situation
from gateway.text.sentence import say

KIND = "make_to_order"
_FORMULA = "claims of sales orders - asked for under their numbers > 0"


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeToOrder(Ordering):
    """As every kind that orders."""


def find(rule: MakeToOrder, situation: Situation, named: str) -> Finding:
    """`need = sum over sales orders of max(0, claim - asked for)`."""
    needed = claims([one for one in situation.work_orders() if one.is_for_customer], situation, is_netted=False)
    if not isinstance(needed, list):
        return unable(KIND, _FORMULA, needed)
    asked = _asked(situation)
    open_claims = [Claim(one.order, one.quantity - asked.get(one.order, 0), one.due_ms) for one in needed]
    missing = [one for one in open_claims if one.quantity > 0]
    total = Number("claims", sum(one.quantity for one in needed), Unit.MICRO, situation.origin("work_orders"))
    need = formula("missing", sum(one.quantity for one in missing))
    judged = Judged(
        KIND, _FORMULA, (compare(need, Operator.ABOVE, formula("nothing", 0)),), (total, need), need.value,
        missing[0].due_ms if missing else None,
    )  # fmt: skip
    if not judged.is_true:
        return rested(judged, say("REORDER_ORDERS_COVERED", item=situation.item, count=len(needed)))
    quantity, first = format_quantity(need.value), missing[0].order
    why = say("REORDER_MADE_TO_ORDER", item=situation.item, need=quantity, count=len(missing), first=first)
    return proposed(judged, rule, situation, why)


def _asked(situation: Situation) -> dict[str, int]:
    asked: dict[str, int] = {}
    pegged = [(one.order, one.quantity) for one in situation.receipts()]
    pegged += [(one.order, one.quantity) for one in situation.open_signals()]
    for order, quantity in pegged:
        if order:
            asked[order] = asked.get(order, 0) + quantity
    return asked
