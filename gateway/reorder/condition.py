"""What the other kinds do not cover: a condition of the planner's own, in the rule's `when`."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.reorder.finding import Finding, Number, Unit
from gateway.reorder.measure import on_hand
from gateway.reorder.parameter import Sort, given
from gateway.reorder.proposal import Judged, Ordering, flagged, proposed
from gateway.reorder.situation import Situation
from gateway.text.sentence import say

KIND = "condition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(Ordering):
    order_quantity: int = given(Sort.QUANTITY, "how much to order, 0: people are only told", default=0)


def find(rule: Condition, situation: Situation, named: str) -> Finding:
    """`when` -> order_quantity. The condition is evaluated by whoever has the rule; without it this always fires."""
    asked = Number("order_quantity", rule.order_quantity, Unit.MICRO, named)
    judged = Judged(KIND, "when -> order_quantity", (), (on_hand(situation), asked), rule.order_quantity)
    why = say("REORDER_CONDITION", item=situation.item)
    return proposed(judged, rule, situation, why) if rule.order_quantity else flagged(judged, why)
