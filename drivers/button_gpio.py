"""Buttons at the machine's own GPIO lines: waits for edges, knows nothing of gpiod."""

from __future__ import annotations

import select
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Protocol

from drivers.base import HEARTBEAT_S, STOP_LATENCY_S, Backoff, DeviceContext, DeviceHealth, Sink, wait_beating
from drivers.button_contact import Act
from drivers.button_desk import ContactDesk
from drivers.button_gpio_lines import open_lines
from drivers.button_gpio_settings import GpioButtonSettings
from drivers.button_signals import EdgeSignal, Lines
from gateway.clock import Clock
from gateway.errors import TransientDeviceError
from gateway.model import Verdict

REOPEN_FIRST_S = 0.2
REOPEN_LIMIT_S = 10.0


class OpenLines(Protocol):
    """Requested lines; every method may raise TransientDeviceError when the chip is gone."""

    debounce_ms: int

    def fileno(self) -> int: ...
    def levels(self) -> dict[int, bool]: ...
    def read(self) -> Sequence[EdgeSignal]: ...
    def close(self) -> None: ...


class GpioButtons:
    """All bound lines of one chip."""

    def __init__(
        self,
        settings: GpioButtonSettings,
        context: DeviceContext,
        open_lines: Callable[[GpioButtonSettings], OpenLines] = open_lines,
    ) -> None:
        self.id = settings.id
        self._settings = settings
        self._clock: Clock = context.clock
        self._open = open_lines
        self._counters: Counter[str] = Counter()

    def run(self, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> None:
        backoff = Backoff(REOPEN_FIRST_S, REOPEN_LIMIT_S)
        desk = ContactDesk(self._settings, self._clock, sink, self._counters)
        while not stop.is_set():
            try:
                lines = self._open(self._settings)
                backoff.reset()
                try:
                    self._serve(lines, desk, stop, health)
                finally:
                    lines.close()
            except TransientDeviceError as error:
                self._counters["reopens"] += 1
                down = DeviceHealth(False, str(error), dict(self._counters))
                wait_beating(stop, backoff.next_s(), partial(health, down))

    def notify(self, verdict: Verdict) -> None:
        """Inputs cannot show anything."""

    def _serve(
        self, opened: OpenLines, desk: ContactDesk, stop: threading.Event, health: Callable[[DeviceHealth], None]
    ) -> None:
        """One request of the lines, until `stop` or the end of the chip."""
        clock = self._clock
        lines = Lines(self._settings.rule, opened.debounce_ms, opened.levels(), clock.mono_ms())
        poll = select.poll()
        poll.register(opened, select.POLLIN | select.POLLPRI)
        beat_ms = 0
        try:
            while not stop.is_set():
                now_ms = clock.mono_ms()
                if now_ms >= beat_ms:
                    beat_ms = now_ms + int(HEARTBEAT_S * 1000)
                    health(desk.health(self._settings.chip, [_name(line) for line in lines.stuck()]))
                wait_ms = STOP_LATENCY_S * 1000
                if (due_ms := lines.due_ms()) is not None:
                    wait_ms = min(wait_ms, max(0, due_ms - now_ms))
                signals = opened.read() if poll.poll(wait_ms) else ()
                now_ms = clock.mono_ms()
                # with events waiting their own time counts, not ours: the next one may undo the last
                desk.take(_named(lines.take(signals, now_ms) if signals else lines.look(now_ms)))
        finally:
            desk.take(_named(lines.end(clock.mono_ms())))


def _named(acts: Iterable[tuple[int, Act]]) -> list[tuple[str, Act]]:
    return [(_name(line), act) for line, act in acts]


def _name(line: int) -> str:
    return f"line {line}"
