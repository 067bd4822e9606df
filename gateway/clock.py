"""The only place that reads a clock.

Order in the journal comes from sequence numbers and durations from the monotonic clock, so a
jump of the wall clock can never reorder or drop anything (promise R7).
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol

JUMP_MS = 2_000  # less is slewing and the time between two reads of the clocks

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """What the rest of the gateway may ask about time."""

    @property
    def boot(self) -> str:
        """First 8 hex digits of the kernel's boot id: monotonic times compare only within one boot."""

    def wall_ms(self) -> int:
        """Milliseconds since 1970 UTC, as the machine believes."""

    def mono_ms(self) -> int:
        """Milliseconds since boot, never going back, counting through suspend."""

    def quality(self) -> str:
        """How far the wall clock can be trusted: `ntp`, `free` (not synchronised) or `unknown`."""


class SystemClock:
    """The machine's own clocks."""

    def __init__(self, boot: str = "") -> None:
        """`boot`: the boot id where the kernel's file is hidden, "" to read that file."""
        self._boot = boot or _read_boot_id()
        self._quality = "unknown"
        self._quality_until_ms = 0

    @property
    def boot(self) -> str:
        return self._boot

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def mono_ms(self) -> int:
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000

    def quality(self) -> str:
        now = self.mono_ms()
        if now >= self._quality_until_ms:
            self._quality = _kernel_sync_state()
            self._quality_until_ms = now + 10_000
        return self._quality


class JumpWatch:
    """Notices when the wall clock moves against the monotonic one: a step of NTP, somebody's hand, a dead RTC.

    A jump is flagged and not obeyed (R7): nothing is reordered, dropped or shortened because of it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset_ms = clock.wall_ms() - clock.mono_ms()

    def look(self) -> int:
        """Milliseconds the wall clock jumped since the last look, 0 for less than JUMP_MS."""
        offset_ms = self._clock.wall_ms() - self._clock.mono_ms()
        jump_ms = offset_ms - self._offset_ms
        self._offset_ms = offset_ms
        return jump_ms if abs(jump_ms) >= JUMP_MS else 0


def _read_boot_id() -> str:
    try:
        return _BOOT_ID.read_text().strip()[:8]
    except OSError:  # a container without /proc: every process start counts as a boot
        return f"{time.time_ns() & 0xFFFFFFFF:08x}"


def _kernel_sync_state() -> str:
    """systemd-timesyncd and chrony both leave this file once the clock has been set."""
    synchronised = Path("/run/systemd/timesync/synchronized")
    try:
        return "ntp" if synchronised.exists() else "free"
    except OSError:
        return "unknown"


@lru_cache(maxsize=64)
def _iso_second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def iso_utc(wall_ms: int) -> str:
    """RFC 3339 in UTC with milliseconds, as the wire contract's `w` wants it."""
    second, ms = divmod(wall_ms, 1000)
    return f"{_iso_second(second)}.{ms:03d}Z"


@lru_cache(maxsize=64)
def _second_of(text: str) -> int:
    return int(datetime.fromisoformat(text + "+00:00").timestamp())


def parse_iso_utc(text: str) -> int:
    """Milliseconds since 1970 for a text made by `iso_utc`; ValueError for any other shape."""
    if len(text) != 24 or text[19] != "." or text[23] != "Z":
        raise ValueError(f"not an RFC 3339 UTC time with milliseconds: {text!r}")
    return _second_of(text[:19]) * 1000 + int(text[20:23])
