"""How fast an item is used: sums of closed days and months, averages with a half-life, deviation from day to day.

Days without use count as days of nothing, time without work does not count at all. What was used outside working time
is laid upon the work before it. More taken back than used counts as nothing used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from gateway.reorder.exact import ONE, decay, variance
from gateway.reorder.usage import DAYS, HOUR_MS, MINUTE_MS, MONTHS, History
from gateway.reorder.working_time import Calendar, spans, start_of_day

_EPOCH = date(1970, 1, 1)
_SCALE = 32  # binary places of a rate while it is averaged


@dataclass(frozen=True, slots=True)
class Window:
    """What was used in a stretch of closed local days, as far as the item was watched in it."""

    used: int  # micro-units, 0 or more
    working_days: int
    days_with_use: int
    is_known: bool  # the item was watched from its first day on

    @property
    def per_day(self) -> Fraction:
        """Micro-units in one working day; without any working day everything counts as used in one."""
        return Fraction(self.used, max(1, self.working_days))


def window(history: History, calendar: Calendar, now_ms: int, days: int, *, back: int = 0) -> Window:
    """The `days` closed local days that end `back` days before today; today itself is not closed."""
    today = day_number(calendar, now_ms)
    since = day_number(calendar, history.since_ms) if history.since_ms else today
    first, end = today - back - days, today - back
    sums = [quantity for day, quantity in history.days if first <= day < end]
    working = sum(calendar.is_working(_EPOCH + timedelta(days=day)) for day in range(max(first, since), end))
    return Window(max(0, sum(sums)), working, sum(one > 0 for one in sums), since <= first and days + back < DAYS)


def daily(history: History, calendar: Calendar, now_ms: int, days: int) -> tuple[int, ...]:
    """Use of each working day among the last `days` closed ones since the item is watched, oldest first."""
    today = day_number(calendar, now_ms)
    first = max(today - min(days, DAYS - 1), day_number(calendar, history.since_ms) if history.since_ms else today)
    sums = dict(history.days)
    carried, found = 0, []
    for day in range(first, today):
        carried += sums.get(day, 0)
        if calendar.is_working(_EPOCH + timedelta(days=day)):
            found.append(max(0, carried))
            carried = 0
    if found:
        found[-1] += max(0, carried)
    return tuple(found)


def deviation_squared(history: History, calendar: Calendar, now_ms: int, days: int) -> Fraction | None:
    """The variance of the use of a working day in micro-units squared; None with less than two days."""
    values = daily(history, calendar, now_ms, days)
    return variance(values) if len(values) > 1 else None


def closed_months(history: History, calendar: Calendar, now_ms: int, months: int) -> tuple[int, ...]:
    """Use of each of the last closed calendar months since the item is watched, oldest first."""
    this = month_of(calendar, now_ms)
    first = max(this - min(months, MONTHS - 1), month_of(calendar, history.since_ms) if history.since_ms else this)
    sums = dict(history.months)
    return tuple(max(0, sums.get(month, 0)) for month in range(first, this))


def hourly_rate(history: History, calendar: Calendar, now_ms: int, half_life_ms: int) -> Fraction | None:
    """Micro-units in one hour of working time, averaged with a half-life of working time; None when nothing is known.

    `m <- m + L * (x - m)` with `L = 1 - 2^(-dt / h)` for each stretch of working time dt and the rate x in it, from the
    oldest on; stretches without use count with x = 0. Divided by the sum of all weights, so that a short history is
    not taken for a slow item. Minutes for the last one to two hours, hours since yesterday, days before that.
    """
    stretches = _stretches(history, calendar, now_ms)
    if not stretches:
        return None
    work = list(spans(calendar, stretches[0][0], now_ms))
    average, unweighted, carried, at = 0, ONE, 0, 0
    for start, end, quantity in stretches:
        carried += quantity
        while at < len(work) and work[at][1] <= start:
            at += 1
        passed = _overlap(work, at, start, end)
        if passed == 0:
            continue
        kept = decay(passed, half_life_ms)
        rate = (carried * HOUR_MS << _SCALE) // passed
        average = (average * kept + rate * (ONE - kept)) // ONE
        unweighted = unweighted * kept // ONE
        carried = 0
    if unweighted == ONE:
        return None
    return max(Fraction(0), Fraction(average * ONE, (ONE - unweighted) << _SCALE))


def day_number(calendar: Calendar, at_ms: int) -> int:
    """Days since 1970 of the local date."""
    return (calendar.day_of(at_ms) - _EPOCH).days


def month_of(calendar: Calendar, at_ms: int) -> int:
    """year * 12 + month - 1 of the local date."""
    day = calendar.day_of(at_ms)
    return day.year * 12 + day.month - 1


def _stretches(history: History, calendar: Calendar, now_ms: int) -> list[tuple[int, int, int]]:
    """(start, end, micro-units) without holes from the first known instant until now; without use they are joined."""
    today = calendar.day_of(now_ms)
    since_ms = max(history.since_ms, start_of_day(calendar, today - timedelta(days=DAYS - 1)))
    if not history.since_ms or since_ms >= now_ms:
        return []
    hours_ms = start_of_day(calendar, today - timedelta(days=1))
    minutes_ms = (now_ms // HOUR_MS - 1) * HOUR_MS
    last_day = (today - _EPOCH).days - 2
    used = [(*_day(calendar, day), one) for day, one in history.days if day <= last_day]
    used += [_since(hours_ms, hour * HOUR_MS, one) for hour, one in history.hours
             if hours_ms < (hour + 1) * HOUR_MS <= minutes_ms]  # fmt: skip
    used += [(minute * MINUTE_MS, (minute + 1) * MINUTE_MS, one) for minute, one in history.minutes
             if minutes_ms <= minute * MINUTE_MS < now_ms]  # fmt: skip
    found, reached = [], since_ms
    for start, end, quantity in used:
        end = min(end, now_ms)
        if end <= reached:
            continue
        if start > reached:
            found.append((reached, start, 0))
        found.append((max(start, reached), end, quantity))
        reached = end
    if reached < now_ms:
        found.append((reached, now_ms, 0))
    return found


def _day(calendar: Calendar, day: int) -> tuple[int, int]:
    date_of = _EPOCH + timedelta(days=day)
    return start_of_day(calendar, date_of), start_of_day(calendar, date_of + timedelta(days=1))


def _since(earliest_ms: int, start_ms: int, quantity: int) -> tuple[int, int, int]:
    """An hour, or what lies after local midnight of one that midnight cuts, as in India, with its part of the sum."""
    end_ms = start_ms + HOUR_MS
    if start_ms >= earliest_ms:
        return start_ms, end_ms, quantity
    return earliest_ms, end_ms, quantity * (end_ms - earliest_ms) // HOUR_MS


def _overlap(work: list[tuple[int, int]], at: int, start: int, end: int) -> int:
    """Working time between two instants, from the stretch number `at` on."""
    total = 0
    while at < len(work) and work[at][0] < end:
        total += min(work[at][1], end) - max(work[at][0], start)
        at += 1
    return total
