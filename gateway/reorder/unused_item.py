"""A12: items of which nothing was used for months. Another clock (no use) and another scope (item) than A11."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from gateway.quantity import format_quantity
from gateway.reorder.finding import Finding, Number, Operator, Unit, compare
from gateway.reorder.measure import formula, on_hand
from gateway.reorder.parameter import Sort, given
from gateway.reorder.proposal import Judged, flagged, rested
from gateway.reorder.situation import Situation
from gateway.text.sentence import say

KIND = "unused_item"
_FORMULA = "months since the last use >= months, and on_hand > 0"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedItem:
    months: int = given(Sort.COUNT, "calendar months without use", default=6, low=1, high=120)


def find(rule: UnusedItem, situation: Situation, named: str) -> Finding:
    """「6个月未动用」: the same day of the month counts as reached. A generic item may be sold off cheaper (8折), of a
    custom one its customer is asked. What was never used counts from when it came, else from when it was watched.
    """
    held = on_hand(situation)
    last_ms = _last_use(situation)
    if last_ms is None:
        nothing = Judged(KIND, _FORMULA, (), (held,))
        return rested(nothing, say("REORDER_NO_USE_KNOWN", item=situation.item))
    calendar = situation.calendar()
    idle = months_between(calendar.day_of(last_ms), calendar.day_of(situation.now_ms))
    unused = Number("idle_months", idle, Unit.COUNT, situation.origin("usage"))
    judged = Judged(
        KIND, _FORMULA,
        (compare(unused, Operator.AT_LEAST, Number("months", rule.months, Unit.COUNT, named)),
         compare(held, Operator.ABOVE, formula("nothing", 0))),
        (unused, held),
    )  # fmt: skip
    here, stocked = situation.item, format_quantity(held.value)
    if not judged.is_true:
        return rested(judged, say("REORDER_USED_LATELY", item=here, months=idle))
    if situation.is_custom():
        return flagged(judged, say("REORDER_UNUSED_CUSTOM", item=here, stock=stocked, months=idle), level="risk")
    return flagged(judged, say("REORDER_UNUSED", item=here, stock=stocked, months=idle), level="risk")


def months_between(start: date, end: date) -> int:
    """Whole calendar months; the 31st is reached on the last day of a shorter month."""
    months = (end.year - start.year) * 12 + end.month - start.month
    reached = min(start.day, monthrange(end.year, end.month)[1])
    return months - (end.day < reached)


def _last_use(situation: Situation) -> int | None:
    history, lots = situation.usage(), situation.lots()
    uses = [history.last_ms, *(one.issued_ms or 0 for one in lots)]
    if max(uses) > 0:
        return max(uses)
    came = [one.received_ms for one in lots if one.received_ms is not None and one.quantity > 0]
    return min(came) if came else history.since_ms or None
