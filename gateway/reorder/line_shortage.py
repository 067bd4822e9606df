"""A27: the line runs dry soon: an urgent signal with the projected stock-out time."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.model import Rejection
from gateway.quantity import MICRO, format_quantity
from gateway.reorder.exact import ceil
from gateway.reorder.finding import Finding, Number, Operator, Priority, Unit, compare
from gateway.reorder.measure import formula, measured
from gateway.reorder.parameter import RATIO_LIMIT, Sort, given
from gateway.reorder.proposal import Judged, Ordering, flagged, proposed, rested, unable
from gateway.reorder.rate import hourly_rate
from gateway.reorder.situation import Situation
from gateway.reorder.told import short
from gateway.reorder.usage import HOUR_MS
from gateway.reorder.working_time import after_work
from gateway.text.sentence import say

KIND = "line_shortage"
_FORMULA = "on_hand / hourly_rate <= warn_hours -> up_to_hours * hourly_rate - position"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineShortage(Ordering):
    warn_hours: int = given(Sort.RATIO, "hours of working time; this much or less is urgent", default=2 * MICRO)
    up_to_hours: int = given(
        Sort.RATIO, "order up to so many hours of use, 0: only push what is under way", default=0, high=RATIO_LIMIT
    )
    half_life: int = given(Sort.SPAN, "working time after which use counts half", default=7_200_000, low=60_000)


def find(rule: LineShortage, situation: Situation, named: str) -> Finding:
    """Hours left = on_hand / rate, rounded up for `<=`; the stock-out time is that much working time from now."""
    rate = hourly_rate(situation.usage(), situation.calendar(), situation.now_ms, rule.half_life)
    if rate is None:
        text = say("REORDER_NO_HISTORY", item=situation.item, what="hour")
        return unable(KIND, _FORMULA, Rejection("NO_HISTORY", text, "nothing", "an hour"))
    position, parts = measured("position", situation)
    held = parts[0]
    pace = Number("hourly_rate", ceil(rate), Unit.MICRO_PER_HOUR, situation.origin("usage"))
    here, stocked = situation.item, format_quantity(held.value)
    if rate == 0:
        judged = Judged(KIND, _FORMULA, (), (held, pace))
        return rested(judged, say("REORDER_LINE_IDLE", item=here, stock=stocked))
    left = max(held.value, 0) / rate
    hours = formula("hours_left", ceil(left * MICRO), Unit.HOURS)
    soon = compare(hours, Operator.AT_MOST, Number("warn_hours", rule.warn_hours, Unit.HOURS, named))
    need = ceil(rate * rule.up_to_hours / MICRO) - position.value if rule.up_to_hours else 0
    out_ms = after_work(situation.calendar(), situation.now_ms, ceil(left * HOUR_MS))
    judged = Judged(
        KIND, _FORMULA, (soon,), (held, pace, hours, *parts[1:], position), need, out_ms, Priority.URGENT
    )  # fmt: skip
    if not judged.is_true:
        return rested(judged, say("REORDER_LINE_FED", item=here, stock=stocked, hours=short(hours.value)))
    why = say("REORDER_LINE_SHORT", item=here, stock=stocked, hours=short(hours.value))
    return proposed(judged, rule, situation, why, by="fastest") if need > 0 else flagged(judged, why)
