"""An open passage: what is gathered of each tag at each antenna, and when it is over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from gateway.passage import IN, OUT
from gateway.portal.direction import Edge, by_beams
from gateway.portal.rules import EDGES_LIMIT, INSIDE, OUTSIDE, READS_LIMIT, SIDES, TAGS_LIMIT, Layout
from gateway.portal.sighting import ACTS, UNKNOWN_CDBM, Cell, add, new_cell
from gateway.tag import TagRead

OVERFLOWED_TAGS = f"more than {TAGS_LIMIT} tags"
OVERFLOWED_READS = f"more than {READS_LIMIT} reads"
NEVER = -1
_OUT, _IN = SIDES.index(OUTSIDE), SIDES.index(INSIDE)


class Gathering:
    """`acts_from` says of a tag and a side from which strength on its reads are those of something in the door."""

    def __init__(
        self, layout: Layout, number: int, opened_ms: int, by: str, acts_from: Callable[[str, str], int]
    ) -> None:
        rules = layout.rules
        self.layout = layout
        self.number = number
        self.opened_ms = opened_ms
        self.base_ms = opened_ms - rules.ring_ms
        self.by = by
        self.cells: list[dict[str, Cell]] = [{} for _ in layout.antennas]
        self.edges: list[Edge] = []
        self.reads = 0
        self.unplaced = 0
        self.is_proven = False  # all beams were seen at work lately
        self.incomplete: dict[str, None] = {}  # reasons, each once
        self.limit_ms = opened_ms + rules.max_ms
        self.heard_ms = opened_ms  # when something that keeps it open was received
        self.active_ms = [NEVER] * len(SIDES)  # by side: the last strong read of something in the door
        self._acts_from = acts_from
        self._sides = [SIDES.index(one.side) for one in layout.antennas]
        self._first_ms = [NEVER] * len(SIDES)
        self._seen: set[str] = set()
        self._added: set[str] = set()
        self._new_ms = opened_ms
        self._edge_ms = opened_ms
        self._blocked: set[tuple[str, int]] = set()
        self._check_ms = opened_ms + rules.stable_set_ms  # not over before; moves on with what is read

    def take(self, places: Mapping[int, int], reads: Iterable[TagRead], now_ms: int) -> TagRead | None:
        """Gather reads; the one that comes after the end of this passage, None when there is none."""
        cells, base_ms, gate_cdbm = self.cells, self.base_ms, self.layout.rules.gate_cdbm
        before = (*self.active_ms, self._new_ms)
        for read in reads:
            epc, antenna, rssi, count, first_ms, last_ms, _, _ = read
            place = places.get(antenna)
            if place is None:
                self.unplaced += 1
                continue
            if last_ms >= self._check_ms and self._is_over(last_ms):
                return read
            if rssi is None:
                rssi = UNKNOWN_CDBM
            cell = cells[place].get(epc) or self._new_cell(place, epc, first_ms)
            if cell is None:
                continue
            self.reads += count
            add(cell, rssi, count, first_ms, last_ms, base_ms)
            if rssi >= cell[ACTS]:
                self._note_activity(epc, self._sides[place], last_ms, is_new=cell[ACTS] <= gate_cdbm)
        if before != (*self.active_ms, self._new_ms):
            self.heard_ms = max(self.heard_ms, now_ms)
        if self.reads > READS_LIMIT:
            self.incomplete[OVERFLOWED_READS] = None
        return None

    def _is_over(self, at_ms: int) -> bool:
        """Looked at only when it may be: what is read meanwhile moves the end on."""
        self._check_ms = self.due_ms()
        return at_ms >= self._check_ms

    def _note_activity(self, epc: str, side: int, at_ms: int, *, is_new: bool) -> None:
        """A strong read of something in the door; `is_new`: of a tag that did not stand around before."""
        if at_ms > self.active_ms[side]:
            if self.active_ms[side] == NEVER:
                self._first_ms[side] = at_ms
            self.active_ms[side] = at_ms
        if is_new and epc not in self._added:
            self._added.add(epc)
            self._new_ms = max(self._new_ms, at_ms)

    def note_edge(self, reader: str, port: int, edge: Edge) -> None:
        """A beam changed while something is in the door."""
        (self._blocked.add if edge.is_blocked else self._blocked.discard)((reader, port))
        self._edge_ms = max(self._edge_ms, edge.at_ms)
        self.heard_ms = max(self.heard_ms, edge.at_ms)
        if len(self.edges) < EDGES_LIMIT:
            self.edges.append(edge)
        else:
            self.incomplete[f"more than {EDGES_LIMIT} changes of beams"] = None

    def forget_beams(self, reader: str) -> None:
        """The reader of these beams is away: nobody knows whether they are blocked."""
        self._blocked = {one for one in self._blocked if one[0] != reader}

    def due_ms(self) -> int:
        """When it is over, if nothing else happens."""
        if self._blocked:
            return self.limit_ms
        since = max(self._new_ms, self._edge_ms)
        if by_beams(self.edges) not in (IN, OUT):
            since = max(since, self._left_ms())
        return min(since + self.layout.rules.stable_set_ms, self.limit_ms)

    def _left_ms(self) -> int:
        """The last moment at which something was in the door, by its reads."""
        before, behind, inner = self.active_ms
        if NEVER in (before, behind):
            return max(before, behind, inner)
        came_from = _OUT if self._first_ms[_OUT] <= self._first_ms[_IN] else _IN
        return max(inner, self.active_ms[came_from])

    @property
    def came_from(self) -> str:
        """The side at which it was seen first, "" when at none."""
        before, behind = self._first_ms[_OUT], self._first_ms[_IN]
        if before == behind == NEVER:
            return ""
        return OUTSIDE if behind == NEVER or NEVER != before <= behind else INSIDE

    def is_blocked(self) -> bool:
        """Whether a beam of this passage still is."""
        return bool(self._blocked)

    def _new_cell(self, place: int, epc: str, first_ms: int) -> Cell | None:
        if epc not in self._seen:
            if len(self._seen) >= TAGS_LIMIT:
                self.incomplete[OVERFLOWED_TAGS] = None
                return None
            self._seen.add(epc)
        acts_cdbm = self._acts_from(epc, self.layout.antennas[place].side)
        cell = self.cells[place][epc] = new_cell(first_ms, acts_cdbm)
        return cell
