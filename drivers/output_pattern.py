"""Which lines of a stack light are on, at any millisecond. Pure: lamps follow the light, the beeper a pattern."""

from __future__ import annotations

from drivers.output_base import Lamp, Light, Tone

# Milliseconds on, off, on … of the beeper. One short beep and three long ones are told apart with eyes closed.
BEEPS: dict[Tone, tuple[int, ...]] = {Tone.NONE: (), Tone.GOOD: (80,), Tone.BAD: (250, 150, 250, 150, 250)}


class BeepPattern:
    """The beeper's course since a tone began; a new tone takes the place of one that is still sounding."""

    def __init__(self) -> None:
        self._edges: tuple[int, ...] = ()  # when the beeper turns on, off, on …
        self._at_ms = 0

    def start(self, tone: Tone, now_ms: int) -> None:
        """Sound a tone from now on; NONE leaves what is sounding alone."""
        if tone is Tone.NONE:
            return
        edges = [now_ms]
        for length_ms in BEEPS[tone]:
            edges.append(edges[-1] + length_ms)
        self._edges = tuple(edges)

    def is_on(self, now_ms: int) -> bool:
        return sum(edge <= now_ms for edge in self._edges) % 2 == 1

    def change_ms(self, now_ms: int) -> int | None:
        """In how many milliseconds it turns on or off next; None when it is silent for good."""
        return min((edge - now_ms for edge in self._edges if edge > now_ms), default=None)


def levels(light: Light, is_beeping: bool) -> dict[str, bool]:
    """Whether each named line is on."""
    return {
        "red": light.lamp is Lamp.RED,
        "yellow": light.lamp is Lamp.YELLOW,
        "green": light.lamp is Lamp.GREEN,
        "beeper": is_beeping,
    }
