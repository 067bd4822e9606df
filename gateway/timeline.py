"""When things happened, as one line of time that never goes back.

Order comes from the journal's sequence (R7). Within a boot an event whose wall clock could not be trusted is put
right by the last one of that boot that could; across boots its own clock is all there is.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from gateway.clock import parse_iso_utc

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def day_text(at_ms: int) -> str:
    """The day in UTC."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d")


class Timeline:
    """Turns the stamps of events, taken in order, into milliseconds since 1970 that never fall."""

    def __init__(self) -> None:
        self._last_ms = 0
        self._boot = ""
        self._offset_ms: int | None = None  # wall clock less monotonic clock of this boot, once it was trusted

    def at(self, event: dict[str, Any]) -> int:
        """When this event was written; never before the one before."""
        wall_ms = parse_iso_utc(event["w"])
        if event["boot"] != self._boot:
            self._boot, self._offset_ms = event["boot"], None
        if event["q"].startswith("ntp"):
            self._offset_ms = wall_ms - event["m"]
        elif self._offset_ms is not None:
            wall_ms = self._offset_ms + event["m"]
        if wall_ms > self._last_ms:
            self._last_ms = wall_ms
        return self._last_ms
