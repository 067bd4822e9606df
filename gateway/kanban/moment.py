"""Durations between two moments that may lie in different boots."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

Since = tuple[int, int, str]  # wall_ms, mono_ms, boot

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Moment(Protocol):
    """What Read, Stamp and Card have in common."""

    @property
    def wall_ms(self) -> int: ...
    @property
    def mono_ms(self) -> int: ...
    @property
    def boot(self) -> str: ...


def elapsed_ms(since: Since, now: Moment) -> int | None:
    """Milliseconds from `since` to `now`: monotonic within one boot, wall clock across boots.

    None when the wall clock was set back in between: then nobody knows (R7).
    """
    wall_ms, mono_ms, boot = since
    passed = now.mono_ms - mono_ms if boot == now.boot else now.wall_ms - wall_ms
    return passed if passed >= 0 else None


def since_of(moment: Moment) -> Since:
    """A moment as it is kept in an event."""
    return (moment.wall_ms, moment.mono_ms, moment.boot)


def iso_after(now: Moment, delay_ms: int) -> str:
    """RFC 3339 in UTC, whole seconds, `delay_ms` after `now`; "" when no calendar has that day."""
    return _iso_second((now.wall_ms + delay_ms) // 1000)


@lru_cache(maxsize=64)
def _iso_second(second: int) -> str:
    try:
        return (_EPOCH + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return ""


def wall_ms_of(text: str) -> int:
    """Milliseconds since 1970 of an event's `w`."""
    return round((datetime.fromisoformat(text) - _EPOCH) / timedelta(milliseconds=1))
