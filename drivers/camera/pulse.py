"""What a camera says of itself, told on every change and at least every HEARTBEAT_S."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from drivers.base import HEARTBEAT_S, DeviceHealth
from gateway.clock import Clock


class Pulse:
    """The state of one camera on its way to whoever watches; for the device's own thread."""

    def __init__(self, health: Callable[[DeviceHealth], None], clock: Clock, counters: Counter[str]) -> None:
        self._health = health
        self._clock = clock
        self._counters = counters
        self._state = (False, "starting")
        self._told_alarm = self.alarm = ""  # what a person must look at, whether it is up or not
        self._next_ms = 0

    def say(self, *, is_up: bool, text: str) -> None:
        """A state that may be new."""
        if (is_up, text) != self._state or self.alarm != self._told_alarm:
            self._state, self._told_alarm = (is_up, text), self.alarm
            self._next_ms = 0
        self.beat()

    def beat(self) -> None:
        """Still here."""
        now_ms = self._clock.mono_ms()
        if now_ms >= self._next_ms:
            self._next_ms = now_ms + int(HEARTBEAT_S * 1000)
            is_up, text = self._state
            self._health(DeviceHealth(is_up, text, dict(self._counters), {"decoder": self.alarm} if self.alarm else {}))
