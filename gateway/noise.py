"""How much that cannot be understood is kept from one device.

A loose plug or a foreign device on the line makes thousands of faulty frames a minute. Each would
be a row in the journal; so beyond a budget they are only counted, and the count is an event of its
own with the next read that is stored.
"""

from __future__ import annotations

BURST = 60  # faults stored at once ...
REFILL_MS = 1000  # ... and one more for each of these, so an hour of noise is 3,600 rows


class NoiseBudget:
    """The budget of one device; time is an argument (monotonic milliseconds)."""

    def __init__(self, burst: int = BURST, refill_ms: int = REFILL_MS) -> None:
        self._burst = burst
        self._refill_ms = refill_ms
        self._left = burst
        self._refilled_ms: int | None = None
        self.dropped = 0  # not told to anybody yet

    def allows(self, now_ms: int) -> bool:
        """Whether one more fault may be stored; otherwise it is counted."""
        if self._refilled_ms is None:
            self._refilled_ms = now_ms
        earned = max(0, now_ms - self._refilled_ms) // self._refill_ms
        self._left = min(self._burst, self._left + earned)
        self._refilled_ms += earned * self._refill_ms
        if self._left:
            self._left -= 1
            return True
        self.dropped += 1
        return False

    def take_dropped(self) -> int:
        """How many were only counted since this was asked last."""
        count, self.dropped = self.dropped, 0
        return count

    def give_back(self, count: int) -> None:
        """The event that should have told them was not stored."""
        self.dropped += count
