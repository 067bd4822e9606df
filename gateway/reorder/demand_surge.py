"""A10: use has risen and the stock does not last at the new rate: a rush, by the fastest supplier.

Source:「日均消耗量在过去7天内上涨了20%,且当前库存低于15天用量」. Whether a rise of exactly 20 % counts is not said
there: it does here. The days before the last ones are what is compared with; without use in them there is no rise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gateway.quantity import MICRO, format_quantity
from gateway.reorder.cover import cover_of, no_history
from gateway.reorder.exact import ceil
from gateway.reorder.finding import Finding, Number, Operator, Priority, Unit, compare
from gateway.reorder.measure import formula, measured
from gateway.reorder.parameter import Sort, given
from gateway.reorder.proposal import Judged, Ordering, flagged, proposed, rested, unable
from gateway.reorder.rate import window
from gateway.reorder.situation import Situation
from gateway.reorder.told import micro, short
from gateway.text.sentence import say

KIND = "demand_surge"
_FORMULA = "daily_use / daily_use_before >= growth and on_hand / daily_use < cover_days -> cover_days * daily_use"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandSurge(Ordering):
    growth: int = given(Sort.RATIO, "times the use before, at least", default=1_200_000, low=MICRO, high=100 * MICRO)
    days: int = given(Sort.COUNT, "closed days that are compared with as many before", default=7, low=1, high=30)
    cover_days: int = given(Sort.RATIO, "working days; the stock lasts less than this", default=15 * MICRO)
    least_days: int = given(Sort.COUNT, "days with use before, else it is no sample", default=3, low=1, high=30)


def find(rule: DemandSurge, situation: Situation, named: str) -> Finding:
    """Strict for the cover (低于), not for the growth. What is under way already is not ordered again, only told."""
    usage, calendar, now_ms = situation.usage(), situation.calendar(), situation.now_ms
    before = window(usage, calendar, now_ms, rule.days, back=rule.days)
    if not before.is_known:
        return unable(KIND, _FORMULA, no_history(situation, 2 * rule.days))
    base = Number("daily_use_before", ceil(before.per_day), Unit.MICRO_PER_DAY, situation.origin("usage"))
    cover = cover_of(situation, rule.days)
    sample = Number("days_with_use", before.days_with_use, Unit.COUNT, situation.origin("usage"))
    numbers = (cover.daily_use, base, sample, cover.on_hand, cover.down)
    if before.used == 0 or before.days_with_use < rule.least_days:
        no_sample = compare(sample, Operator.AT_LEAST, Number("least_days", rule.least_days, Unit.COUNT, named))
        judged = Judged(KIND, _FORMULA, (no_sample,), numbers)
        return rested(judged, say("REORDER_NO_SAMPLE", item=situation.item, days=before.days_with_use))
    per_day = window(usage, calendar, now_ms, rule.days).per_day
    rise = formula("growth", micro(per_day / before.per_day), Unit.RATIO)
    comparisons = (
        compare(rise, Operator.AT_LEAST, Number("growth", rule.growth, Unit.RATIO, named)),
        compare(cover.down, Operator.BELOW, Number("cover_days", rule.cover_days, Unit.DAYS, named)),
    )
    judged = Judged(KIND, _FORMULA, comparisons, (*numbers, rise), priority=Priority.URGENT)
    here, times, lasts = situation.item, short(rise.value), short(cover.down.value)
    if not judged.is_true:
        return rested(judged, say("REORDER_NO_SURGE", item=here, growth=times, days=lasts))
    position, parts = measured("position", situation)
    need = ceil(per_day * rule.cover_days / MICRO) - position.value
    full = replace(judged, numbers=(*judged.numbers, *parts[1:], position), need=need)
    if need <= 0:
        asked = format_quantity(position.value - cover.on_hand.value)
        return flagged(full, say("REORDER_SURGE_EXPEDITE", item=here, growth=times, days=lasts, coming=asked))
    return proposed(full, rule, situation, say("REORDER_SURGE", item=here, growth=times, days=lasts), by="fastest")
