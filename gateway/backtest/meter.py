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
SHORT = "less than a day: its use is taken as a day's"
STEPS = 100  # points of a curve over less than so many days


def whole_days_ms(span_ms: int) -> int:
    """A period as use per day is worked out from it: of less than a day nobody knows more than what was used in it."""
    return max(span_ms, DAY_MS)


def step_of(span_ms: int) -> int:
    """From one point of a curve to the next: a day, or less where days would be too few."""
    return max(1, min(DAY_MS, span_ms // STEPS))


@dataclass(slots=True)
class Meter:
    """Follows a level from `at_ms` on. Levels in micro-units; areas in micro-units times milliseconds."""

    at_ms: int
    level: int
    red_below: int  # the level at and below which it is red, micro-units
    step_ms: int = DAY_MS
    area: int = 0
    held: int = 0  # the area of what really lay there: a negative book is no stock
    out_ms: int = 0
    red_ms: int = 0
    outs: int = 0
    curve: array[int] = field(default_factory=lambda: array("q"))  # the level at the end of each step
    _step_ends_ms: int = 0

    def __post_init__(self) -> None:
        self._step_ends_ms = self.at_ms + self.step_ms
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
        while self._step_ends_ms <= at_ms:
            self.curve.append(level)
            self._step_ends_ms += self.step_ms
        self.at_ms = at_ms

    def change(self, by: int) -> None:
        """The level changes now."""
        before, self.level = self.level, self.level + by
        if before > 0 >= self.level:
            self.outs += 1
