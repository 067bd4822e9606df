"""A15: the stock of the next 30 days, from what is scheduled to come and to go: shortages and excess ahead.

Source:「提前30天预警缺货/积压风险,并给出解决方案」.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from gateway.quantity import MICRO, format_quantity
from gateway.reorder.finding import Comparison, Finding, Number, Operator, Unit, compare
from gateway.reorder.measure import formula, in_transit, on_hand, open_signals
from gateway.reorder.net_requirement import demands_until
from gateway.reorder.parameter import DAY_MS, Sort, given
from gateway.reorder.proposal import Judged, Ordering, flagged, proposed, rested, unable
from gateway.reorder.situation import Demand, Situation
from gateway.reorder.told import micro
from gateway.text.sentence import say

KIND = "projection"
_FORMULA = (
    "lowest projected stock < safety_stock -> safety_stock - lowest; last projected stock > excess_days of demand"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection(Ordering):
    horizon: int = given(Sort.SPAN, "how far ahead", default=30 * DAY_MS, low=DAY_MS)
    safety_stock: int = given(Sort.QUANTITY, "short when it falls below this", default=0)
    excess_days: int = given(Sort.RATIO, "too much when more days of demand are left at the end", default=180 * MICRO)


@dataclass(frozen=True, slots=True)
class Point:
    """The projected stock from one instant on; `at_ms` is the end of the horizon for what has no date."""

    at_ms: int
    stock: int


def find(rule: Projection, situation: Situation, named: str) -> Finding:
    """`stock = on_hand + receipts + open signals - demands` from instant to instant, strict below the safety stock.

    At the same instant what comes counts before what goes. What has no date counts at the end of the horizon when it
    goes, and not at all when it comes: nobody can say that it comes in time. It is not ordered again though.
    """
    until_ms = situation.now_ms + rule.horizon
    needed = demands_until(situation, until_ms)
    if not isinstance(needed, list):
        return unable(KIND, _FORMULA, needed)
    points = projected(situation, needed, until_ms)
    held, end = on_hand(situation), points[-1]
    lowest = formula("lowest", min(one.stock for one in points))
    safety = Number("safety_stock", rule.safety_stock, Unit.MICRO, named)
    last = formula("stock_at_end", end.stock)
    total = Number("demand", sum(one.quantity for one in needed), Unit.MICRO, situation.origin("demands"))
    low = compare(lowest, Operator.BELOW, safety)
    coming = (in_transit(situation), open_signals(situation))  # of which what has a date is in the projection
    numbers = (held, *coming, total, lowest, safety, last)
    if low.is_true:
        first = next(one for one in points if one.stock < safety.value)
        undated = formula("undated", _undated(situation))
        need = safety.value - lowest.value - undated.value
        judged = Judged(KIND, _FORMULA, (low,), (*numbers, undated), need, first.at_ms)
        day = situation.calendar().day_of(first.at_ms).isoformat()
        least = format_quantity(lowest.value)
        why = say("REORDER_PROJECTED_SHORT", item=situation.item, day=day, stock=least)
        if need <= 0:
            return flagged(judged, why, level="short")
        return proposed(judged, rule, situation, why, level="short")
    return _excess(rule, situation, named, low, numbers)


def projected(situation: Situation, needed: list[Demand], until_ms: int) -> list[Point]:
    """The stock now and after every instant at which it changes, the end of the horizon last."""
    now_ms = situation.now_ms
    coming = [(one.at_ms, one.quantity) for one in situation.receipts()]
    coming += [(one.due_ms, one.quantity) for one in situation.open_signals()]
    changes = [(max(at_ms, now_ms), 0, quantity) for at_ms, quantity in coming
               if at_ms is not None and at_ms <= until_ms]  # fmt: skip
    changes += [(max(one.at_ms, now_ms) if one.at_ms is not None else until_ms, 1, -one.quantity) for one in needed]
    stock = on_hand(situation).value
    points = [Point(now_ms, stock)]
    for at_ms, _, change in sorted(changes):
        stock += change
        points.append(Point(at_ms, stock))
    points.append(Point(until_ms, stock))
    return points


def _undated(situation: Situation) -> int:
    """What comes, but nobody said when."""
    coming = [(one.at_ms, one.quantity) for one in situation.receipts()]
    coming += [(one.due_ms, one.quantity) for one in situation.open_signals()]
    return sum(quantity for at_ms, quantity in coming if at_ms is None)


def _excess(
    rule: Projection, situation: Situation, named: str, below: Comparison, numbers: tuple[Number, ...]
) -> Finding:
    *_, total, _, _, last = numbers
    per_day = Fraction(total.value * DAY_MS, rule.horizon)
    here, left = situation.item, format_quantity(last.value)
    if per_day == 0:  # nothing says how long it lasts; A12 and A13 see what nobody uses
        return rested(Judged(KIND, _FORMULA, (below,), numbers), say("REORDER_PROJECTED_SAFE", item=here, stock=left))
    days = formula("days_at_end", micro(last.value / per_day), Unit.DAYS)
    many = compare(days, Operator.ABOVE, Number("excess_days", rule.excess_days, Unit.DAYS, named))
    if many.is_true:
        judged = Judged(KIND, _FORMULA, (many,), (*numbers, days))
        limit = format_quantity(rule.excess_days)
        return flagged(judged, say("REORDER_PROJECTED_EXCESS", item=here, stock=left, days=limit), level="excess")
    judged = Judged(KIND, _FORMULA, (below, many), (*numbers, days))
    return rested(judged, say("REORDER_PROJECTED_SAFE", item=here, stock=left))
