"""A13: which items run short within days, and which lie too long."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.quantity import MICRO, format_quantity
from gateway.reorder.cover import cover_of
from gateway.reorder.exact import ceil
from gateway.reorder.finding import Finding, Number, Operator, Unit, compare
from gateway.reorder.measure import measured
from gateway.reorder.parameter import RATIO_LIMIT, Sort, given
from gateway.reorder.proposal import Judged, Ordering, flagged, proposed, rested, unable
from gateway.reorder.rate import window
from gateway.reorder.situation import Situation
from gateway.reorder.told import short
from gateway.text.sentence import say

KIND = "days_of_cover"
_FORMULA = "on_hand / daily_use <= short_days, or > excess_days"


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysOfCover(Ordering):
    short_days: int = given(Sort.RATIO, "working days; this much or less is short", default=3 * MICRO)
    excess_days: int = given(Sort.RATIO, "working days; more is too much", default=180 * MICRO)
    window_days: int = given(Sort.COUNT, "closed days that say what a day needs", default=28, low=1, high=60)
    order_days: int = given(Sort.RATIO, "order up to so many working days, 0: only tell", default=0, high=RATIO_LIMIT)


def find(rule: DaysOfCover, situation: Situation, named: str) -> Finding:
    """`cover <= short_days` (3天内, so 3.0 is short) -> level short; `cover > excess_days` -> level excess."""
    cover = cover_of(situation, rule.window_days)
    if cover.fault is not None:
        return unable(KIND, _FORMULA, cover.fault, cover.numbers)
    few = compare(cover.up, Operator.AT_MOST, Number("short_days", rule.short_days, Unit.DAYS, named))
    many = compare(cover.down, Operator.ABOVE, Number("excess_days", rule.excess_days, Unit.DAYS, named))
    here, stocked, lasts = situation.item, format_quantity(cover.on_hand.value), short(cover.down.value)
    if few.is_true:
        return _short(rule, situation, Judged(KIND, _FORMULA, (few,), (*cover.numbers, cover.up)), lasts)
    if many.is_true and cover.on_hand.value > 0:
        judged = Judged(KIND, _FORMULA, (many,), (*cover.numbers, cover.down))
        if not cover.is_used:
            return flagged(judged, say("REORDER_NEVER_USED_UP", item=here, stock=stocked), level="excess")
        limit = short(rule.excess_days)
        return flagged(judged, say("REORDER_EXCESS", item=here, days=lasts, limit=limit), level="excess")
    judged = Judged(KIND, _FORMULA, (few, many), (*cover.numbers, cover.up))
    return rested(judged, say("REORDER_COVERED", item=here, days=lasts))


def _short(rule: DaysOfCover, situation: Situation, judged: Judged, lasts: str) -> Finding:
    why = say("REORDER_SHORT", item=situation.item, days=lasts, limit=short(rule.short_days))
    if rule.order_days == 0:
        return flagged(judged, why, level="short")
    position, parts = measured("position", situation)
    per_day = window(situation.usage(), situation.calendar(), situation.now_ms, rule.window_days).per_day
    need = ceil(per_day * rule.order_days / MICRO) - position.value
    full = Judged(KIND, _FORMULA, judged.comparisons, (*judged.numbers, *parts[1:], position), need)
    if need <= 0:
        return flagged(full, why, level="short")
    return proposed(full, rule, situation, why, level="short")
