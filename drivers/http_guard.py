"""Who tried wrong tokens lately: after a few, an address must wait, right token or not."""

from __future__ import annotations

import threading

FAILURES_LIMIT = 10
WINDOW_MS = 60_000
ADDRESSES_REMEMBERED = 256  # the one whose window began first is forgotten first


class FailedTries:
    """Counts per address within a window that begins with the first failure. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: dict[str, tuple[int, int]] = {}  # address -> (how many, since when)

    def wait_ms(self, address: str, now_ms: int) -> int:
        """How long the address has to wait; 0 when it may try."""
        with self._lock:
            count, since_ms = self._failures.get(address, (0, 0))
        left_ms = since_ms + WINDOW_MS - now_ms
        return left_ms if count >= FAILURES_LIMIT and left_ms > 0 else 0

    def note(self, address: str, now_ms: int) -> None:
        """One more failure."""
        with self._lock:
            count, since_ms = self._failures.pop(address, (0, now_ms))
            if now_ms - since_ms >= WINDOW_MS:
                count, since_ms = 0, now_ms
            self._failures[address] = (count + 1, since_ms)
            if len(self._failures) > ADDRESSES_REMEMBERED:
                del self._failures[min(self._failures, key=lambda one: self._failures[one][1])]
