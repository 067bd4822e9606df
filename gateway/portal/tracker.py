"""One portal: reads, edges and time in, passages out. Pure, for one thread, and quick: a read costs one look-up.

Idle, it keeps a ring of the last second and learns what stands around. A beam, or enough strong reads, opens a
passage; it is over when no new tag came for `stable_set_ms` (ALE: stable set) and nothing is in the door any more, or
after `max_ms`. In the door is what blocks a beam; where the beams have not told of a whole way, what is read above
the gate at the side from which it came. So a pallet that stops in the door is one passage, and one that is put down
behind it keeps none open.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from gateway.passage import BACK, IN, OUT, UNKNOWN, Closed, Opened
from gateway.portal.boundary import Gathering
from gateway.portal.conclusion import conclude
from gateway.portal.direction import Edge
from gateway.portal.idle import IdleList
from gateway.portal.mounting import Mounting
from gateway.portal.parking import EVERYWHERE, Parking
from gateway.portal.rules import INSIDE, OUTSIDE, RING_LIMIT, Layout
from gateway.portal.sighting import UNKNOWN_CDBM
from gateway.portal.vanishing import Vanishing
from gateway.tag import CUT_OFF, InputEdge, ReadsLost, TagRead

News = Opened | Closed
STABLE, LIMIT, STOP = "stable", "limit", "stop"
NEVER_CDBM = 100_000  # no read is so strong


class Tracker:
    """Feed it `take`, `edge`, `lost`, `restored` and `tick` (some ten times a second); each answers what happened."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.unopened = 0  # strong reads without a beam, where beams open: is one of them blind?
        self.unplaced = 0  # reads of antennas that have no role here
        self._rules = layout.rules
        self._places: dict[str, dict[int, int]] = {one.reader: {} for one in layout.antennas}
        for number, one in enumerate(layout.antennas):
            self._places[one.reader][one.port] = number
        self._beams = {(one.reader, one.port): one for one in layout.beams}
        self._blocked_ms: dict[tuple[str, int], int] = {}  # beams that are blocked, since when
        self._mounting = Mounting(layout)
        self._cut: set[str] = set()  # readers without a link
        self._blind_until_ms = -1
        self._idle = IdleList(layout.rules)
        self._ring: deque[tuple[str, TagRead, int]] = deque(maxlen=RING_LIMIT)
        self._strong: deque[int] = deque(maxlen=max(1, layout.rules.open_reads))
        self._parking = Parking()
        self._vanishing = Vanishing()
        self._open: Gathering | None = None
        self._count = 0
        self._closed_ms = -1
        self._idle_from_ms: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is in the door."""
        return self._open is not None

    @property
    def standing(self) -> int:
        """How many tags are known to stand around."""
        return self._idle.standing

    def stuck(self, now_ms: int) -> list[str]:
        """Beams that are blocked for longer than any passage lasts."""
        return [
            f"{reader}/{port}"
            for (reader, port), since_ms in self._blocked_ms.items()
            if now_ms - since_ms > self._rules.max_ms
        ]

    def mute(self) -> list[str]:
        """Antennas that heard nothing for long while others did."""
        return self._mounting.mute()

    def take(self, reader: str, reads: Iterable[TagRead], now_ms: int) -> list[News]:
        """Reads of one reader in the order of receipt; `now_ms` is when they were received."""
        news: list[News] = []
        places = self._places.get(reader, {})
        rest = iter(reads)
        self._gather(places, reader, rest, now_ms, news)
        for read in rest:  # of the same iterator: what a passage did not take
            self._watch(reader, places, read, now_ms, news)
            self._gather(places, reader, rest, now_ms, news)
        return news

    def _gather(
        self, places: dict[int, int], reader: str, reads: Iterator[TagRead], now_ms: int, news: list[News]
    ) -> None:
        """Reads for whatever is in the door, as long as something is."""
        while (passage := self._open) is not None:
            late = passage.take(places, reads, now_ms)
            if late is None:
                return
            self._close(passage, passage.due_ms(), news)
            self._watch(reader, places, late, now_ms, news)

    def edge(self, reader: str, edge: InputEdge) -> list[News]:
        """An input changed; one that is no beam, or says what is known, says nothing."""
        news: list[News] = []
        key = (reader, edge.port)
        beam = self._beams.get(key)
        if beam is None:
            return news
        is_blocked = edge.is_on == beam.is_blocked_when_on
        if is_blocked == (key in self._blocked_ms):
            return news
        self._mounting.note_edge(reader, edge.port, edge.at_ms)
        if is_blocked:
            self._blocked_ms[key] = edge.at_ms
        else:
            del self._blocked_ms[key]
        if self._open is not None and edge.at_ms >= self._open.due_ms():
            self._close(self._open, self._open.due_ms(), news)
        if self._open is None and is_blocked:
            self._begin(edge.at_ms, "beam", edge.at_ms, news)
        if self._open is not None:
            self._open.note_edge(reader, edge.port, Edge(beam.side, is_blocked, edge.at_ms))
        return news

    def lost(self, reader: str, lost: ReadsLost) -> list[News]:
        """Reads are missing: a passage of this moment must not be booked."""
        if reader not in self.layout.readers:
            return []
        self._blind_until_ms = max(self._blind_until_ms, lost.at_ms)
        if lost.why == CUT_OFF:
            self._cut.add(reader)
            self._vanishing.forget()
            self._blocked_ms = {key: since for key, since in self._blocked_ms.items() if key[0] != reader}
        if self._open is not None:
            self._open.incomplete[f"{reader}: {lost.why}"] = None
            if lost.why == CUT_OFF:
                self._open.forget_beams(reader)
        return []

    def restored(self, reader: str, at_ms: int) -> list[News]:
        """A reader reads again, or for the first time."""
        if reader in self._cut:
            self._cut.discard(reader)
            self._blind_until_ms = max(self._blind_until_ms, at_ms)
        return []

    def tick(self, now_ms: int) -> list[News]:
        """Time has passed. Reads may be under way, so a passage is over once nothing came in for as long, too."""
        news: list[News] = []
        self._parking.tick(now_ms)
        if self._open is None:
            self._pass_idle(now_ms)
            self._tell_vanished(now_ms, news)
            return news
        due_ms = self._open.due_ms()
        is_silent = now_ms - self._open.heard_ms >= self._rules.stable_set_ms
        if now_ms >= due_ms and (is_silent or due_ms >= self._open.limit_ms):
            self._close(self._open, due_ms, news)
        return news

    def stop(self, now_ms: int) -> list[News]:
        """The gateway stops: what is in the door now is not seen to its end."""
        news: list[News] = []
        if self._open is not None:
            self._open.incomplete["the gateway was stopped"] = None
            self._close(self._open, now_ms, news, STOP)
        return news

    # -- inner -----------------------------------------------------------------------------

    def _watch(self, reader: str, places: dict[int, int], read: TagRead, now_ms: int, news: list[News]) -> None:
        """A read while nothing is in the door."""
        place = places.get(read.antenna)
        if place is None:
            self.unplaced += 1
            return
        rssi = UNKNOWN_CDBM if read.rssi_cdbm is None else read.rssi_cdbm
        epc, last_ms = read.epc, read.last_ms
        self._ring.append((reader, read, now_ms))
        self._idle.note(epc, last_ms // 1000, rssi)
        if last_ms <= self._closed_ms:
            return
        if self._vanishing:
            self._vanishing.seen((epc,))
        if rssi < self._rules.gate_cdbm:
            return
        side = self.layout.antennas[place].side
        if self._parking.stands(epc, side):
            self._parking.note(epc, last_ms)
            return
        if rssi < self._idle.acts_from(epc):
            return
        if self._beams and not self._is_beam_away():
            self.unopened += 1
            return
        self._strong.extend([last_ms] * min(read.count, self._rules.open_reads))
        is_enough = len(self._strong) == self._strong.maxlen
        if is_enough and last_ms - self._strong[0] <= self._rules.open_window_ms:
            self._begin(last_ms, "reads", now_ms, news)  # not when they began: that would depend on their order

    def _is_beam_away(self) -> bool:
        """Whether a light curtain cannot tell, because its reader has no link."""
        return any(reader in self._cut for reader, _ in self._beams)

    def _begin(self, at_ms: int, by: str, now_ms: int, news: list[News]) -> None:
        self._pass_idle(at_ms)
        self._count += 1
        passage = self._open = Gathering(self.layout, self._count, at_ms, by, self._acts_from)
        passage.heard_ms = now_ms
        for reader in sorted(self._cut):
            passage.incomplete[f"{reader}: {CUT_OFF}"] = None
        if not self._cut and at_ms - self._rules.ring_ms <= self._blind_until_ms:
            passage.incomplete["reads were lost just before"] = None
        news.append(Opened(self.layout.portal, self._count, at_ms, by))
        for reader, read, received_ms in self._ring:
            if at_ms - self._rules.ring_ms <= read.last_ms and read.last_ms > self._closed_ms:
                passage.take(self._places[reader], (read,), received_ms)
        self._ring.clear()
        self._strong.clear()

    def _acts_from(self, epc: str, side: str) -> int:
        return NEVER_CDBM if self._parking.stands(epc, side) else self._idle.acts_from(epc)

    def _close(self, passage: Gathering, at_ms: int, news: list[News], how: str = "") -> None:
        closed_by = how or (LIMIT if at_ms >= passage.limit_ms else STABLE)
        passage.is_proven = self._mounting.is_proven(at_ms)
        found = conclude(passage, self._idle, self._parking.side_of, at_ms, closed_by)
        for one in found:
            side = {IN: INSIDE, OUT: OUTSIDE, BACK: passage.came_from, UNKNOWN: ""}[one.direction]
            side = side or (EVERYWHERE if closed_by == LIMIT else "")
            if side:
                self._parking.park((tag.epc for tag in one.tags), side, at_ms)
        self._mounting.note_passage(passage)
        self._vanishing.seen(epc for cells in passage.cells for epc in cells)
        self._vanishing.await_again(found, at_ms)
        self.unplaced += passage.unplaced
        self._open = None
        self._closed_ms = at_ms
        self._idle_from_ms = at_ms
        news.append(Closed(self.layout.portal, passage.number, found))

    def _tell_vanished(self, now_ms: int, news: list[News]) -> None:
        for one in self._vanishing.gone(self.layout.portal, now_ms):
            self._count += 1
            news.append(Opened(self.layout.portal, self._count, now_ms, one.opened_by))
            news.append(Closed(self.layout.portal, self._count, (one,)))

    def _pass_idle(self, now_ms: int) -> None:
        since_ms = now_ms if self._idle_from_ms is None else self._idle_from_ms
        seconds = max(0, now_ms - since_ms) // 1000
        if seconds:
            self._idle.pass_time(seconds)
        self._idle_from_ms = since_ms + seconds * 1000
