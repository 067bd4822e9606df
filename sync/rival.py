"""Whether another process speaks in our name: two boxes with one id, or a box and its copy.

The proof is a birth that is not ours after one of ours in the same process. A restart or a restored image is a new
process, so neither looks like it; a single birth could still be one that lay about on the wire, a second one cannot.
"""

from __future__ import annotations

SIGHTINGS = 2  # different births of somebody else that prove it
BIRTHS_KEPT = 1000


class RivalWatch:
    """Births of this process, and those of others since the first of ours."""

    def __init__(self) -> None:
        self._ours: dict[str, None] = {}
        self._others: set[str] = set()

    @property
    def has_spoken(self) -> bool:
        return bool(self._ours)

    def speak(self, birth: str) -> None:
        """A birth of ours is on the wire."""
        self._ours[birth] = None
        while len(self._ours) > BIRTHS_KEPT:
            del self._ours[next(iter(self._ours))]

    def hear(self, birth: str, *, is_sure: bool = False) -> bool:
        """Somebody's birth in our name; True when that proves another live box. `is_sure`: it says so itself."""
        if not self._ours or birth in self._ours:
            return False
        self._others.add(birth)
        return is_sure or len(self._others) >= SIGHTINGS

    def forget(self) -> None:
        """A person has settled it."""
        self._others.clear()
