"""A scanner behind one line: opened, served, and opened again after every unplugging."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from drivers.base import HEARTBEAT_S, Backoff, DeviceContext, DeviceHealth, DeviceSettings, Sink, wait_beating
from drivers.plug_watch import DeafWatch, PlugWatch
from drivers.scanner_connection import NOTICE_LIMIT, Line, ScannerConnection, Talk, wait_for
from gateway.clock import Clock
from gateway.errors import TransientDeviceError
from gateway.model import Verdict
from gateway.wake import Wake


@dataclass(frozen=True, slots=True)
class Reopening:
    """When a line is opened again: after `first_s`, doubled up to `limit_s`, anew once it was steady for a while."""

    first_s: float = 0.1
    limit_s: float = HEARTBEAT_S
    steady_s: float = 0.0


LOCAL = Reopening()


class ScannerDevice:
    """One configured scanner; `open_line` and `open_talk` are called anew for each connection.

    `open_watch`: who tells when something was plugged in or out; then the line is opened at once.
    """

    def __init__(
        self,
        settings: DeviceSettings,
        context: DeviceContext,
        open_line: Callable[[], Line],
        open_talk: Callable[[], Talk],
        reopening: Reopening = LOCAL,
        open_watch: Callable[[], PlugWatch] = DeafWatch,
    ) -> None:
        self.id = settings.id
        self._settings = settings
        self._clock: Clock = context.clock
        self._open_line = open_line
        self._open_talk = open_talk
        self._reopening = reopening
        self._open_watch = open_watch
        self._counters: Counter[str] = Counter()
        self._wake = Wake()
        self._notices: deque[Verdict] = deque(maxlen=NOTICE_LIMIT)

    def run(self, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> None:
        backoff = Backoff(self._reopening.first_s, self._reopening.limit_s)
        with closing(self._open_watch()) as watch:
            while not stop.is_set():
                watch.heard()  # until now; whatever comes from now on may be what is missing
                reason = self._live(backoff, stop, sink, health)
                if not stop.is_set():
                    away = DeviceHealth(False, reason, dict(self._counters))
                    wait_beating(stop, backoff.next_s(), partial(health, away), partial(watch.wait, stop))

    def notify(self, verdict: Verdict) -> None:
        """Light and tone without ACK or NAK: the device is not waiting for an answer to a frame."""
        self._notices.append(verdict)
        self._wake.set()

    def _live(self, backoff: Backoff, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> str:
        """One opening of the line and all that follows; returns why it is over."""
        try:
            line = self._open_line()
        except TransientDeviceError as error:
            return str(error)
        self._counters["connects"] += 1
        began_ms = self._clock.mono_ms()
        reason = self._serve(line, stop, sink, health)
        if self._clock.mono_ms() - began_ms >= self._reopening.steady_s * 1000:
            backoff.reset()
        return reason

    def _serve(self, line: Line, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> str:
        """Work on one connection until it ends; returns why it ended."""
        connection = ScannerConnection(
            self._settings, self._clock, line, self._open_talk(), wake=self._wake, sink=sink, counters=self._counters
        )
        beat_ms = 0
        try:
            connection.begin()
            while not stop.is_set():
                now_ms = self._clock.mono_ms()
                if now_ms >= beat_ms:
                    beat_ms = now_ms + int(HEARTBEAT_S * 1000)
                    line.check()
                    health(DeviceHealth(True, f"connected to {line.place}", dict(self._counters), connection.alarms))
                ready = wait_for([connection], self._wake)
                while self._notices:
                    connection.notices.append(self._notices.popleft())
                ready.serve(connection)
            return ""
        except TransientDeviceError as error:
            return str(error)
        finally:
            connection.end()
            line.close()
