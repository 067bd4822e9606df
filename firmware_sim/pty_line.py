"""A scanner's end of a serial line: a pty behind a by-id link that survives unplugging."""

from __future__ import annotations

import os
import select
import termios
import time
import tty
from pathlib import Path


class PtyLine:
    """`port` is the link to configure; the tty behind it is another one after each plugging."""

    def __init__(self, port: Path) -> None:
        self.port = port
        self._host: int = -1
        self._tty: int = -1
        self.plug()

    @property
    def tty(self) -> str:
        """The device behind the link now."""
        return os.ttyname(self._tty)

    @property
    def is_plugged(self) -> bool:
        return self._host >= 0

    def plug(self) -> None:
        """Appear as a new tty behind the same by-id link."""
        if self.is_plugged:
            return
        self._host, self._tty = os.openpty()  # we hold the tty side open too: a host that left must not hang us up
        tty.setraw(self._tty)
        self.port.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.port.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(self._tty))
        fresh.replace(self.port)

    def unplug(self) -> None:
        """Vanish: the link goes, whoever has the tty open gets an error or end of file."""
        if not self.is_plugged:
            return
        self.port.unlink(missing_ok=True)
        os.close(self._tty)
        os.close(self._host)
        self._host = self._tty = -1

    def send(self, data: bytes, timeout_s: float) -> None:
        """Bytes as they are; gives up when nobody takes them."""
        view = memoryview(data)
        end = time.monotonic() + timeout_s
        while view and self.is_plugged and time.monotonic() < end:
            _, writable, _ = select.select([], [self._host], [], 0.1)
            if writable:
                view = view[os.write(self._host, view[:1024]) :]

    def listen(self, timeout_s: float) -> bytes:
        """What the host sent within the time, b"" for nothing."""
        if not self.is_plugged:
            time.sleep(timeout_s)
            return b""
        readable, _, _ = select.select([self._host], [], [], timeout_s)
        if not readable:
            return b""
        try:
            return os.read(self._host, 4096)
        except OSError:  # the host side hung up
            return b""

    def lose_unread(self) -> None:
        """A serial line keeps nothing for a host that is not there; a pty would."""
        if self.is_plugged:
            termios.tcflush(self._tty, termios.TCIFLUSH)
