"""Which tags are there: hundreds of reads of a bin in a chute or on a shelf become one arrival.

A tag has arrived when it was read `min_reads` times, strongly enough, with no longer gap than GLIMPSE_MS (ALE calls
this glimpsed and observed). It stays while it is read at all, though `stay_db` weaker, and has left when nobody saw it
for `absent_ms` (ALE: lost); only then can it arrive again. So a tag at the edge of what the antenna hears neither goes
nor comes. When all tags of a shelf vanish at once, or its reference tag does, it is the antenna that is gone: nobody
has left. Pure: time comes in.
"""

from __future__ import annotations

from dataclasses import dataclass, field

GLIMPSE_MS = 1_000
ALL_AT_ONCE = 3  # so many tags, all there are, do not leave in the same moment
TAGS_LIMIT = 5_000  # remembered at once; a tag beyond them is not taken, and counted


@dataclass(frozen=True, slots=True)
class Arrival:
    """A tag that has come, with what speaks for it."""

    epc: str
    antenna: int
    rssi_dbm: int | None
    reads: int
    was_there: bool  # seen at once after nobody looked: it may have come long ago


@dataclass(frozen=True, slots=True)
class Departure:
    """A tag that has left, and where it was read last."""

    epc: str
    antenna: int
    absent_ms: int


@dataclass(slots=True)
class _Seen:
    last_ms: int
    reads: int = 0
    is_present: bool = False
    rssi_dbm: int | None = None
    antenna: int = 0


@dataclass(slots=True)
class Presence:
    """`look` when looking begins (again), `take` each read, `tick` now and then."""

    min_reads: int
    min_rssi_dbm: int
    absent_ms: int
    settle_ms: int  # who is seen so soon after looking began was there before
    stay_db: int = 0  # so much weaker reads keep a tag that is there
    reference: str = ""  # a tag that is always there, "" for none
    _tags: dict[str, _Seen] = field(default_factory=dict)
    _began_ms: int = 0
    overflowed: int = 0
    is_deaf: bool = False  # all at once, or the reference: it is the antenna that is gone
    _heard_ms: int = 0  # when anything was read, however weakly

    def look(self, now_ms: int) -> None:
        """Looking begins. Who was present counts as seen now: nobody could see it leave."""
        self._began_ms = self._heard_ms = now_ms
        self._refresh(now_ms)

    def take(self, epc: str, antenna: int, rssi_dbm: int | None, reads: int, now_ms: int) -> Arrival | None:
        """One report; the arrival if it completes one."""
        self._heard_ms = now_ms
        if self.is_deaf and self.reference in ("", epc):
            self.is_deaf = False
            self._refresh(now_ms)
        seen = self._tags.get(epc)
        least_dbm = self.min_rssi_dbm - (self.stay_db if seen is not None and seen.is_present else 0)
        if rssi_dbm is not None and rssi_dbm < least_dbm:
            return None
        if seen is None:
            if len(self._tags) >= TAGS_LIMIT:
                self.overflowed += 1
                return None
            seen = self._tags[epc] = _Seen(now_ms)
        if not seen.is_present and now_ms - seen.last_ms > GLIMPSE_MS:
            seen.reads, seen.rssi_dbm = 0, None
        seen.last_ms = now_ms
        if seen.is_present:
            return None
        seen.reads += reads
        if seen.rssi_dbm is None or (rssi_dbm is not None and rssi_dbm > seen.rssi_dbm):
            seen.rssi_dbm, seen.antenna = rssi_dbm, antenna
        if seen.reads < self.min_reads:
            return None
        seen.is_present = True
        if epc == self.reference:
            return None
        return Arrival(epc, seen.antenna, seen.rssi_dbm, seen.reads, now_ms - self._began_ms < self.settle_ms)

    def again(self, epc: str) -> None:
        """What arrived could not be stored: its next reads are an arrival again."""
        self._tags.pop(epc, None)

    def tick(self, now_ms: int) -> list[Departure]:
        """Forget who is gone; those that were there have left."""
        for epc in [epc for epc, seen in self._tags.items() if not seen.is_present]:
            if now_ms - self._tags[epc].last_ms > GLIMPSE_MS:
                del self._tags[epc]
        gone = [
            epc for epc, seen in self._tags.items() if seen.is_present and now_ms - seen.last_ms > self.absent_ms
        ]  # fmt: skip
        if self.is_deaf or self._is_antenna_gone(gone):
            self.is_deaf = True
            return []
        left = [(epc, self._tags.pop(epc)) for epc in gone]
        return [Departure(epc, seen.antenna, now_ms - seen.last_ms) for epc, seen in left]

    def _is_antenna_gone(self, gone: list[str]) -> bool:
        if self.reference:
            return self.reference in gone
        return len(gone) >= ALL_AT_ONCE and all(self._heard_ms <= self._tags[epc].last_ms + GLIMPSE_MS for epc in gone)

    def _refresh(self, now_ms: int) -> None:
        """Nobody could see anybody leave: all count as seen now."""
        for seen in self._tags.values():
            seen.last_ms = now_ms

    @property
    def present(self) -> int:
        """How many tags are there."""
        return sum(seen.is_present and epc != self.reference for epc, seen in self._tags.items())
