"""When a rule with times of its own is due: so often, or at times of the plant's day, on its working days.

Durations are those of the monotonic clock. After a power cut what was missed is made up for once, however much it
was; a wall clock that is put forward or back costs one look too many, never a burst.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.kanban.moment import Moment, Since, elapsed_ms
from gateway.reorder.rule import Schedule
from gateway.reorder.working_time import Calendar

SCHEDULE_FACT = "schedule"  # by rule: when its last run began
KEPT_MS = 3_600_000  # a rule that runs more often is not worth a row of the journal each time
LOOK_BACK_DAYS = 14  # for the last time of day that should have been
RETRY_MS = 600_000  # between two looks by a clock that says the time has not come yet, though it had

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Run:
    """One run of a rule over all places, a part with every tick."""

    rule: str
    since: Since
    places: deque[tuple[str, str]] = field(default_factory=deque)


def is_kept(schedule: Schedule) -> bool:
    """Whether its runs are kept in the journal; otherwise it runs once more after a restart."""
    return bool(schedule.at_min) or schedule.every_ms >= KEPT_MS


def is_due(schedule: Schedule, last: Since | None, now: Moment, calendar: Calendar, zone: ZoneInfo) -> bool:
    """Whether it is time; `last` is when the last run began, None when there was none."""
    if schedule.at_min:
        slot_ms = last_slot_ms(schedule, now.wall_ms, calendar, zone)
        if slot_ms is None:
            return False
        if last is None:
            return True
        return last[0] < slot_ms and (elapsed_ms(last, now) or KEPT_MS) >= RETRY_MS
    if schedule.calendar and not calendar.is_working(calendar.day_of(now.wall_ms)):
        return False
    passed = elapsed_ms(last, now) if last is not None else None
    return passed is None or passed >= schedule.every_ms


def last_slot_ms(schedule: Schedule, now_ms: int, calendar: Calendar, zone: ZoneInfo) -> int | None:
    """The newest of its times of day that is not in the future; None when no working day was near."""
    today = (_EPOCH + timedelta(milliseconds=now_ms)).astimezone(zone).date()
    for back in range(LOOK_BACK_DAYS):
        day = today - timedelta(days=back)
        if schedule.calendar and not calendar.is_working(day):
            continue
        local = Calendar(zone=zone)
        times = [at_ms for minute in schedule.at_min if (at_ms := local.start_of(day, minute)) <= now_ms]
        if times:
            return max(times)
    return None
