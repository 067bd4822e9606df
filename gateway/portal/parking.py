"""Tags that went through lately and are still read: put down behind the door, or left in it.

At the side where they stand they open no passage and keep none open; at another side they do. A tag of a pallet that
was given up in the door stands everywhere, until it was not read for a moment.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.portal.rules import TAGS_LIMIT

PARKED_LIMIT = 2 * TAGS_LIMIT  # the oldest are forgotten first
FORGOTTEN_MS = 60_000  # unread for so long
GIVEN_UP_MS = 5_000
EVERYWHERE = "everywhere"


class Parking:
    """Who stands where."""

    def __init__(self) -> None:
        self._tags: dict[str, tuple[str, int]] = {}  # side, last read

    def park(self, epcs: Iterable[str], side: str, now_ms: int) -> None:
        """These went through and are on that side now."""
        for epc in epcs:
            self._tags.pop(epc, None)
            self._tags[epc] = (side, now_ms)
        while len(self._tags) > PARKED_LIMIT:
            del self._tags[next(iter(self._tags))]

    def stands(self, epc: str, side: str) -> bool:
        """Whether a read at this side says nothing new."""
        known = self._tags.get(epc)
        return known is not None and known[0] in (side, EVERYWHERE)

    def note(self, epc: str, at_ms: int) -> None:
        """It was read where it stands."""
        self._tags[epc] = (self._tags[epc][0], at_ms)

    def tick(self, now_ms: int) -> None:
        """Forget who is gone."""
        gone = [
            epc for epc, (side, last_ms) in self._tags.items()
            if now_ms - last_ms > (GIVEN_UP_MS if side == EVERYWHERE else FORGOTTEN_MS)
        ]  # fmt: skip
        for epc in gone:
            del self._tags[epc]

    def side_of(self, epc: str) -> str:
        """Where it stands, "" when it does not."""
        return self._tags.get(epc, ("", 0))[0]
