"""Which tags are there: hundreds of reads of a bin in a chute or on a shelf become one arrival.

A tag has arrived when it was read `min_reads` times, strongly enough, with no longer gap than GLIMPSE_MS (ALE calls
this glimpsed and observed). It has left when nobody saw it for `absent_ms`; only then can it arrive again. Pure:
time comes in.
"""

from __future__ import annotations

from dataclasses import dataclass, field

GLIMPSE_MS = 1_000
TAGS_LIMIT = 5_000  # remembered at once; a tag beyond them is not taken, and counted


@dataclass(frozen=True, slots=True)
class Arrival:
    """A tag that has come, with what speaks for it."""

    epc: str
    antenna: int
    rssi_dbm: int | None
    reads: int
    was_there: bool  # seen at once after nobody looked: it may have come long ago


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
    _tags: dict[str, _Seen] = field(default_factory=dict)
    _began_ms: int = 0
    overflowed: int = 0

    def look(self, now_ms: int) -> None:
        """Looking begins. Who was present counts as seen now: nobody could see it leave."""
        self._began_ms = now_ms
        for seen in self._tags.values():
            seen.last_ms = now_ms

    def take(self, epc: str, antenna: int, rssi_dbm: int | None, reads: int, now_ms: int) -> Arrival | None:
        """One report; the arrival if it completes one."""
        if rssi_dbm is not None and rssi_dbm < self.min_rssi_dbm:
            return None
        seen = self._tags.get(epc)
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
        return Arrival(epc, seen.antenna, seen.rssi_dbm, seen.reads, now_ms - self._began_ms < self.settle_ms)

    def again(self, epc: str) -> None:
        """What arrived could not be stored: its next reads are an arrival again."""
        self._tags.pop(epc, None)

    def tick(self, now_ms: int) -> list[str]:
        """Forget who is gone; the EPCs of those that were present."""
        gone = [
            epc for epc, seen in self._tags.items()
            if now_ms - seen.last_ms > (self.absent_ms if seen.is_present else GLIMPSE_MS)
        ]  # fmt: skip
        return [epc for epc in gone if self._tags.pop(epc).is_present]

    @property
    def present(self) -> int:
        """How many tags are there."""
        return sum(seen.is_present for seen in self._tags.values())
