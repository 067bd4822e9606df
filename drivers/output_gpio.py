"""Lamps and a beeper on GPIO output lines (libgpiod v2). What is on when stands in output_pattern.py."""

from __future__ import annotations

import select
import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import gpiod
from gpiod.line import Direction, Value

from drivers.base import HEARTBEAT_S, STOP_LATENCY_S, Backoff, DeviceContext, DeviceHealth
from drivers.output_base import DARK, Shown
from drivers.output_pattern import BeepPattern, levels
from drivers.output_settings import GpioLightSettings
from gateway.clock import Clock

REOPEN_FIRST_S = 0.1
REOPEN_LIMIT_S = HEARTBEAT_S

_HINT = "is the chip there, does another program hold a line, is the gateway's user in the group of the chip?"


class Lines(Protocol):
    """Output lines that are held until closed; OSError when the chip is gone."""

    def drive(self, levels: Mapping[int, bool]) -> None:
        """On or off, by line offset."""

    def close(self) -> None: ...


class GpiodLines:
    """The real lines; all off when they are taken."""

    def __init__(self, settings: GpioLightSettings) -> None:
        line = gpiod.LineSettings(
            direction=Direction.OUTPUT, output_value=Value.INACTIVE, active_low=settings.active_low
        )
        config: dict[Any, gpiod.LineSettings | None] = {tuple(settings.lines.values()): line}
        self._request = gpiod.request_lines(settings.chip, consumer=f"kanban {settings.id}", config=config)

    def drive(self, levels: Mapping[int, bool]) -> None:
        self._request.set_values({offset: Value.ACTIVE if on else Value.INACTIVE for offset, on in levels.items()})

    def close(self) -> None:
        self._request.release()


class GpioLight:
    """One light; outlives any number of disappearances of its chip."""

    def __init__(
        self,
        settings: GpioLightSettings,
        context: DeviceContext,
        open_lines: Callable[[GpioLightSettings], Lines] = GpiodLines,
    ) -> None:
        self.id = settings.id
        self._settings = settings
        self._clock: Clock = context.clock
        self._open_lines = open_lines

    def run(self, stop: threading.Event, shown: Shown, health: Callable[[DeviceHealth], None]) -> None:
        backoff = Backoff(REOPEN_FIRST_S, REOPEN_LIMIT_S)
        while not stop.is_set():
            try:
                lines = self._open_lines(self._settings)
                backoff.reset()
                self._hold(lines, stop, shown, health)
            except OSError as error:
                health(DeviceHealth(False, f"{self._settings.chip} cannot be used: {error}; {_HINT}"))
                stop.wait(backoff.next_s())

    def _hold(self, lines: Lines, stop: threading.Event, shown: Shown, health: Callable[[DeviceHealth], None]) -> None:
        """Work on these lines until `stop` or until the chip goes away; dark at the end, if it still takes it."""
        try:
            try:
                self._serve(stop, lines, shown, health)
            finally:
                self._drive(lines, levels(DARK, is_beeping=False))  # a line may keep its level when nobody holds it
        finally:
            lines.close()

    def _serve(self, stop: threading.Event, lines: Lines, shown: Shown, health: Callable[[DeviceHealth], None]) -> None:
        beeps, now, beat_ms = BeepPattern(), None, 0
        while not stop.is_set():
            now_ms = self._clock.mono_ms()
            if now_ms >= beat_ms:
                beat_ms = now_ms + int(HEARTBEAT_S * 1000)
                health(DeviceHealth(True, f"lit by {self._settings.chip}"))
            shown.wake.clear()
            light = shown.look(now_ms)
            beeps.start(light.tone, now_ms)
            wanted = levels(light, beeps.is_on(now_ms))
            if wanted != now:
                self._drive(lines, wanted)
                now = wanted
            changes = (shown.change_ms(now_ms), beeps.change_ms(now_ms), int(STOP_LATENCY_S * 1000))
            wait_ms = min(change for change in changes if change is not None)
            select.select([shown.wake.fileno()], [], [], wait_ms / 1000)

    def _drive(self, lines: Lines, wanted: Mapping[str, bool]) -> None:
        lines.drive({offset: wanted[name] for name, offset in self._settings.lines.items()})
