"""A16: a safety stock that follows the season and the supply, within bounds that nobody's numbers can break.

Source:「在销售旺季或某个原材料供应紧张时,系统自动调高安全库存警戒线;反之,则自动降低」.
The supply is as tight as the last deliveries took longer than planned.
The factor that was asked for and the one that was allowed are both told.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from gateway.model import Rejection
from gateway.quantity import MICRO, format_quantity
from gateway.reorder import safety
from gateway.reorder.exact import ceil, mean
from gateway.reorder.finding import Finding, Number, Operator, Unit, compare
from gateway.reorder.measure import MEASURES, formula, measured
from gateway.reorder.parameter import Sort, given
from gateway.reorder.proposal import Judged, Limited, proposed, rested, unable
from gateway.reorder.season import LEAST, MOST, Season, factor_on
from gateway.reorder.situation import Situation
from gateway.reorder.source import DELIVERIES, Choice, choose, deliveries
from gateway.reorder.told import micro, short
from gateway.text.sentence import say

KIND = "dynamic_safety"
_FORMULA = "stock < base * factor, factor = season * supply within bounds, the product within bounds"


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicSafety(Limited):
    safety_stock: int = given(Sort.QUANTITY, "what is multiplied; 0: z * deviation * sqrt(lead time)", default=0)
    service_level: str = given(Sort.WORD, "cycles without a shortage", default="95 %", choices=tuple(safety.Z))
    window_days: int = given(Sort.COUNT, "closed days that say how much days differ", default=28, low=2, high=60)
    seasons: tuple[Season, ...] = given(Sort.SEASONS, "factors by season", default=())
    follow_supply: bool = given(Sort.FLAG, "more when deliveries take longer than planned", default=False)
    least_factor: int = given(Sort.RATIO, "the factor never goes below", default=MICRO // 2, low=LEAST, high=MICRO)
    most_factor: int = given(Sort.RATIO, "the factor never goes above", default=2 * MICRO, low=MICRO, high=MOST)
    least: int = given(Sort.QUANTITY, "the safety stock never goes below", default=0)
    most: int = given(Sort.QUANTITY, "the safety stock never goes above, 0 for no limit", default=0)
    order_quantity: int = given(Sort.QUANTITY, "how much to order, 0: what is missing", default=0)
    stock: str = given(Sort.WORD, "which stock is compared", default="on_hand", choices=MEASURES)


def find(rule: DynamicSafety, situation: Situation, named: str) -> Finding:
    """Strict, as every safety stock (A02)."""
    if 0 < rule.most < rule.least:
        low, high = format_quantity(rule.least), format_quantity(rule.most)
        text = say("REORDER_MIN_ABOVE_MAX", minimum=low, maximum=high)
        return unable(KIND, _FORMULA, Rejection("MIN_ABOVE_MAX", text, high))
    base = _base(rule, situation, named)
    if base.fault is not None:
        return unable(KIND, _FORMULA, base.fault)
    season = factor_on(rule.seasons, situation.calendar().day_of(situation.now_ms))
    supply = _tightness(choose(situation, rule.source)) if rule.follow_supply else Fraction(1)
    asked = Fraction(season, MICRO) * supply
    factor = min(max(micro(asked), rule.least_factor), rule.most_factor)
    wanted = max(ceil(Fraction(base.value * factor, MICRO)), rule.least)
    level = formula("dynamic_safety_stock", min(wanted, rule.most) if rule.most else wanted)
    stock, parts = measured(rule.stock, situation)
    numbers = (
        stock, *parts, *base.numbers, Number("season", season, Unit.RATIO, named),
        Number("supply", micro(supply), Unit.RATIO, situation.origin("sources")),
        formula("factor_asked", micro(asked), Unit.RATIO), formula("factor", factor, Unit.RATIO), level,
    )  # fmt: skip
    below = compare(stock, rule.below(Operator.BELOW), level)
    judged = Judged(KIND, _FORMULA, (below,), numbers, rule.order_quantity or level.value - stock.value)
    here, stocked, limit = situation.item, format_quantity(stock.value), format_quantity(level.value)
    if not judged.is_true:
        return rested(judged, say("REORDER_SAFE", item=here, stock=stocked, safety=limit))
    if judged.need <= 0:
        return rested(judged, say("REORDER_NOTHING_MISSING", item=here))
    times = short(factor)
    why = say("REORDER_BELOW_DYNAMIC", item=here, stock=stocked, safety=limit, factor=times)
    return proposed(judged, rule, situation, why)


def _base(rule: DynamicSafety, situation: Situation, named: str) -> safety.Level:
    if rule.safety_stock:
        return safety.fixed(rule.safety_stock, named)
    lead_ms = choose(situation, rule.source).lead_ms
    if lead_ms is None:
        text = say("REORDER_NO_LEAD_TIME", item=situation.item)
        return safety.Level(fault=Rejection("NO_LEAD_TIME", text, "nothing", "a lead time"))
    lead = safety.lead_days(situation, lead_ms)
    return safety.of_deviation(situation, safety.Z[rule.service_level], rule.window_days, lead, named)


def _tightness(choice: Choice) -> Fraction:
    """How many times as long as planned the last DELIVERIES took; one when nobody can say."""
    source = choice.source
    past = deliveries(source) if source else ()
    if source is None or not source.planned_ms or len(past) < DELIVERIES:
        return Fraction(1)
    return mean(past[-DELIVERIES:]) / source.planned_ms
