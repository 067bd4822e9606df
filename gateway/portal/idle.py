"""What stands around a portal: tags that are read while nothing passes, and in passage after passage.

Time is counted in seconds in which nothing passed. Counts are halved when `decay_ms` of them have gone by, so what
was taken away fades within that time. A tag that stands here and is read much more strongly than it used to be has
been picked up: then it is no stray.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from gateway.portal.rules import IDLE_LIMIT, Rules

PASSAGES_KEPT, OF_THEM = 5, 3  # in so many of the last passages without a direction of its own: it stands here
STANDS = "stands here: read while nothing passes"
OBSERVED_S = 60  # idle time before which nobody is said to stand here

RESIDENT_S, FOR_S = 10, 60  # read in so many idle seconds over such a time: it stands here, however rarely it is heard

# Idle seconds in which it was read, the last of them; reads, sum of their RSSI; the first second.
_SECONDS, _LAST, _READS, _SUM, _FIRST = range(5)
Watched = list[int]


class IdleList:
    """Learns while nothing passes, is asked when a passage is over."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._tags: dict[str, Watched] = {}
        self._idle_s = 0  # seconds observed, halved as the counts are
        self._passages: deque[tuple[int, frozenset[str]]] = deque(maxlen=PASSAGES_KEPT)
        self.overflowed = 0  # reads of tags that could not be watched any more

    def note(self, epc: str, second: int, rssi_cdbm: int) -> None:
        """A read in this idle second; seconds only grow."""
        tag = self._tags.get(epc)
        if tag is None:
            if len(self._tags) >= IDLE_LIMIT:
                self.overflowed += 1
                return
            tag = self._tags[epc] = [0, -1, 0, 0, second]
        tag[_READS] += 1
        tag[_SUM] += rssi_cdbm
        if second != tag[_LAST]:
            tag[_LAST] = second
            tag[_SECONDS] += 1

    def pass_time(self, seconds: int) -> None:
        """So many idle seconds went by."""
        self._idle_s += seconds
        limit = max(2 * OBSERVED_S, self._rules.decay_ms // 1000)
        while self._idle_s > limit:
            self._idle_s //= 2
            self._fade()

    def remember(self, at_ms: int, standing: Iterable[str]) -> None:
        """A passage is over in which these tags were strong, but went nowhere."""
        self._passages.append((at_ms, frozenset(standing)))

    def acts_from(self, epc: str) -> int:
        """From which strength on, in hundredths of dBm, this tag is more than something that stands around."""
        tag = self._tags.get(epc)
        if tag is None or not self._is_often(tag):
            return self._rules.gate_cdbm
        return max(self._rules.gate_cdbm, tag[_SUM] // tag[_READS] + self._rules.lift_cdb)

    def why_stray(self, epc: str, strength_cdbm: int, *, moves: bool, now_ms: int) -> str:
        """Why a tag is none of the pallet's, "" when it may be. `moves`: it has a direction of its own."""
        tag = self._tags.get(epc)
        if tag is not None and self._is_often(tag):
            lift = strength_cdbm - tag[_SUM] // tag[_READS]
            if not moves or lift < self._rules.lift_cdb:
                return STANDS
        if not moves:
            oldest_ms = now_ms - self._rules.decay_ms
            often = sum(epc in tags for at_ms, tags in self._passages if at_ms >= oldest_ms)
            if often >= OF_THEM:
                return f"seen in {often} of the last {len(self._passages)} passages"
        return ""

    @property
    def standing(self) -> int:
        """How many tags stand here."""
        return sum(map(self._is_often, self._tags.values()))

    def _is_often(self, tag: Watched) -> bool:
        is_resident = tag[_SECONDS] >= RESIDENT_S and tag[_LAST] - tag[_FIRST] >= FOR_S
        return is_resident or tag[_SECONDS] * 100 > self._rules.idle_pct * max(self._idle_s, OBSERVED_S)

    def _fade(self) -> None:
        kept = {}
        for epc, tag in self._tags.items():
            if tag[_SECONDS] > 1:
                reads = max(1, tag[_READS] // 2)
                kept[epc] = [tag[_SECONDS] // 2, tag[_LAST], reads, tag[_SUM] * reads // tag[_READS], tag[_FIRST]]
        self._tags = kept
