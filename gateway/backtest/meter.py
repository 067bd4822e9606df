"""The figures of one stock as its level goes up and down: exact sums, no floats until they are asked for.

Red is what A14 calls red: nothing there, or no more than three days of use, by the mean use of the whole period, so
that the same level is red under either rule set. A stock that is not above zero is a stock-out; what is used then is
short.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from gateway.timeline import DAY_MS

RED_DAYS = 3


@dataclass(slots=True)
class Meter:
    """Follows a level from `at_ms` on. Levels in micro-units; areas in micro-units times milliseconds."""

    at_ms: int
    level: int
    red_below: int  # the level at and below which it is red, micro-units
    area: int = 0
    held: int = 0  # the area of what really lay there: a negative book is no stock
    out_ms: int = 0
    red_ms: int = 0
    outs: int = 0
    daily: array[int] = field(default_factory=lambda: array("q"))  # the level at the end of each day
    _day_ends_ms: int = 0

    def __post_init__(self) -> None:
        self._day_ends_ms = self.at_ms + DAY_MS
        self.outs = int(self.level <= 0)

    def wait(self, at_ms: int) -> None:
        """Time passes at the present level."""
        passed = at_ms - self.at_ms
        if passed <= 0:
            return
        level = self.level
        self.area += level * passed
        if level > 0:
            self.held += level * passed
        else:
            self.out_ms += passed
        if level <= self.red_below:
            self.red_ms += passed
        while self._day_ends_ms <= at_ms:
            self.daily.append(level)
            self._day_ends_ms += DAY_MS
        self.at_ms = at_ms

    def change(self, by: int) -> None:
        """The level changes now."""
        before, self.level = self.level, self.level + by
        if before > 0 >= self.level:
            self.outs += 1
