"""A serial UHF module at a chute, shelf or portal: opened, told to poll, and opened again after every unplugging."""

from __future__ import annotations

import select
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

from drivers.base import HEARTBEAT_S, STOP_LATENCY_S, Backoff, DeviceContext, DeviceHealth, Sink, wait_beating
from drivers.rfid_outlet import open_outlet
from drivers.rfid_yrm100_settings import Yrm100Settings
from drivers.rfid_yrm100_talk import ModuleError, ModuleTalk
from drivers.serial_port import SerialPort
from gateway.errors import TransientDeviceError
from gateway.model import Verdict
from gateway.tag import DAMAGED

REOPEN_FIRST_S = 0.1
REOPEN_LIMIT_S = 1.0


class Yrm100Reader:
    """One module."""

    def __init__(self, settings: Yrm100Settings, context: DeviceContext) -> None:
        self.id = settings.id
        self._settings = settings
        self._plugs = context.plugs
        self._clock = context.clock
        self._counters: Counter[str] = Counter()
        self._outlet = open_outlet(settings, context, self._counters, self.notify)
        self._is_looking = False
        self._damaged = 0  # of this connection, as told already

    def run(self, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> None:
        backoff = Backoff(REOPEN_FIRST_S, REOPEN_LIMIT_S)
        while not stop.is_set():
            try:
                self._serve(stop, sink, health)
            except (TransientDeviceError, ModuleError) as error:
                if self._is_looking:
                    backoff.reset()
                    self._is_looking = False
                    self._outlet.cut()
                self._counters["reconnects"] += 1
                down = DeviceHealth(False, f"{self._settings.port}: {error}", dict(self._counters))
                wait_beating(stop, backoff.next_s(), partial(health, down))
        if self._is_looking:
            self._is_looking = False
            self._outlet.cut()

    def notify(self, verdict: Verdict) -> None:
        """A module shows nothing; a light at the station does."""

    def _serve(self, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> None:
        line = SerialPort(self._settings, self._plugs)
        talk = ModuleTalk(self._settings.power_cdbm, self._clock.mono_ms())
        self._damaged = beat_ms = 0
        try:
            while not stop.is_set():
                line.write(talk.take_output())
                data = line.read() if select.select([line.fileno()], [], [], STOP_LATENCY_S)[0] else b""
                self._take(talk, data, sink)
                if self._clock.mono_ms() >= beat_ms:
                    beat_ms = self._clock.mono_ms() + int(HEARTBEAT_S * 1000)
                    line.check()
                    self._beat(talk, health)
            talk.close()
            line.write(talk.take_output())
        finally:
            line.close()

    def _take(self, talk: ModuleTalk, data: bytes, sink: Sink) -> None:
        now_ms = self._clock.mono_ms()
        reads = talk.feed(data, now_ms)
        if talk.is_reading and not self._is_looking:
            self._is_looking = True
            self._outlet.look()
        if reads:
            self._outlet.take(sink, reads)
        if talk.damaged > self._damaged:
            self._outlet.lost(DAMAGED, talk.damaged - self._damaged)
            self._damaged = talk.damaged
        talk.tick(now_ms)

    def _beat(self, talk: ModuleTalk, health: Callable[[DeviceHealth], None]) -> None:
        if self._is_looking:
            self._outlet.tick()
        state = "reading" if talk.is_reading else "setting up"
        text = f"{state} at {self._settings.port}, {self._outlet.state()}"
        text += f" (module {talk.version})" if talk.version else ""
        health(DeviceHealth(True, text, dict(self._counters), self._outlet.alarms()))
