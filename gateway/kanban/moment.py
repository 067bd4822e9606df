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


class Timed(Moment, Protocol):
    """A moment that says how far its wall clock could be trusted: Read and Stamp."""

    @property
    def quality(self) -> str: ...


def elapsed_ms(since: Since, now: Moment) -> int | None:
    """Milliseconds from `since` to `now`: monotonic within one boot, wall clock across boots.

    None when the wall clock was set back in between: then nobody knows (R7).
    """
    wall_ms, mono_ms, boot = since
    passed = now.mono_ms - mono_ms if boot == now.boot else now.wall_ms - wall_ms
    return passed if passed >= 0 else None


NTP = "ntp"  # clock quality: `ntp:<largest error>ms`, or `ntp` when the error is not known
ERROR_MS = 1_000  # taken for a synchronised clock that does not say how far it may be off
MARGIN_MS = 1_000  # between two acts of people at two places


def is_trusted(quality: str) -> bool:
    """Whether a wall clock of this quality was synchronised."""
    return quality == NTP or quality.startswith(f"{NTP}:")


def error_ms(quality: str) -> int:
    """How far a synchronised clock may be off."""
    number = quality.removeprefix(f"{NTP}:").removesuffix("ms")
    return int(number) if number.isdecimal() else ERROR_MS


def is_later(wall_ms: int, quality: str, than_ms: int, than_quality: str) -> bool | None:
    """Whether the first of two acts, timed by two machines, came after the second.

    None when nobody can say: a clock was not synchronised, or they are closer than the clocks are exact.
    """
    if not (wall_ms and than_ms and is_trusted(quality) and is_trusted(than_quality)):
        return None
    apart = wall_ms - than_ms
    return None if abs(apart) <= error_ms(quality) + error_ms(than_quality) + MARGIN_MS else apart > 0


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


def iso_utc(wall_ms: int) -> str:
    """RFC 3339 in UTC with milliseconds, as an event's `w`."""
    return f"{_iso_second(wall_ms // 1000)[:-1]}.{wall_ms % 1000:03d}Z"


def wall_ms_of(text: str) -> int:
    """Milliseconds since 1970 of an event's `w`."""
    return round((datetime.fromisoformat(text) - _EPOCH) / timedelta(milliseconds=1))
