"""Working time of a plant or a supplier: weekdays, holidays, shifted workdays, shifts, slots of deliveries (K17).

Instants are milliseconds since 1970 UTC, minutes of a day are counted by the plant's own clock. A shift that ends
after minute 1440 runs into the next morning and belongs to the day on which it began.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from fractions import Fraction
from functools import lru_cache

DAY_MIN = 1440
MINUTE_MS = 60_000
LAST_MS = 200_000_000_000_000  # in the year 8307: what lies beyond has no date
HORIZON_DAYS = 400  # how far a search looks before it says that nothing comes

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EVERY_DAY = (True,) * 7


@dataclass(frozen=True, slots=True)
class Shift:
    """Working minutes of a day, from `start` up to but without `end`."""

    start: int
    end: int  # up to 2 * DAY_MIN


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at which deliveries arrive: minute of the day, on one weekday (0 is Monday) or on every working day."""

    minute: int
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Who works when. The default works always, which is how a plant is seen that says nothing."""

    name: str = "always"
    zone: tzinfo = UTC
    week: tuple[bool, ...] = _EVERY_DAY  # Monday first
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()  # shifted workdays: worked although weekday or holiday says no
    shifts: tuple[Shift, ...] = (Shift(0, DAY_MIN),)
    slots: tuple[Slot, ...] = ()  # milk-run windows; none: deliveries come whenever there is work

    def is_working(self, day: date) -> bool:
        return day in self.workdays or (self.week[day.weekday()] and day not in self.holidays)

    def day_of(self, at_ms: int) -> date:
        """The plant's own date (K16); of an instant before 1970 or after LAST_MS the nearest one."""
        return (_EPOCH + timedelta(milliseconds=min(max(at_ms, 0), LAST_MS))).astimezone(self.zone).date()

    def start_of(self, day: date, minute: int = 0) -> int:
        """The instant of a minute of a local day; one that a change of the clock skips is the next."""
        wall = datetime(day.year, day.month, day.day, tzinfo=self.zone) + timedelta(minutes=minute)
        return (wall.astimezone(UTC) - _EPOCH) // timedelta(milliseconds=1)


ALWAYS = Calendar()


@lru_cache(maxsize=4096)  # a rate looks at two months of the same days with every movement
def start_of_day(calendar: Calendar, day: date) -> int:
    """The instant of a local midnight."""
    return calendar.start_of(day)


def spans(calendar: Calendar, from_ms: int, until_ms: int) -> Iterator[tuple[int, int]]:
    """The stretches of working time between two instants, in order and cut to them."""
    if from_ms >= until_ms:
        return
    day = calendar.day_of(from_ms) - timedelta(days=1)  # its night shift may still run
    last = calendar.day_of(until_ms)
    reached = from_ms
    while day <= last:
        for start, end in _shifts_of(calendar, day):
            start, end = max(start, reached), min(end, until_ms)
            if start < end:
                yield start, end
                reached = end
        day += timedelta(days=1)


def shift_at(calendar: Calendar, at_ms: int) -> tuple[int, int] | None:
    """Beginning and end of the shift that runs at an instant; None when nobody works then."""
    day = calendar.day_of(at_ms)
    shifts = (one for back in (1, 0) for one in _shifts_of(calendar, day - timedelta(days=back)))
    return next((one for one in shifts if one[0] <= at_ms < one[1]), None)


def worked_ms(calendar: Calendar, from_ms: int, until_ms: int) -> int:
    """Working time between two instants in milliseconds; 0 when they are the wrong way round."""
    return sum(end - start for start, end in spans(calendar, from_ms, until_ms))


def working_days(calendar: Calendar, from_ms: int, until_ms: int) -> Fraction:
    """Working time between two instants, measured in working days of average length; 0 the wrong way round."""
    shifts = sum(one.end - one.start for one in calendar.shifts) * MINUTE_MS
    return Fraction(worked_ms(calendar, from_ms, until_ms), shifts) if shifts else Fraction(0)


def after_work(calendar: Calendar, from_ms: int, work_ms: int) -> int | None:
    """The instant when `work_ms` of working time have passed since `from_ms`; None when not within HORIZON_DAYS."""
    left = work_ms
    if left <= 0:
        return from_ms
    until_ms = calendar.start_of(calendar.day_of(from_ms) + timedelta(days=HORIZON_DAYS))
    for start, end in spans(calendar, from_ms, until_ms):
        if end - start >= left:
            return start + left
        left -= end - start
    return None


def next_slot(calendar: Calendar, earliest_ms: int) -> int | None:
    """K17: the first instant at or after `earliest_ms` at which a delivery can arrive; None within HORIZON_DAYS.

    With slots it is one of them on a working day, without it is the first moment of working time.
    """
    day = calendar.day_of(earliest_ms) - timedelta(days=1)
    for _ in range(HORIZON_DAYS):
        for at_ms in _arrivals(calendar, day, earliest_ms):
            if at_ms >= earliest_ms:
                return at_ms
        day += timedelta(days=1)
    return None


def last_slot(calendar: Calendar, latest_ms: int) -> int | None:
    """The last slot at or before `latest_ms`, or `latest_ms` itself within working time; None within HORIZON_DAYS."""
    day = calendar.day_of(latest_ms)
    for _ in range(HORIZON_DAYS):
        if calendar.slots:
            found = [at_ms for at_ms in _arrivals(calendar, day, 0) if at_ms <= latest_ms]
        else:
            found = [min(end, latest_ms) for start, end in _shifts_of(calendar, day) if start <= latest_ms]
        if found:
            return max(found)
        day -= timedelta(days=1)
    return None


def _arrivals(calendar: Calendar, day: date, earliest_ms: int) -> list[int]:
    if calendar.slots:
        if not calendar.is_working(day):
            return []
        fitting = sorted(one.minute for one in calendar.slots if one.weekday in (None, day.weekday()))
        return [calendar.start_of(day, minute) for minute in fitting]
    return [max(start, earliest_ms) for start, end in _shifts_of(calendar, day) if end > earliest_ms]


@lru_cache(maxsize=4096)
def _shifts_of(calendar: Calendar, day: date) -> tuple[tuple[int, int], ...]:
    if not calendar.is_working(day):
        return ()
    return tuple(
        (calendar.start_of(day, one.start), calendar.start_of(day, one.end))
        for one in sorted(calendar.shifts, key=lambda one: one.start)
    )
