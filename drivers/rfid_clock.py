"""A reader's own times on the gateway's clock. Pure: time comes in.

The offset is the smallest difference between receipt and the reader's word that was seen lately: whatever took longer
on its way, or was kept in the reader, does not move it. "Lately" is one window and the one before, so a clock that
was set back is followed after two of them; one that was set forward, at once.
"""

from __future__ import annotations

WINDOW_MS = 15_000  # longer than a link that stalls without being given up


class ReaderClock:
    """The times of one reader, in µs since 1970 or since it started."""

    def __init__(self) -> None:
        self._offset_us: int | None = None
        self._window_us: int | None = None  # the smallest difference of the present window
        self._until_ms = 0

    def set(self, reader_us: int, now_ms: int) -> None:
        """The reader tells its time of this very instant: all before is void, it may have been started again."""
        self._offset_us = self._window_us = now_ms * 1000 - reader_us if reader_us else None
        self._until_ms = now_ms + WINDOW_MS

    def to_ms(self, reader_us: int, now_ms: int) -> int:
        """When that was; never later than now. 0 is no time: now."""
        if not reader_us:
            return now_ms
        offset_us = self._offset_us
        if offset_us is None:
            return now_ms
        at_ms = (reader_us + offset_us) // 1000
        return min(now_ms, at_ms)

    def learn(self, reader_us: int, now_ms: int) -> None:
        """Something the reader saw at its time came now; call it with the newest of a message."""
        if not reader_us:
            return
        difference_us = now_ms * 1000 - reader_us
        if now_ms >= self._until_ms:  # what the window before found counts as long as this one lasts
            self._until_ms = now_ms + WINDOW_MS
            self._offset_us = difference_us if self._window_us is None else min(self._window_us, difference_us)
            self._window_us = difference_us
            return
        if self._window_us is None or difference_us < self._window_us:
            self._window_us = difference_us
        if self._offset_us is None or difference_us < self._offset_us:
            self._offset_us = difference_us
