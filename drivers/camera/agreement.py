"""Which codes of a stream of frames are reported, and when the same code may be reported again. Pure.

A strong symbology counts at its first sight. A weak one must be seen in two frames close to each other,
with nothing else read at its place in between. A code is reported once, and again only after it was out of
sight for the re-arm time: a label that lies under the camera is one read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drivers.camera.code import Sighting, Trust, distinct

AGREE_WITHIN_FRAMES = 3  # a hand shakes, a frame is lost; later it is another sight
REPORTED_LIMIT = 256  # codes remembered; the one out of sight for longest is forgotten first
CANDIDATES_LIMIT = 64


@dataclass(frozen=True, slots=True)
class _Candidate:
    frame: int
    sighting: Sighting


class Agreement:
    """The memory of one camera. Frames are counted here, times are the caller's."""

    def __init__(self, rearm_ms: int) -> None:
        self._rearm_ms = rearm_ms
        self._frame = 0
        self._candidates: dict[str, _Candidate] = {}
        self._seen_ms: dict[str, int] = {}  # of codes that were reported, oldest sight first

    @property
    def is_waiting(self) -> bool:
        """Whether a code waits for its second frame, which is then worth a thorough look."""
        return bool(self._candidates)

    def see(self, sightings: Iterable[Sighting], now_ms: int) -> list[Sighting]:
        """What the next frame brought to report."""
        self._frame += 1
        self._forget_old(now_ms)
        return [one for one in distinct(sightings) if self._counts(one, now_ms)]

    def forget(self, key: str) -> None:
        """The code could not be stored: its next sight is a fresh one."""
        self._seen_ms.pop(key, None)

    def _counts(self, one: Sighting, now_ms: int) -> bool:
        if self._seen_ms.pop(one.key, None) is not None:  # still there
            self._seen_ms[one.key] = now_ms
            return False
        if not self._is_sure(one):
            return False
        self._candidates.pop(one.key, None)
        self._seen_ms[one.key] = now_ms
        return True

    def _is_sure(self, one: Sighting) -> bool:
        if one.trust is Trust.STRONG:
            return True
        if one.trust is Trust.HALF and not one.is_agreed:
            return False
        first = self._candidates.get(one.key)
        self._contradict(one)
        self._candidates[one.key] = _Candidate(self._frame, one)
        return first is not None and first.frame < self._frame

    def _contradict(self, one: Sighting) -> None:
        """Another text at the same place: one of the two is a misread, so both begin again."""
        for key, other in list(self._candidates.items()):
            if key != one.key and one.touches(other.sighting):
                del self._candidates[key]

    def _forget_old(self, now_ms: int) -> None:
        for key, candidate in list(self._candidates.items()):
            if self._frame - candidate.frame >= AGREE_WITHIN_FRAMES or len(self._candidates) > CANDIDATES_LIMIT:
                del self._candidates[key]
        for key, seen_ms in list(self._seen_ms.items()):
            if now_ms - seen_ms >= self._rearm_ms or len(self._seen_ms) > REPORTED_LIMIT:
                del self._seen_ms[key]
