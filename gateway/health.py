"""Warnings as a table: code, text, since when, how often. Anyone may raise one; the page and the CLI show them."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace

from gateway.clock import Clock

_LOG = logging.getLogger(__name__)
LIMIT = 200  # distinct warnings kept; the oldest gives way


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition that a person should know of."""

    code: str
    text: str
    since_ms: int
    count: int


class Health:
    """The table; safe to use from any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._table: dict[str, Condition] = {}

    def warn(self, code: str, text: str) -> None:
        """Raise a warning, or count it again with its newest text."""
        with self._lock:
            known = self._table.get(code)
            if known is None:
                while len(self._table) >= LIMIT:
                    del self._table[next(iter(self._table))]
                self._table[code] = Condition(code, text, self._clock.wall_ms(), 1)
            else:
                self._table[code] = replace(known, text=text, count=known.count + 1)
        if known is None or known.text != text:
            _LOG.warning("%s: %s", code, text)

    def clear(self, code: str) -> None:
        """The condition is over."""
        with self._lock:
            gone = self._table.pop(code, None)
        if gone is not None:
            _LOG.info("%s is over", code)

    def warnings(self) -> list[Condition]:
        """All that hold now, oldest first."""
        with self._lock:
            return list(self._table.values())
