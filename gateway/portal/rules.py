"""Where the antennas and beams of a portal are, and the thresholds by which it decides.

Words of ALE 1.1: the boundary (when a passage begins and ends), the stable set (no new tag any more). Defaults are
those of the design, chosen from published portals; RSSI in hundredths of dBm, times in milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

OUTSIDE, INSIDE, INNER = "outside", "inside", "inner"  # before the door, behind it, in it
SIDES = (OUTSIDE, INSIDE, INNER)

# Limits. At each of them a passage is incomplete, or something is not learned; nothing is guessed.
TAGS_LIMIT = 2_000  # different tags of one passage
READS_LIMIT = 1_000_000  # reads of one passage
RING_LIMIT = 8_000  # reports kept from before a passage
IDLE_LIMIT = 5_000  # tags that are watched while nothing passes
EDGES_LIMIT = 200  # of beams in one passage


@dataclass(frozen=True, slots=True)
class Antenna:
    """One antenna of one reader and where it looks."""

    reader: str
    port: int
    side: str  # OUTSIDE, INSIDE, INNER

    @property
    def name(self) -> str:
        return f"{self.reader}/{self.port}"


@dataclass(frozen=True, slots=True)
class Beam:
    """One light curtain at an input of a reader."""

    reader: str
    port: int
    side: str  # OUTSIDE or INSIDE
    is_blocked_when_on: bool = True


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds of one portal."""

    open_reads: int = 3  # so many reads above the gate ...
    open_window_ms: int = 1_000  # ... within this time open a passage where there are no beams
    gate_cdbm: int = -6_000
    through_cdbm: int = -5_300  # the five strongest tags of what goes through are heard so well on each side
    ring_ms: int = 1_000  # reads from before the opening that belong to the passage
    stable_set_ms: int = 1_500  # no new tag for so long, and nothing in the door: the passage is over
    max_ms: int = 30_000
    min_reads: int = 3  # of a candidate, at all antennas
    min_cdbm: int = -6_200
    min_shift_ms: int = 150  # between both sides, to be a direction
    vote_pct: int = 80
    few_reads: int = 5  # a tag with fewer inherits the direction of the others
    split_ms: int = 1_000  # between two pallets, one behind the other
    split_cdb: int = 1_000  # a pallet number that is so much weaker stands elsewhere
    idle_pct: int = 50  # of the idle time: a tag that is read so often stands here
    decay_ms: int = 600_000  # idle time after which what was learned has faded
    lift_cdb: int = 1_000  # so much stronger than while it stood: now it moves


@dataclass(frozen=True, slots=True)
class Layout:
    """One portal as it is mounted."""

    portal: str
    antennas: tuple[Antenna, ...]
    beams: tuple[Beam, ...] = ()
    rules: Rules = field(default_factory=Rules)

    @property
    def readers(self) -> frozenset[str]:
        return frozenset({*(one.reader for one in self.antennas), *(one.reader for one in self.beams)})

    def has(self, side: str) -> bool:
        return any(one.side == side for one in self.antennas)

    @property
    def has_beams_on_both_sides(self) -> bool:
        """Whether light curtains alone can tell a direction."""
        return {one.side for one in self.beams} == {OUTSIDE, INSIDE}

    @property
    def has_both_sides(self) -> bool:
        """Whether antennas alone can tell a direction."""
        return self.has(OUTSIDE) and self.has(INSIDE)
