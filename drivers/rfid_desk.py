"""From what any RFID reader saw to reads: one for each tag that comes or goes, again for one that was not stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import orjson

from drivers.base import Sink, read_now
from drivers.rfid_presence import Arrival, Departure, Presence
from drivers.rfid_settings import TagReaderKeys
from gateway.clock import Clock
from gateway.model import Read, Status, Verdict
from gateway.tag import InputEdge, TagRead

SETTLE_MS = 5_000
LOSS_SHOWN_MS = 600_000  # how long lost reads stay an alarm


class TagDesk:
    """Hands arrivals to the sink and remembers what a person should look at. For the device's thread."""

    def __init__(
        self, keys: TagReaderKeys, clock: Clock, counters: Counter[str], show: Callable[[Verdict], None]
    ) -> None:
        """`show` is called in any thread with what is answered, and never blocks."""
        self._show = show
        self._keys = keys
        self._clock = clock
        self._counters = counters
        self._presence = Presence(
            keys.min_reads, keys.min_rssi_dbm, keys.absent_s * 1000, SETTLE_MS, keys.stay_db, keys.reference.upper()
        )
        # Filled by the writer's thread, emptied by ours; append and pop are atomic. Bounded by the tags that are there.
        self._unstored: list[str] = []
        self._left: list[Departure] = []  # not stored yet
        self._sink: Sink | None = None
        self._lost_ms: int | None = None

    def look(self) -> None:
        """Looking begins, or begins again."""
        self._presence.look(self._clock.mono_ms())

    def cut(self) -> None:
        """Nobody looks; `look` will say so when it is over."""

    def take(self, sink: Sink, reads: Sequence[TagRead]) -> None:
        """Tags were read. The time that counts is that of receipt: what was kept in the reader arrives now."""
        self._sink = sink
        now_ms = self._clock.mono_ms()
        for read in reads:
            self._counters["tag_reads"] += read.count
            rssi_dbm = None if read.rssi_cdbm is None else round(read.rssi_cdbm / 100)
            arrival = self._presence.take(read.epc, read.antenna, rssi_dbm, read.count, now_ms)
            if arrival is not None:
                self._counters["arrivals"] += 1
                if self._keys.arrival != "none":
                    sink.offer(self._read(arrival), partial(self._answer, read.epc))

    def edge(self, edge: InputEdge) -> None:
        """A chute has no light curtain."""

    def lost(self, why: str, count: int = 1) -> None:
        """The reader says, or its numbers do, that reads were lost."""
        self._counters["lost_reads"] += count
        self._lost_ms = self._clock.mono_ms()

    def tick(self) -> None:
        """Now and then: who is gone, and what has to be tried again."""
        while self._unstored:
            self._counters["unstored"] += 1
            self._presence.again(self._unstored.pop())
        left = self._presence.tick(self._clock.mono_ms())
        self._counters["departures"] += len(left)
        again = [self._left.pop() for _ in range(len(self._left))]
        if self._keys.departure != "none" and self._sink is not None:
            for one in (*reversed(again), *left):
                self._sink.offer(self._gone(one), partial(self._answer_gone, one))

    def alarms(self) -> dict[str, str]:
        """What a person should look after."""
        alarms = {}
        if self._lost_ms is not None and self._clock.mono_ms() - self._lost_ms < LOSS_SHOWN_MS:
            alarms["reads"] = "some were lost in the reader: check what came in the last minutes"
        if self._presence.overflowed:
            alarms["tags"] = f"{self._presence.overflowed} reads of tags beyond the limit were left out"
        if self._presence.is_deaf:
            what = "the reference tag is" if self._keys.reference else "all tags at once are"
            alarms["antenna"] = f"{what} not read any more: nobody counts as gone, check antennas and cables"
        return alarms

    def state(self) -> str:
        """How many tags are there."""
        return f"{self._presence.present} tags there"

    def _answer(self, epc: str, verdict: Verdict) -> None:
        """Called in any thread, after the commit or its failure."""
        self._show(verdict)
        if verdict.status is Status.FAILED:
            self._unstored.append(epc)

    def _answer_gone(self, departure: Departure, verdict: Verdict) -> None:
        """As `_answer`; what left does not come again to be read, so it is kept here."""
        self._show(verdict)
        if verdict.status is Status.FAILED:
            self._left.append(departure)

    def _gone(self, departure: Departure) -> Read:
        told = {
            "epc": departure.epc, "antenna": departure.antenna, "absent_ms": departure.absent_ms, "has_left": True,
            "was_there": False,
        }  # fmt: skip
        return read_now(self._clock, self._keys.id, self._keys.station, orjson.dumps(told))

    def _read(self, arrival: Arrival) -> Read:
        told = {
            "epc": arrival.epc, "antenna": arrival.antenna, "rssi_dbm": arrival.rssi_dbm, "reads": arrival.reads,
            "was_there": arrival.was_there,
        }  # fmt: skip
        return read_now(self._clock, self._keys.id, self._keys.station, orjson.dumps(told))
