"""When a scheduled rule is looked at: times of the plant's day, on working days, or every so often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from gateway.backtest.slack import FOR_EVER
from gateway.reorder.rule import Schedule
from gateway.reorder.working_time import HORIZON_DAYS, Calendar


@dataclass(frozen=True, slots=True)
class Ticker:
    """A schedule with its calendar."""

    schedule: Schedule
    calendar: Calendar

    def after(self, at_ms: int) -> int:
        """The first judgement after an instant; FOR_EVER when the calendar has no working day any more."""
        if self.schedule.every_ms:
            return (at_ms // self.schedule.every_ms + 1) * self.schedule.every_ms
        day = self.calendar.day_of(at_ms)
        for _ in range(HORIZON_DAYS):
            if self.calendar.is_working(day):
                for minute in self.schedule.at_min:
                    if (found := self.calendar.start_of(day, minute)) > at_ms:
                        return found
            day += timedelta(days=1)
        return FOR_EVER
