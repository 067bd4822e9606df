"""What is wrong on the wire, counted and told to people without flooding them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from gateway.clock import Clock

Warn = Callable[[str, str], None]

QUIET_MS = 10_000  # the same code is told again at most this often; every occurrence is counted


class WarningBook:
    """Counts by code; passes a warning on when its code was silent for a while.

    Codes are constants of this package, never text from outside, so the table stays small.
    """

    def __init__(self, warn: Warn, clock: Clock, clear: Callable[[str], None] = lambda code: None) -> None:
        self._warn = warn
        self._clear = clear
        self._clock = clock
        self._told_ms: dict[str, int] = {}
        self.counts: Counter[str] = Counter()
        self.texts: dict[str, str] = {}

    def count(self, code: str) -> None:
        """Something worth counting that nobody has to act on."""
        self.counts[code] += 1

    def tell(self, code: str, text: str) -> None:
        """Count and warn."""
        self.counts[code] += 1
        self.texts[code] = text
        now = self._clock.mono_ms()
        told = self._told_ms.get(code)
        if told is None or now - told >= QUIET_MS:
            self._told_ms[code] = now
            self._warn(code, text)

    def end(self, code: str) -> None:
        """The condition is over; the next occurrence is told at once."""
        if self._told_ms.pop(code, None) is not None:
            self.texts.pop(code, None)
            self._clear(code)
