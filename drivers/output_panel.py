"""What one output has to show: told from any thread, asked for by the output's own. Holds one state, no queue."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from drivers.output_base import Lamp, Light, Tone, Why
from gateway.clock import Clock
from gateway.model import Status, Verdict
from gateway.wake import Wake

_LAMPS = {
    Status.OK: Lamp.GREEN,
    Status.ALREADY: Lamp.YELLOW,
    Status.ASK: Lamp.YELLOW,
    Status.REFUSED: Lamp.RED,
    Status.FAILED: Lamp.RED,
}
_FROM_GOOD_TO_BAD = (Status.OK, Status.ALREADY, Status.ASK, Status.REFUSED, Status.FAILED)


def light_of(verdict: Verdict) -> Light:
    """Green, amber or red, and the tone that goes with it."""
    tone = Tone.GOOD if verdict.is_good else Tone.BAD
    return Light(_LAMPS[verdict.status], tone, Why.VERDICT, verdict.code)


@dataclass(frozen=True, slots=True)
class _Told:
    verdict: Verdict
    at_ms: int


class Panel:
    """Red while nothing can be stored; else the last verdict while it is held; else the colour; else dark.

    Of verdicts that come between two looks the worst is shown: a green must not hide the red beside it. One that
    nobody looked at while it was fresh is forgotten: after an hour without a broker no lamp flashes for the past.
    """

    def __init__(self, hold_ms: int, clock: Clock) -> None:
        self.wake = Wake()
        self._hold_ms = hold_ms
        self._clock = clock
        self._lock = threading.Lock()
        self._told: _Told | None = None  # not looked at yet
        self._held: _Told | None = None  # on show
        self._colour: Lamp | None = None
        self._is_failing = False

    def tell_verdict(self, verdict: Verdict) -> None:
        """Something was answered at the station, after its commit. Never blocks."""
        now_ms = self._clock.mono_ms()
        with self._lock:
            told = self._fresh(self._told, now_ms)
            if told is None or _badness(verdict) >= _badness(told.verdict):
                self._told = _Told(verdict, now_ms)
        self.wake.set()

    def tell_colour(self, colour: Lamp | None) -> None:
        """The worst colour of the loops; None when none is known."""
        with self._lock:
            is_new, self._colour = colour is not self._colour, colour
        if is_new:
            self.wake.set()

    def tell_failing(self, is_failing: bool) -> None:
        """Whether nothing can be stored at the moment."""
        with self._lock:
            is_new, self._is_failing = is_failing is not self._is_failing, is_failing
        if is_new:
            self.wake.set()

    def look(self, now_ms: int) -> Light:
        """The light now; the tone of a verdict is handed out once."""
        with self._lock:
            told, self._told = self._fresh(self._told, now_ms), None
            self._held = told or self._fresh(self._held, now_ms)
            tone = light_of(told.verdict).tone if told else Tone.NONE
            if self._is_failing:
                return Light(Lamp.RED, tone, Why.STORE)
            if self._held is not None:
                shown = light_of(self._held.verdict)
                return Light(shown.lamp, tone, shown.why, shown.code)
            return Light(self._colour, why=Why.LOOPS) if self._colour else Light(Lamp.OFF)

    def change_ms(self, now_ms: int) -> int | None:
        """Milliseconds until a verdict on show gives way; None when none is on show."""
        with self._lock:
            held = self._held
        return None if held is None else max(0, held.at_ms + self._hold_ms - now_ms)

    def _fresh(self, told: _Told | None, now_ms: int) -> _Told | None:
        return told if told is not None and now_ms - told.at_ms < self._hold_ms else None


def _badness(verdict: Verdict) -> int:
    return _FROM_GOOD_TO_BAD.index(verdict.status)
