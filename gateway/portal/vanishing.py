"""A pallet that stood at the door, was in a passage as a stray, and was never read again: it may have gone through.

What stands around is left out of every passage, unless it is read much more strongly and moves. One that is picked up
so close to the antennas that it hardly gets stronger would leave without a trace; that it is gone tells it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gateway.codes.epc.epc import decode
from gateway.passage import MEMBER, UNKNOWN, Passage, PassedTag
from gateway.portal.idle import STANDS

GONE_MS = 20_000  # unread for so long after the passage
AWAITED_LIMIT = 100  # the oldest are forgotten first
WHY = "it stood at the door, and is gone since something went through"


class Vanishing:
    """Who is to be heard again after a passage."""

    def __init__(self) -> None:
        self._awaited: dict[str, tuple[PassedTag, int]] = {}  # since when

    def __bool__(self) -> bool:
        return bool(self._awaited)

    def await_again(self, passages: Iterable[Passage], now_ms: int) -> None:
        """Pallet numbers among the strays that stood here and seemed to go the same way."""
        for passage in passages:
            for tag in passage.strays:
                if tag.why == STANDS and tag.direction == passage.direction and decode(tag.epc).family == "sscc":
                    self._awaited[tag.epc] = (tag, now_ms)
        while len(self._awaited) > AWAITED_LIMIT:
            del self._awaited[next(iter(self._awaited))]

    def seen(self, epcs: Iterable[str]) -> None:
        """These are still here."""
        for epc in epcs:
            self._awaited.pop(epc, None)

    def forget(self) -> None:
        """Nobody can hear them now."""
        self._awaited.clear()

    def gone(self, portal: str, now_ms: int) -> list[Passage]:
        """A passage for each that was not heard again: nobody saw which way it went."""
        gone = [tag for tag, since_ms in self._awaited.values() if now_ms - since_ms >= GONE_MS]
        self.seen(tag.epc for tag in gone)
        return [
            Passage(
                portal, now_ms - GONE_MS, now_ms, "gone", "gone", tag.reads, UNKNOWN, "gone", why=WHY,
                ssccs=(tag.epc,), tags=(replace(tag, part=MEMBER, why=""),),
            )
            for tag in gone
        ]  # fmt: skip
