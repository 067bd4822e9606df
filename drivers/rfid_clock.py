"""A reader's own times on the gateway's clock. Pure: time comes in.

The offset is the smallest difference between receipt and the reader's word that was seen lately: whatever took longer
on its way, or was kept in the reader, does not move it. "Lately" is one window and the one before, so a clock that
was set back is followed after two of them; one that was set forward, at once.
"""

from __future__ import annotations

WINDOW_MS = 15_000  # longer than a link that stalls without being given up
_UTC_FROM_US = 10**15  # less is no time since 1970 of this century but one since the reader started
_NONE_YET_US = 1 << 63


class ReaderClock:
    """The times of one reader, in µs since 1970 or since it started. Offsets may be looked at, and not set."""

    __slots__ = ("_is_utc", "least_us", "offset_us", "until_ms")

    def __init__(self) -> None:
        self.offset_us: int | None = None
        self.least_us = _NONE_YET_US  # the smallest difference of the present window
        self.until_ms = 0  # end of the present window
        self._is_utc = False

    def set(self, reader_us: int, now_ms: int) -> None:
        """The reader tells its time of this very instant: all before is void, it may have been started again."""
        self.offset_us = now_ms * 1000 - reader_us if reader_us else None
        self.least_us = _NONE_YET_US if self.offset_us is None else self.offset_us
        self.until_ms = now_ms + WINDOW_MS
        self._is_utc = reader_us >= _UTC_FROM_US

    def learn(self, reader_us: int, now_ms: int) -> None:
        """Something the reader saw at its time came now. Without effect, and so not needed, while the difference is
        not below `least_us` and `until_ms` has not come."""
        if not reader_us:
            return
        if self.offset_us is None or (reader_us >= _UTC_FROM_US) is not self._is_utc:
            self.set(reader_us, now_ms)
            return
        difference_us = now_ms * 1000 - reader_us
        if now_ms >= self.until_ms:  # what the window before found counts as long as this one lasts
            self.until_ms = now_ms + WINDOW_MS
            self.offset_us = min(self.least_us, difference_us)
            self.least_us = difference_us
            return
        self.least_us = min(self.least_us, difference_us)
        self.offset_us = min(self.offset_us, difference_us)

    def to_ms(self, reader_us: int, now_ms: int) -> int:
        """When that was; never later than now. 0 is no time: now."""
        if not reader_us or self.offset_us is None:
            return now_ms
        return min(now_ms, (reader_us + self.offset_us) // 1000)
