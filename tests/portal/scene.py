"""A dock door with two antennas before it and two behind it, and pallets that are driven through it by the script.

The way is one line: 0 is the door, -4000 outside, 4000 inside, in millimetres. What an antenna hears of a tag falls
with the distance; every tag is read `per_s` times a second by each antenna that hears it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from gateway.codes.epc.epc import encode
from gateway.passage import Closed, Opened, Passage
from gateway.portal.rules import INNER, INSIDE, OUTSIDE, Antenna, Beam, Layout, Rules
from gateway.portal.tracker import News, Tracker
from gateway.tag import InputEdge, TagRead

READER = "dock-1"
AT_MM = {1: -1000, 2: -1000, 3: 1000, 4: 1000, 5: 0}  # where each antenna hangs
ANTENNAS = (
    Antenna(READER, 1, OUTSIDE), Antenna(READER, 2, OUTSIDE), Antenna(READER, 3, INSIDE), Antenna(READER, 4, INSIDE),
)  # fmt: skip
BEAMS = (Beam(READER, 1, OUTSIDE), Beam(READER, 2, INSIDE))
BEAM_MM = {1: -600, 2: 600}
HALF_PALLET_MM = 600
PREFIX = 7  # digits of the company prefix in these EPCs

Way = Sequence[tuple[int, int]]  # points (ms, mm)
IN_WAY: Way = ((0, -4000), (8000, 4000))  # one metre a second
OUT_WAY: Way = ((0, 4000), (8000, -4000))


def sscc(number: int) -> str:
    """The EPC of a pallet number."""
    return encode({"00": key(number)}, PREFIX, filter_value=6).hex


def key(number: int) -> str:
    """A pallet number with its check digit."""
    digits = f"3061414{number:010d}"
    total = sum(int(one) * (3 if n % 2 == 0 else 1) for n, one in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"


def sgtin(serial: int, gtin: str = "10614141000415") -> str:
    """The EPC of a case."""
    return encode({"01": gtin, "21": str(serial)}, PREFIX, filter_value=2).hex


def grai(serial: int) -> str:
    """The EPC of a returnable pallet or bin."""
    return encode({"8003": f"00614141000036{serial}"}, PREFIX).hex


@dataclass(frozen=True, slots=True)
class Load:
    """Tags that go one way together. `power_cdbm`: how strong they are at the nearest point."""

    epcs: tuple[str, ...]
    way: Way
    power_cdbm: int = -4500
    per_s: int = 10
    antennas: tuple[int, ...] = (1, 2, 3, 4)


@dataclass(slots=True)
class Door:
    """Drives a tracker through a script of loads."""

    layout: Layout = field(default_factory=lambda: Layout("P1", ANTENNAS))
    now_ms: int = 1_000_000
    news: list[News] = field(default_factory=list)
    tracker: Tracker = field(init=False)

    def __post_init__(self) -> None:
        self.tracker = Tracker(self.layout)
        self.rest(1000)

    @property
    def passages(self) -> list[Passage]:
        """What was concluded so far."""
        return [one for closed in self.news if isinstance(closed, Closed) for one in closed.passages]

    @property
    def opened(self) -> list[Opened]:
        return [one for one in self.news if isinstance(one, Opened)]

    def rest(self, duration_ms: int) -> None:
        """Nothing is read."""
        for at_ms in range(self.now_ms, self.now_ms + duration_ms, 100):
            self.news += self.tracker.tick(at_ms)
        self.now_ms += duration_ms

    def drive(self, *loads: Load, edges: Iterable[InputEdge] = (), settle_ms: int = 4000) -> list[Passage]:
        """All of them at once, from now on; the passages that came of it."""
        before, begin_ms = len(self.passages), self.now_ms
        steps = [*reads_of(loads, begin_ms), *((edge.at_ms, edge) for edge in edges)]
        steps.sort(key=lambda step: step[0])
        for at_ms, what in steps:
            while self.now_ms + 100 <= at_ms:
                self.now_ms += 100
                self.news += self.tracker.tick(self.now_ms)
            if isinstance(what, InputEdge):
                self.news += self.tracker.edge(READER, what)
            else:
                self.news += self.tracker.take(READER, [what], at_ms)
        self.now_ms = max(self.now_ms, steps[-1][0] if steps else 0)
        self.rest(settle_ms)
        return self.passages[before:]

    def beams_of(self, way: Way, half_mm: int = HALF_PALLET_MM) -> list[InputEdge]:
        """What the light curtains say of a pallet that goes this way, from now on."""
        found = []
        for port, at_mm in BEAM_MM.items():
            was = False
            for at in range(way[0][0], way[-1][0] + 1, 20):
                is_blocked = abs(place(way, at) - at_mm) <= half_mm
                if is_blocked != was:
                    found.append(InputEdge(port, is_blocked, self.now_ms + at))
                was = is_blocked
        return found


def place(way: Way, at_ms: int) -> int:
    """Where it is at that time."""
    for (from_ms, from_mm), (to_ms, to_mm) in pairwise(way):
        if from_ms <= at_ms <= to_ms:
            return from_mm + (to_mm - from_mm) * (at_ms - from_ms) // (to_ms - from_ms)
    return way[-1][1]


def rssi(power_cdbm: int, distance_mm: int) -> int:
    """Hundredths of dBm at that distance along the way; the antenna hangs 1.2 m beside it."""
    return power_cdbm - distance_mm * distance_mm // 1500


def reads_of(loads: Iterable[Load], begin_ms: int) -> list[tuple[int, TagRead | InputEdge]]:
    """Every read of the loads in time; tags and antennas take turns."""
    found: list[tuple[int, TagRead | InputEdge]] = []
    for load in loads:
        step_ms = 1000 // load.per_s
        for number, epc in enumerate(load.epcs):
            for antenna in load.antennas:
                offset = (number * 7 + antenna * 13) % step_ms
                for at_ms in range(load.way[0][0] + offset, load.way[-1][0], step_ms):
                    level = rssi(load.power_cdbm, abs(place(load.way, at_ms) - AT_MM[antenna]))
                    if level > -7500:
                        moment = begin_ms + at_ms
                        found.append((moment, TagRead(epc, antenna, level, 1, moment, moment)))
    return sorted(found, key=lambda row: row[0])


def with_beams(rules: Rules | None = None) -> Layout:
    """The same door with light curtains."""
    return Layout("P1", ANTENNAS, BEAMS, rules or Rules())


def with_inner(rules: Rules | None = None) -> Layout:
    """The same door with an antenna over it that hears only what is in it."""
    return Layout("P1", (*ANTENNAS, Antenna(READER, 5, INNER)), (), rules or Rules())


CASES = tuple(sgtin(n) for n in range(1, 21))
