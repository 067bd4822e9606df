"""Somebody calls for help at a line, presses again because nobody comes, and takes the call back when somebody did."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_sim.button_make import HandOnButton
from firmware_sim.truth import Truth


@dataclass(frozen=True, slots=True)
class HelpButton:
    """An andon button: `call` is who is called to `station`."""

    hand: HandOnButton
    station: str
    call: str
    truth: Truth

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
