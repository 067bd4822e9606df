"""Hears at once when something is plugged in or out, by udev; where there is no udev nothing is heard, nor missed.

Whoever waits looks anew after a while as well (`plug.py`), so this only makes it faster. udev speaks after its rules
were applied: the device has its group and its links by then.
"""

from __future__ import annotations

import errno
import logging
import select
import threading
from collections.abc import Callable
from typing import Protocol

SUBSYSTEMS = ("tty", "hidraw", "input")
STOP_LATENCY_S = 0.2  # of a wait for news
HEARD_LIMIT = 64  # events taken at a time; a storm of them is one change

_LOG = logging.getLogger(__name__)


class PlugWatch(Protocol):
    """News of one driver's own; used by its thread only."""

    def heard(self) -> bool:
        """Whether anything was plugged in or out since it was asked last."""

    def wait(self, stop: threading.Event, delay_s: float) -> bool:
        """Wait for news, at most so long; whether there are any."""

    def close(self) -> None: ...


class DeafWatch:
    """Where nobody tells."""

    def heard(self) -> bool:
        return False

    def wait(self, stop: threading.Event, delay_s: float) -> bool:
        stop.wait(delay_s)
        return False

    def close(self) -> None:
        """Nothing is open."""


class UdevWatch:
    """A udev monitor. ImportError: no libudev here; OSError: no netlink sockets for us."""

    def __init__(self) -> None:
        import pyudev

        self._monitor = pyudev.Monitor.from_netlink(pyudev.Context())
        for subsystem in SUBSYSTEMS:
            self._monitor.filter_by(subsystem)
        self._monitor.start()
        self._fd: int = self._monitor.fileno()  # -1 once udev is of no use any more

    def heard(self) -> bool:
        if self._fd < 0:
            return False
        count = 0
        try:
            while count < HEARD_LIMIT and self._monitor.poll(timeout=0) is not None:
                count += 1
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                _LOG.warning("udev tells no more of what is plugged in: %s", error)
                self._fd = -1
            return True  # something was missed
        return count > 0

    def wait(self, stop: threading.Event, delay_s: float) -> bool:
        while delay_s > 0 and not stop.is_set():
            pause_s = min(delay_s, STOP_LATENCY_S)
            if select.select([self._fd] if self._fd >= 0 else [], [], [], pause_s)[0] and self.heard():
                return True
            delay_s -= pause_s
        return False

    def close(self) -> None:
        """The socket is closed with the last reference to the monitor."""
        self._fd = -1
        del self._monitor


def open_watch(make: Callable[[], PlugWatch] = UdevWatch) -> PlugWatch:
    """News from udev, or a watch that hears nothing where there is none."""
    try:
        return make()
    except (ImportError, OSError) as error:
        _LOG.info("nobody tells when something is plugged in (%s); it is looked for about once a second", error)
        return DeafWatch()
