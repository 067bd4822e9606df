"""A camera as a device: keeps a decoder process alive and hands what it sees to the gateway."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable

from drivers.base import Backoff, DeviceContext, DeviceHealth, Sink, wait_beating
from drivers.camera.decoder import DecoderLostError, DecoderProcess
from drivers.camera.desk import Desk
from drivers.camera.pulse import Pulse
from drivers.camera.settings import CameraSettings
from drivers.camera.stills import Stills
from drivers.camera.stream import SourceStalledError, Stream
from gateway.clock import Clock
from gateway.errors import ConfigError, PermanentDeviceError, TransientDeviceError
from gateway.model import Verdict

RESTART_FIRST_S = 0.1
RESTART_LIMIT_S = 10.0
DEATHS_ALARM = 3  # within an hour
HOUR_MS = 3_600_000
WELL_MS = 30_000  # without a death: the next restart is quick again


class Camera:
    """One configured camera; outlives any number of decoder processes and unpluggings."""

    def __init__(self, settings: CameraSettings, context: DeviceContext) -> None:
        self.id = settings.id
        self.decoder_pid = 0  # of the process that decodes now, 0 when there is none
        self._settings = settings
        self._context = context
        self._clock: Clock = context.clock
        self._counters: Counter[str] = Counter()
        self._deaths_ms: deque[int] = deque(maxlen=DEATHS_ALARM)

    def run(self, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> None:
        settings, address = self._settings, self._address()
        pulse = Pulse(health, self._clock, self._counters)
        desk = Desk(self.id, settings.station, self._clock, sink, self._counters)
        stream, stills = Stream(settings, desk, pulse), Stills(settings, desk, pulse)
        backoff = Backoff(RESTART_FIRST_S, RESTART_LIMIT_S)

        def work(decoder: DecoderProcess) -> None:
            if not settings.is_url and settings.path.is_dir():
                stills.watch(decoder, stop, lambda: self._works(backoff, pulse))
            else:
                stream.watch(decoder, address, stop, lambda: self._works(backoff, pulse))

        def wait(reason: str) -> None:
            pulse.say(is_up=False, text=reason)
            wait_beating(stop, backoff.next_s(), pulse.beat)

        while not stop.is_set():
            try:
                with DecoderProcess(settings.limits, self._clock, stop, pulse.beat) as decoder:
                    self._serve(decoder, work, wait, stop)
            except DecoderLostError as error:
                wait(self._died(error, pulse))
            except SourceStalledError as error:
                wait(str(error))

    def notify(self, verdict: Verdict) -> None:
        """A camera shows nothing; the lights of its station do."""

    def _serve(
        self,
        decoder: DecoderProcess,
        work: Callable[[DecoderProcess], None],
        wait: Callable[[str], None],
        stop: threading.Event,
    ) -> None:
        """Work with one decoder process, also through times without a camera: starting one takes a second."""
        try:
            if not decoder.start():
                return
            self.decoder_pid = decoder.pid
            while not stop.is_set():
                try:
                    work(decoder)
                except SourceStalledError:
                    raise
                except TransientDeviceError as error:
                    wait(str(error))
        finally:
            self.decoder_pid = 0

    def _address(self) -> str:
        name = self._settings.password_credential
        try:
            return self._settings.address(self._context.credentials.text(name) if name else "")
        except ConfigError as error:
            raise PermanentDeviceError(f"{self.id}: {error}", hint="the stream asks for it") from error

    def _works(self, backoff: Backoff, pulse: Pulse) -> None:
        """A picture was read: after a while without a death the next restart is quick again."""
        now_ms = self._clock.mono_ms()
        if not self._deaths_ms or now_ms - self._deaths_ms[-1] >= WELL_MS:
            backoff.reset()
        if pulse.alarm and now_ms - self._deaths_ms[0] >= HOUR_MS:
            pulse.alarm = ""

    def _died(self, error: DecoderLostError, pulse: Pulse) -> str:
        """A single death is no news for a person, several within an hour are."""
        self._counters["decoder_deaths"] += 1
        now_ms = self._clock.mono_ms()
        self._deaths_ms.append(now_ms)
        if len(self._deaths_ms) == DEATHS_ALARM and now_ms - self._deaths_ms[0] < HOUR_MS:
            pulse.alarm = f"the decoder died {DEATHS_ALARM} times within an hour; the last time, {error.what}"
        return f"{error.what}; another one is started"
