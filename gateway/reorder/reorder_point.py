"""Reorder point ROP = d * L + SS: at or below it lots are ordered. SS by any formula of safety.py, a kind for each.

With a review period R the stock must last until the next review as well: L becomes L + R.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from gateway.model import Rejection
from gateway.quantity import MICRO, format_quantity
from gateway.reorder import safety
from gateway.reorder.exact import ceil
from gateway.reorder.finding import Finding, Number, Operator, Unit, compare
from gateway.reorder.fixed_lot import lots_above
from gateway.reorder.measure import MEASURES, formula, measured
from gateway.reorder.parameter import RATIO_LIMIT, Sort, given
from gateway.reorder.proposal import Judged, Limited, proposed, rested, size_of, unable
from gateway.reorder.rate import window
from gateway.reorder.situation import Situation
from gateway.reorder.source import Choice, choose
from gateway.reorder.told import micro
from gateway.text.sentence import say

FIXED, LARGEST_MONTH, DEVIATION, LEAD_TIME, TIME = (
    "reorder_point", "reorder_point_month", "reorder_point_deviation", "reorder_point_lead_time", "reorder_point_time",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AtPoint(Limited):
    """What all of them have."""

    lot: int = given(Sort.QUANTITY, "quantity of one lot, 0: just above the reorder point", default=0)
    lead_time: int = given(Sort.SPAN, "time from order to receipt, 0 min: as the source says", default=0)
    review: int = given(Sort.SPAN, "time between two looks, 0 min: it is looked at all the time", default=0)
    window_days: int = given(Sort.COUNT, "closed days that say what a day needs", default=28, low=1, high=60)
    stock: str = given(Sort.WORD, "which stock is compared", default="position", choices=MEASURES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed(AtPoint):
    safety_stock: int = given(Sort.QUANTITY, "stock for what nobody expects", default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LargestMonth(AtPoint):
    months: int = given(Sort.COUNT, "closed calendar months", default=12, low=1, high=24)
    factor: int = given(Sort.RATIO, "times the largest month", default=1_200_000, high=10 * MICRO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation(AtPoint):
    service_level: str = given(Sort.WORD, "cycles without a shortage", default="95 %", choices=tuple(safety.Z))


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTime(Deviation):
    """As Deviation; the source's deliveries say how much its lead time varies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Time(AtPoint):
    safety_days: int = given(Sort.RATIO, "working days of use", default=0, high=RATIO_LIMIT)
    safety_hours: int = given(Sort.RATIO, "hours of use, on top of the days", default=0, high=RATIO_LIMIT)
    half_life: int = given(Sort.SPAN, "working time after which use counts half", default=14_400_000, low=60_000)


Safety = Callable[[Situation, Choice, Fraction], safety.Level]


def find_fixed(rule: Fixed, situation: Situation, named: str) -> Finding:
    """SS given."""
    return _find(FIXED, rule, situation, named, lambda _, __, ___: safety.fixed(rule.safety_stock, named))


def find_month(rule: LargestMonth, situation: Situation, named: str) -> Finding:
    """SS = largest month * factor (A08)."""

    def level(at: Situation, _: Choice, __: Fraction) -> safety.Level:
        return safety.of_largest_month(at, rule.months, rule.factor, named)

    return _find(LARGEST_MONTH, rule, situation, named, level)


def find_deviation(rule: Deviation, situation: Situation, named: str) -> Finding:
    """SS = z * s_d * sqrt(L)."""

    def level(at: Situation, _: Choice, lead: Fraction) -> safety.Level:
        return safety.of_deviation(at, safety.Z[rule.service_level], rule.window_days, lead, named)

    return _find(DEVIATION, rule, situation, named, level)


def find_lead_time(rule: LeadTime, situation: Situation, named: str) -> Finding:
    """SS = z * sqrt(L * s_d^2 + d^2 * s_L^2)."""

    def level(at: Situation, choice: Choice, lead: Fraction) -> safety.Level:
        return safety.of_both_deviations(at, choice, safety.Z[rule.service_level], rule.window_days, lead, named)

    return _find(LEAD_TIME, rule, situation, named, level)


def find_time(rule: Time, situation: Situation, named: str) -> Finding:
    """SS = hours of use (A20, A21)."""

    def level(at: Situation, _: Choice, __: Fraction) -> safety.Level:
        return safety.of_time(at, rule.safety_days, rule.safety_hours, rule.half_life, named)

    return _find(TIME, rule, situation, named, level)


def _find(kind: str, rule: AtPoint, situation: Situation, named: str, safety_of: Safety) -> Finding:
    """`stock <= d * L + SS` -> lots * lot, smallest so that stock + lots * lot is above it."""
    text = f"{rule.stock} <= daily_use * lead_days + safety_stock -> lots * lot"
    choice = choose(situation, rule.source)
    lead_ms = rule.lead_time or choice.lead_ms
    if lead_ms is None:
        fault = Rejection("NO_LEAD_TIME", say("REORDER_NO_LEAD_TIME", item=situation.item), "nothing", "a lead time")
        return unable(kind, text, fault)
    lead = safety.lead_days(situation, lead_ms + rule.review)
    level = safety_of(situation, choice, lead)
    if level.fault is not None:
        return unable(kind, text, level.fault)
    demand = window(situation.usage(), situation.calendar(), situation.now_ms, rule.window_days)
    stock, parts = measured(rule.stock, situation)
    point = formula("reorder_point", ceil(demand.per_day * lead) + level.value)
    lot = rule.lot or max(1, size_of(rule, choice).rounding)
    lots = lots_above(stock.value, point.value, lot)
    numbers = (
        stock, *parts,
        Number("daily_use", ceil(demand.per_day), Unit.MICRO_PER_DAY, situation.origin("usage")),
        Number("lead_time", lead_ms, Unit.MS, named if rule.lead_time else situation.origin("sources")),
        formula("lead_days", micro(lead), Unit.DAYS),
        *(one for one in level.numbers if one.name != "lead_days"), point,
        Number("lot", lot, Unit.MICRO, named if rule.lot else "order size"), formula("lots", lots, Unit.COUNT),
    )  # fmt: skip
    judged = Judged(kind, text, (compare(stock, rule.below(Operator.AT_MOST), point),), numbers, lots * lot)
    here, stocked, limit = situation.item, format_quantity(stock.value), format_quantity(point.value)
    if not judged.is_true:
        return rested(judged, say("REORDER_ABOVE_POINT", item=here, stock=stocked, point=limit))
    size = format_quantity(lot)
    return proposed(
        judged, rule, situation, say("REORDER_FIXED_LOT", item=here, stock=stocked, point=limit, lots=lots, lot=size)
    )
