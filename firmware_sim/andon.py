"""Somebody calls for help at a line, presses again because nobody comes, and takes the call back when somebody did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from firmware_sim.button_make import HandOnButton
from firmware_sim.errand import Errand, IsPatient
from firmware_sim.truth import Truth

EVERY_S = 30.0


@dataclass(frozen=True, slots=True)
class HelpButton:
    """An andon button: `call` is who is called to `station`."""

    hand: HandOnButton
    station: str
    call: str
    truth: Truth

    def errands(self, place: int) -> list[Errand]:
        """Pressed, pressed again, held, and some time later all that once more; not all buttons at once."""
        acts = ((3, self.call_for_help), (6, self.call_again), (10 + 5 * place, self.take_back))
        return [Errand("caller", after_s + place, EVERY_S, partial(_at_once, act)) for after_s, act in acts]

    def call_for_help(self) -> None:
        self._note("called", is_taken=self.hand.press())

    def call_again(self) -> None:
        """Within the window it is the same call."""
        self._note("called again", is_taken=self.hand.press())

    def take_back(self) -> None:
        """A long press."""
        self._note("ended", is_taken=self.hand.long_press())

    def _note(self, what: str, *, is_taken: bool) -> None:
        told = "ack" if is_taken else "silence"
        self.truth.record("call", station=self.station, call=self.call, what=what, told=told)


def _at_once(act: Callable[[], None], _is_patient: IsPatient) -> None:
    """A press is taken or not; nobody waits."""
    act()
