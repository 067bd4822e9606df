"""A machine whose clock a test sets: faketime for the wall clock, and a namespace in which the time service's mark
and the kernel's boot id are the test's own.

    python -m tests.faked_clock <directory> <command> [argument ...]

The monotonic clock stays the real one. ntp_adjtime is refused, as the shipped unit's sandbox refuses it, so the
gateway goes by the mark.
"""

from __future__ import annotations

import ctypes
import os
import platform
import secrets
import struct
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

_LIBRARY = "libfaketimeMT.so.1"
_LIBRARY_DIRS = ("/usr/lib/*/faketime", "/usr/lib/faketime")
_BOOT_ID = "/proc/sys/kernel/random/boot_id"
_ADJTIME = {"x86_64": (159, 305), "aarch64": (171, 266)}  # adjtimex, clock_adjtime
_NO_NEW_PRIVS, _SECCOMP, _FILTER = 38, 22, 2  # <linux/prctl.h>, <linux/seccomp.h>
_LOAD_NUMBER, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06  # <linux/bpf_common.h>
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO with EPERM


class FakedClock:
    """What the machine believes; every change holds at once for the process that runs on it."""

    def __init__(self, directory: Path, zone: str = "UTC") -> None:
        self._directory = directory
        self._zone = zone
        (directory / "timesync").mkdir(parents=True)
        self._offset_s = 0.0  # from the true time
        self.reboot()
        self.step(0.0)

    @property
    def command(self) -> list[str]:
        """To be put before the command that runs on this machine."""
        spaces = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
        return [*spaces, sys.executable, "-m", "tests.faked_clock", str(self._directory), self._zone]

    @property
    def now(self) -> datetime:
        """What the machine believes."""
        return datetime.fromtimestamp(time.time() + self._offset_s, UTC)

    def set(self, moment: datetime) -> None:
        """It is this moment now."""
        self.step((moment - self.now).total_seconds())

    def step(self, seconds: float) -> None:
        """The wall clock goes forward or back by so much."""
        self._offset_s += seconds
        fresh = self._directory / "faketime.new"
        fresh.write_text(f"{self._offset_s:+.3f}\n")
        fresh.replace(self._directory / "faketime")  # it is read at every look at the clock

    def synchronise(self) -> None:
        """The time service has set the clock, and says so."""
        (self._directory / "timesync" / "synchronized").touch()

    def reboot(self) -> None:
        """The next process that starts is another boot's, and nobody has set its clock yet."""
        (self._directory / "boot_id").write_text(f"{secrets.token_hex(4)}-0000-4000-8000-000000000000\n")
        (self._directory / "timesync" / "synchronized").unlink(missing_ok=True)


def _library() -> Path:
    found = [one for place in _LIBRARY_DIRS for one in Path("/").glob(f"{place[1:]}/{_LIBRARY}")]
    if not found:
        raise SystemExit(f"{_LIBRARY} is missing: install the package faketime")
    return found[0]


def _furnish(directory: Path) -> None:
    """Our own /run and boot id; the namespace goes away with the process."""
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
    Path("/run/systemd").mkdir()
    Path("/run/systemd/timesync").symlink_to(directory / "timesync")
    subprocess.run(["mount", "--bind", str(directory / "boot_id"), _BOOT_ID], check=True)


def _refuse_adjtime() -> None:
    first, second = _ADJTIME[platform.machine()]
    steps = (
        (_LOAD_NUMBER, 0, 0, 0),
        (_IF_EQUAL, 2, 0, first),
        (_IF_EQUAL, 1, 0, second),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(_SECCOMP, _FILTER, program, 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")


def main(arguments: list[str]) -> None:
    place, zone, *command = arguments
    directory = Path(place)
    _furnish(directory)
    _refuse_adjtime()
    faked = {
        "LD_PRELOAD": str(_library()), "FAKETIME_TIMESTAMP_FILE": str(directory / "faketime"),
        "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1", "TZ": zone,
    }  # fmt: skip
    os.execvpe(command[0], command, {**os.environ, **faked})


if __name__ == "__main__":
    main(sys.argv[1:])
