"""The only place that reads a clock.

Order in the journal comes from sequence numbers and durations from the monotonic clock, so a
jump of the wall clock can never reorder or drop anything (promise R7).
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

NTP, UNSYNCED, UNTRUSTED = "ntp", "unsynced", "untrusted"
WRITTEN_MS = 1_788_220_800_000  # 1 September 2026: no clock that is right says less
QUALITY_MS = 10_000  # how long what the kernel said holds
_TIME_ERROR, _STA_UNSYNC = 5, 0x40  # <sys/timex.h>
_DAY_S = 86_400
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
        """How far the wall clock can be trusted.

        `ntp:<largest error>ms` by the kernel · `ntp` synchronised, error not known · `unsynced` · `untrusted`
        before this software was written or before what the journal holds: a box without a battery clock.
        """


class SystemClock:
    """The machine's own clocks."""

    def __init__(self, boot: str = "") -> None:
        """`boot`: the boot id where the kernel's file is hidden, "" to read that file."""
        self._boot = boot or _read_boot_id()
        self._quality = UNSYNCED
        self._quality_until_ms = 0
        self._not_before_ms = WRITTEN_MS

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
            self._quality = quality_of(read_kernel_clock(), self.wall_ms(), self._not_before_ms)
            self._quality_until_ms = now + QUALITY_MS
        return self._quality

    def not_before(self, wall_ms: int) -> None:
        """What happened at `wall_ms` by a synchronised clock is in the journal: now cannot be earlier."""
        self._not_before_ms = max(self._not_before_ms, wall_ms)
        self._quality_until_ms = 0


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


class SyncWatch:
    """Notices when a clock that could not be trusted becomes one that can."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._was_trusted = _is_synchronised(clock.quality())

    def look(self) -> bool:
        """True once each time the clock has been synchronised."""
        is_trusted = _is_synchronised(self._clock.quality())
        is_news = is_trusted and not self._was_trusted
        self._was_trusted = is_trusted
        return is_news


def _is_synchronised(quality: str) -> bool:
    return quality.split(":")[0] == NTP


def quality_of(kernel: KernelClock | None, wall_ms: int, not_before_ms: int) -> str:
    """What to write beside a time stamp; pure."""
    if wall_ms < not_before_ms:
        return UNTRUSTED
    if kernel is None or not kernel.is_synchronised:
        return UNSYNCED
    return NTP if kernel.error_us is None else f"{NTP}:{-(-kernel.error_us // 1000)}ms"


@dataclass(frozen=True, slots=True)
class KernelClock:
    """What the kernel's clock discipline says."""

    is_synchronised: bool
    error_us: int | None  # at most so far off; None when only the time service's word is known


class _Timex(ctypes.Structure):
    """struct timex of <sys/timex.h>, with room to spare behind it."""

    _fields_ = (
        ("modes", ctypes.c_uint), ("offset", ctypes.c_long), ("freq", ctypes.c_long), ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long), ("status", ctypes.c_int), ("rest", ctypes.c_long * 40),
    )  # fmt: skip


def read_kernel_clock(call: Callable[[ctypes.Structure], int] | None = None) -> KernelClock | None:
    """By ntp_adjtime, which only reads here; where a sandbox forbids it, by the mark of the time service."""
    timex = _Timex()
    try:
        state = (call or _ntp_adjtime())(timex)
    except (OSError, AttributeError):
        state = -1
    if state < 0:
        return _by_mark()
    is_synchronised = state != _TIME_ERROR and not timex.status & _STA_UNSYNC
    return KernelClock(is_synchronised, int(timex.maxerror))


def _ntp_adjtime() -> Callable[[ctypes.Structure], int]:
    function = ctypes.CDLL(None, use_errno=True).ntp_adjtime
    return lambda timex: int(function(ctypes.byref(timex)))


def _by_mark() -> KernelClock | None:
    """systemd-timesyncd and chrony both leave this file once the clock has been set."""
    try:
        return KernelClock(Path("/run/systemd/timesync/synchronized").exists(), None)
    except OSError:
        return None


@lru_cache(maxsize=64)
def _iso_day(day: int) -> str:
    return datetime.fromtimestamp(day * _DAY_S, UTC).strftime("%Y-%m-%d")


def iso_utc(wall_ms: int) -> str:
    """RFC 3339 in UTC with milliseconds, as the wire contract's `w` wants it."""
    second, ms = divmod(wall_ms, 1000)
    day, second = divmod(second, _DAY_S)
    minute, second = divmod(second, 60)
    return f"{_iso_day(day)}T{minute // 60:02d}:{minute % 60:02d}:{second:02d}.{ms:03d}Z"


@lru_cache(maxsize=64)
def _second_of(text: str) -> int:
    return int(datetime.fromisoformat(text + "+00:00").timestamp())


def parse_iso_utc(text: str) -> int:
    """Milliseconds since 1970 for a text made by `iso_utc`; ValueError for any other shape."""
    if len(text) != 24 or text[19] != "." or text[23] != "Z":
        raise ValueError(f"not an RFC 3339 UTC time with milliseconds: {text!r}")
    return _second_of(text[:19]) * 1000 + int(text[20:23])


@lru_cache(maxsize=64)
def _offset_ms(zone: ZoneInfo, hour: int) -> int:
    told = datetime.fromtimestamp(hour * 3600, zone).utcoffset()
    return int(told.total_seconds()) * 1000 if told else 0


def offset_ms(zone: ZoneInfo, wall_ms: int) -> int:
    """How far clocks in `zone` are ahead of UTC; clocks are only put forward or back on the hour."""
    return _offset_ms(zone, wall_ms // 3_600_000)
