"""Whether what hangs at a door works: beams that see what the others see, antennas that hear anything at all."""

from __future__ import annotations

from gateway.portal.boundary import Gathering
from gateway.portal.rules import Layout

PROVEN_MS = 3_600_000  # a beam that was not interrupted for longer may be blind
MISSED_LIMIT = 2  # one that so many passages in a row did not interrupt, but another one, may be blind, too
MUTE_PASSAGES = 5  # an antenna that heard nothing in so many of them, with tags at others, has lost its cable


class Mounting:
    """Told of every edge and of every passage."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._worked_ms: dict[tuple[str, int], int] = {}  # when each beam last changed
        self._missed = {(one.reader, one.port): 0 for one in layout.beams}  # passages in a row without it
        self._mute = [0] * len(layout.antennas)  # passages in a row in which it heard nothing

    def note_edge(self, reader: str, port: int, at_ms: int) -> None:
        """A beam changed."""
        self._worked_ms[reader, port] = at_ms

    def is_proven(self, now_ms: int) -> bool:
        """Whether all beams were seen at work lately, so that nothing passes one of them unnoticed."""
        return all(
            now_ms - self._worked_ms.get(key, now_ms - PROVEN_MS) < PROVEN_MS and missed < MISSED_LIMIT
            for key, missed in self._missed.items()
        )

    def note_passage(self, passage: Gathering) -> None:
        """It is over."""
        if passage.edges:
            for key, missed in self._missed.items():
                has_worked = self._worked_ms.get(key, -1) >= passage.opened_ms
                self._missed[key] = 0 if has_worked else missed + 1
        if any(passage.cells):
            self._mute = [0 if cells else count + 1 for cells, count in zip(passage.cells, self._mute, strict=True)]

    def mute(self) -> list[str]:
        """Antennas that heard nothing for long while others did."""
        pairs = zip(self._layout.antennas, self._mute, strict=True)
        return [antenna.name for antenna, count in pairs if count >= MUTE_PASSAGES]
