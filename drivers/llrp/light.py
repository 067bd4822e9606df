"""The lamps and the beeper at a reader's output ports: which are to be switched now. Pure but for the panel's lock."""

from __future__ import annotations

from drivers.llrp.settings import ReaderOutputs
from drivers.output_panel import Panel
from drivers.output_pattern import BeepPattern, levels
from gateway.clock import Clock
from gateway.model import Verdict
from gateway.wake import Wake

Levels = list[tuple[int, bool]]


class ReaderLight:
    """Told verdicts from any thread; asked by the reader's own."""

    def __init__(self, keys: ReaderOutputs, clock: Clock) -> None:
        self._lines = keys.lines
        self._panel = Panel(keys.hold_ms, clock)
        self._beeps = BeepPattern()
        self._now: dict[int, bool] = {}  # what the reader was told

    @property
    def wake(self) -> Wake:
        """Set when there may be something to switch."""
        return self._panel.wake

    def tell(self, verdict: Verdict) -> None:
        """Something was answered, after its commit. Never blocks."""
        if self._lines:
            self._panel.tell_verdict(verdict)

    def forget(self) -> None:
        """The reader may have been started again: nobody knows how its ports stand."""
        self._now = {}

    def changes(self, now_ms: int) -> Levels:
        """Ports to switch, all of them after `forget`; an old verdict is never shown."""
        light = self._panel.look(now_ms)
        self._beeps.start(light.tone, now_ms)
        shown = levels(light, self._beeps.is_on(now_ms))
        wanted = {port: shown[name] for name, port in self._lines.items()}
        changes = [(port, on) for port, on in wanted.items() if self._now.get(port) is not on]
        self._now = wanted
        return changes

    def dark(self) -> Levels:
        """What leaves all ports off."""
        lit = [(port, False) for port, on in self._now.items() if on]
        self._now = {}
        return lit

    def change_ms(self, now_ms: int) -> int | None:
        """In how many milliseconds something changes by itself; None: it does not."""
        waits = (self._panel.change_ms(now_ms), self._beeps.change_ms(now_ms))
        return min((wait for wait in waits if wait is not None), default=None)
