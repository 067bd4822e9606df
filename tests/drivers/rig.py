"""A scanner's end of a pty, a sink that keeps what it is offered, and a device running in its thread."""

from __future__ import annotations

import os
import select
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from drivers.base import Device, DeviceContext, DeviceHealth, Sink
from gateway.clock import SystemClock
from gateway.model import Read, Status, Verdict

DEADLINE_S = 10.0

GOOD = Verdict(Status.OK, "CARD_EMPTIED")
REFUSED = Verdict(Status.REFUSED, "UNKNOWN_CARD")
FAILED = Verdict(Status.FAILED, "BUSY")


class NoCredentials:
    """Stands in where a test's device needs none."""

    def text(self, name: str) -> str:
        raise AssertionError(f"credential {name} was asked for")

    def path(self, name: str) -> Path:
        raise AssertionError(f"credential {name} was asked for")


CONTEXT = DeviceContext(SystemClock(), NoCredentials(), "GW-1")


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < end, f"waited {DEADLINE_S} s for: {what}"
        time.sleep(0.005)


class Line:
    """A scanner behind a by-id link; each plugging gives it another device node."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "usb-Some_Scanner_0001-if00"
        self._spare: list[int] = []
        self._next = os.openpty()  # taken before the old one is given back, so that the name is another
        self._host = self._tty = -1
        self.plug()

    def plug(self) -> None:
        self._host, self._tty = self._next
        tty.setraw(self._tty)
        self._next = os.openpty()
        link = self.path.with_suffix(".new")
        link.symlink_to(self.node)
        link.replace(self.path)

    def unplug(self, *, is_link_removed: bool = True) -> None:
        if is_link_removed:
            self.path.unlink()
        os.close(self._tty)
        os.close(self._host)
        self._host = self._tty = -1

    def swap(self) -> None:
        """The link leads to another scanner although the old node still lives."""
        self._spare += [self._host, self._tty]
        self.plug()

    @property
    def node(self) -> str:
        return os.ttyname(self._tty)

    def send(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._host, data) :]

    def heard(self, size: int) -> bytes:
        """The next `size` bytes the gateway sent; fewer when the deadline passes."""
        data = b""
        end = time.monotonic() + DEADLINE_S
        while len(data) < size and select.select([self._host], [], [], max(0.0, end - time.monotonic()))[0]:
            data += os.read(self._host, size - len(data))
        return data

    def rest(self) -> bytes:
        """What the gateway sent besides; for a device that has stopped."""
        return os.read(self._host, 4096) if select.select([self._host], [], [], 0)[0] else b""

    def close(self) -> None:
        for fd in (*self._spare, *self._next, self._host, self._tty):
            if fd >= 0:
                os.close(fd)


class HoldingSink:
    """Keeps every offer; answers at once when told how to."""

    def __init__(self, answer: Verdict | None = None, error: Exception | None = None) -> None:
        self.answer = answer
        self.error = error
        self._changed = threading.Condition()
        self.reads: list[Read] = []
        self.feedbacks: list[Callable[[Verdict], None]] = []

    def offer(self, read: Read, feedback: Callable[[Verdict], None]) -> None:
        with self._changed:
            self.reads.append(read)
            self.feedbacks.append(feedback)
            self._changed.notify_all()
        if self.error is not None:
            raise self.error
        if self.answer is not None:
            feedback(self.answer)

    def wait(self, count: int) -> list[Read]:
        """The first `count` reads once they are there."""
        with self._changed:
            came = self._changed.wait_for(lambda: len(self.reads) >= count, DEADLINE_S)
        assert came, f"expected {count} reads, got {[read.data[:40] for read in self.reads]}"
        return self.reads[:count]


class Running:
    """A device in its own thread, stopped and joined at the end of the block."""

    def __init__(self, device: Device, sink: Sink) -> None:
        self.device = device
        self._stop = threading.Event()
        self._changed = threading.Condition()
        self.health = DeviceHealth(False)
        self.ups = 0
        self._thread = threading.Thread(target=device.run, args=(self._stop, sink, self._report), daemon=True)

    def __enter__(self) -> Running:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive(), "the device did not stop"

    def wait_up(self, times: int = 1) -> None:
        """Until the device has come up for the n-th time and is up."""
        with self._changed:
            came = self._changed.wait_for(lambda: self.ups >= times and self.health.is_up, DEADLINE_S)
        assert came, f"expected to be up {times} times, is {self.health} after {self.ups}"

    def wait_down(self) -> DeviceHealth:
        with self._changed:
            came = self._changed.wait_for(lambda: not self.health.is_up and bool(self.health.text), DEADLINE_S)
        assert came, f"expected to be down, is {self.health}"
        return self.health

    def _report(self, health: DeviceHealth) -> None:
        with self._changed:
            if health.is_up and not self.health.is_up:
                self.ups += 1
            self.health = health
            self._changed.notify_all()
