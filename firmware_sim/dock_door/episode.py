"""What happens at the door between two idle moments, and what really happened: who went which way, and could anybody
who saw only the data have known it?
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from firmware_sim.dock_door.inventory import Heard
from firmware_sim.dock_door.load import LENGTH_M, Load
from firmware_sim.dock_door.place import ANTENNAS, BEAMS, DOOR_HALF_M, OUTSIDE, TRUCK_LENGTH_M
from firmware_sim.dock_door.way import Way

IN, OUT, BACK, NONE = "in", "out", "back", "none"
FINE_S = 0.01
PERSON_M = 0.4
KNOWN_TAGS, KNOWN_READS = 2, 4  # a pallet of which fewer tags were read so often is nothing that anybody could name
SIDE_READS = 6  # of all its tags at the antennas of one side: with fewer nobody knows where it was
CLEAR_TURN_M = -0.9  # who turned back before this was plainly never in the door
SURE_READS = 3  # of a case whose tag nobody listed
WHOLE_SHARE = 0.6  # of its cases; with fewer nobody knows that the others are there
SURE_GAP_S = 1.5  # between two pallets, one behind the other


@dataclass(frozen=True, slots=True)
class Mover:
    """A load on its way, with or without a truck; without a load it is a truck or a person."""

    load: Load | None
    way: Way
    has_truck: bool = True


@dataclass(slots=True)
class Fact:
    """The truth about one pallet. `ambiguous` says why nobody who saw only the data could know where it went, "" when
    one could.
    """

    kind: str
    pallet: str
    direction: str  # IN, OUT, BACK, NONE: it never went through this door
    begins_s: float
    ends_s: float
    tags: int = 0
    material: str = ""
    speed: float = 0.0
    gap_s: float = 0.0  # behind or before another pallet, 0 when it came alone
    deepest_m: float = 0.0  # of one that turned back, against the door
    is_listed: bool = False  # its ship notice has the tag of each case
    ambiguous: str = ""
    unsure: str = ""  # why nobody could know which pallet it was, or that all of it was there

    def to_json(self) -> dict[str, Any]:
        return {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(self).items()}


@dataclass(slots=True)
class Episode:
    """Movers of one stretch of time, with the truth about each pallet."""

    kind: str
    begins_s: float
    ends_s: float
    movers: list[Mover] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Edge:
    """The light curtain at an input was interrupted or is whole again."""

    at_s: float
    port: int
    is_blocked: bool


def edges_of(episode: Episode) -> list[Edge]:
    """What the light curtain tells of everything that moves through it."""
    times = np.arange(episode.begins_s, episode.ends_s, FINE_S)
    found = []
    for port, beam in BEAMS.items():
        blocked = np.zeros(len(times), dtype=bool)
        for mover in episode.movers:
            if not mover.way.is_across:
                blocked |= _blocks(mover, times, beam)
        changes = np.flatnonzero(np.diff(blocked.astype(np.int8), prepend=0))
        found += [Edge(float(times[one]), port, bool(blocked[one])) for one in changes]
    return sorted(found, key=lambda edge: edge.at_s)


def _blocks(mover: Mover, times: Any, beam: float) -> Any:
    x, y = mover.way.at(times)
    forward = 1.0 if mover.way.points[0][1] < mover.way.points[-1][1] or mover.way.points[0][1] < 0 else -1.0
    front = LENGTH_M / 2 if mover.load else PERSON_M / 2
    rear = (LENGTH_M / 2 if mover.load else PERSON_M / 2) + (TRUCK_LENGTH_M if mover.has_truck else 0.0)
    ahead, behind = x + forward * front, x - forward * rear
    low, high = np.minimum(ahead, behind), np.maximum(ahead, behind)
    return (np.abs(y) < DOOR_HALF_M) & (low <= beam) & (high >= beam)


def judge(episode: Episode, heard: list[Heard], *, has_beams: bool) -> None:
    """Say of each fact whether its data could have told it. Looks at what was read, not at any verdict."""
    outside = {one.port for one in ANTENNAS if one.side == OUTSIDE}
    by_tag: dict[str, list[int]] = {}
    for one in heard:
        counts = by_tag.setdefault(one.epc, [0, 0])
        counts[one.antenna not in outside] += 1
    loads = {mover.load.name: mover.load for mover in episode.movers if mover.load}
    for fact in episode.facts:
        if fact.direction != NONE:
            counts_of = [by_tag.get(epc, [0, 0]) for epc in loads[fact.pallet].epcs]
            fact.ambiguous = _why_nobody_knows(fact, counts_of, has_beams=has_beams)
            fact.unsure = _why_nobody_can_name_it(fact, counts_of)


def _why_nobody_knows(fact: Fact, counts: list[list[int]], *, has_beams: bool) -> str:
    known = sum(sum(one) >= KNOWN_READS for one in counts)
    if known < KNOWN_TAGS and (len(counts) > 1 or sum(counts[0]) < KNOWN_READS):
        return f"only {known} of its {len(counts)} tags were read {KNOWN_READS} times"
    if fact.gap_s and fact.gap_s < SURE_GAP_S:
        return f"{fact.gap_s:.1f} s from the next pallet"
    if fact.gap_s and sum(counts[0]) < KNOWN_READS:
        return "one of two pallets, and its own number was not read"
    if has_beams:
        return ""
    sides = [sum(one[side] for one in counts) for side in (0, 1)]
    if fact.direction == BACK and fact.deepest_m > CLEAR_TURN_M and min(sides) >= SIDE_READS:
        return f"turned back {fact.deepest_m:+.1f} m from the door and was read on both sides"
    if fact.direction in (IN, OUT) and min(sides) < SIDE_READS:
        return f"read {sides[0]} times outside and {sides[1]} times inside"
    return ""


def _why_nobody_can_name_it(fact: Fact, counts: list[list[int]]) -> str:
    """A single read of a case says that it is there if its tag was listed; else it may be of any pallet about."""
    cases, needed = counts[1:], 1 if fact.is_listed else SURE_READS
    share = sum(sum(one) >= needed for one in cases) / len(cases) if cases else 1.0
    if share < WHOLE_SHARE:
        return f"only {share:.0%} of its cases were read {needed} times"
    if sum(counts[0]) < KNOWN_READS and not fact.is_listed:
        return "its number was not read, and nobody had listed its cases"
    return ""
