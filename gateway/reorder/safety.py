"""Safety stock: every formula of it, each with the numbers it used, rounded up to the next millionth.

Demand is per working day and lead time is counted in working days, so that holidays ahead need no stock.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from gateway.model import Rejection
from gateway.quantity import MICRO
from gateway.reorder.exact import ceil, mean, root_up, variance
from gateway.reorder.finding import Number, Unit
from gateway.reorder.measure import formula
from gateway.reorder.rate import closed_months, deviation_squared, hourly_rate, window
from gateway.reorder.situation import Situation
from gateway.reorder.source import Choice, deliveries
from gateway.reorder.told import micro
from gateway.reorder.working_time import working_days
from gateway.text.sentence import say

# Standard normal quantiles in millionths, by service level.
Z = {"90 %": 1_281_600, "95 %": 1_644_900, "98 %": 2_053_700, "99 %": 2_326_300}


@dataclass(frozen=True, slots=True)
class Level:
    """A quantity of stock and the numbers it was worked out of, the quantity itself last; or why it cannot be known."""

    value: int = 0
    numbers: tuple[Number, ...] = ()
    fault: Rejection | None = None


def fixed(value: int, named: str) -> Level:
    return Level(value, (Number("safety_stock", value, Unit.MICRO, named),))


def of_largest_month(situation: Situation, months: int, factor: int, named: str) -> Level:
    """A08:「安全库存=最大月用量×1.2」: the largest of the last closed calendar months, times `factor` millionths."""
    known = closed_months(situation.usage(), situation.calendar(), situation.now_ms, months)
    if not known:
        return Level(fault=_unknown(situation, "closed calendar month"))
    value = ceil(Fraction(max(known) * factor, MICRO))
    return Level(value, (
        Number("largest_month", max(known), Unit.MICRO, situation.origin("usage")),
        Number("closed_months", len(known), Unit.COUNT, situation.origin("usage")),
        Number("factor", factor, Unit.RATIO, named), formula("safety_stock", value),
    ))  # fmt: skip


def of_deviation(situation: Situation, z: int, days: int, lead: Fraction, named: str) -> Level:
    """`z * s_d * sqrt(L)`: s_d the deviation of the use of a working day over `days` closed days, L working days."""
    spread = deviation_squared(situation.usage(), situation.calendar(), situation.now_ms, days)
    if spread is None:
        return Level(fault=_unknown(situation, "two working days"))
    value = root_up(Fraction(z, MICRO) ** 2 * spread * lead)
    return Level(value, (
        Number("z", z, Unit.RATIO, named), _deviation(spread, situation),
        formula("lead_days", micro(lead), Unit.DAYS), formula("safety_stock", value),
    ))  # fmt: skip


def of_both_deviations(situation: Situation, choice: Choice, z: int, days: int, lead: Fraction, named: str) -> Level:
    """`z * sqrt(L * s_d^2 + d^2 * s_L^2)`: the lead time varies too, as the source's deliveries show."""
    spread = deviation_squared(situation.usage(), situation.calendar(), situation.now_ms, days)
    if spread is None:
        return Level(fault=_unknown(situation, "two working days"))
    past = deliveries(choice.source) if choice.source else ()
    if len(past) < 2:
        text = say("REORDER_FEW_DELIVERIES", item=situation.item, count=len(past))
        return Level(fault=Rejection("FEW_DELIVERIES", text, str(len(past)), "2"))
    typical = max(Fraction(1), mean(past))
    lead_spread = variance(past) * (lead / typical) ** 2  # in working days, as the lead time is
    demand = window(situation.usage(), situation.calendar(), situation.now_ms, days).per_day
    value = root_up(Fraction(z, MICRO) ** 2 * (lead * spread + demand**2 * lead_spread))
    return Level(value, (
        Number("z", z, Unit.RATIO, named), _deviation(spread, situation),
        Number("lead_deviation", root_up(lead_spread * MICRO * MICRO), Unit.DAYS, situation.origin("sources")),
        formula("lead_days", micro(lead), Unit.DAYS), formula("safety_stock", value),
    ))  # fmt: skip


def of_time(situation: Situation, days: int, hours: int, half_life_ms: int, named: str) -> Level:
    """A20, A21: stock for so many working days and hours (millionths), at the rate of the last hours."""
    calendar, now_ms = situation.calendar(), situation.now_ms
    rate = hourly_rate(situation.usage(), calendar, now_ms, half_life_ms)
    if rate is None:
        return Level(fault=_unknown(situation, "hour"))
    day_hours = Fraction(sum(one.end - one.start for one in calendar.shifts), 60)
    time = Fraction(days, MICRO) * day_hours + Fraction(hours, MICRO)
    value = ceil(rate * time)
    return Level(value, (
        Number("hourly_rate", ceil(rate), Unit.MICRO_PER_HOUR, situation.origin("usage")),
        Number("safety_hours", micro(time), Unit.HOURS, named), formula("safety_stock", value),
    ))  # fmt: skip


def lead_days(situation: Situation, lead_ms: int) -> Fraction:
    """Working days of the location in a lead time that begins now."""
    return working_days(situation.calendar(), situation.now_ms, situation.now_ms + lead_ms)


def _deviation(spread: Fraction, situation: Situation) -> Number:
    return Number("daily_deviation", root_up(spread), Unit.MICRO_PER_DAY, situation.origin("usage"))


def _unknown(situation: Situation, what: str) -> Rejection:
    text = say("REORDER_NO_HISTORY", item=situation.item, what=what)
    return Rejection("NO_HISTORY", text, "nothing", what)
