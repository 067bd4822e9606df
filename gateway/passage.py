"""What went through a portal, as frozen values: from the tracker to the decision and into the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

IN, OUT, BACK, UNKNOWN = "in", "out", "back", "unknown"  # back: it left the way it had come
DIRECTIONS = (IN, OUT, BACK)
OPPOSITE = {IN: OUT, OUT: IN}

# What a tag is to its passage.
MEMBER, INHERITS, NEAR, DISSENTS, STRAY, WEAK = "member", "inherits", "near", "dissents", "stray", "weak"

TAGS_TOLD = 1000  # of one passage in the journal; more are counted there
EDGES_TOLD = 64


@dataclass(frozen=True, slots=True)
class PassedTag:
    """One tag of a passage and what speaks for it."""

    epc: str  # upper-case hexadecimal, as read
    reads: int
    rssi_cdbm: int  # the strongest read, hundredths of dBm
    at: tuple[tuple[str, int, int], ...]  # antenna ("dock-1/2"), reads, strongest
    part: str  # MEMBER, INHERITS few reads against the others, NEAR one side only, DISSENTS, STRAY, WEAK
    direction: str = ""  # its own: in, out, back; "" when its reads cannot say
    weight: int = 0  # of its vote
    by: str = ""  # what the vote is from: "centroid", "peak", "span"
    why: str = ""  # why it is a stray

    @property
    def counts(self) -> bool:
        """Whether it went the way the pallet went, or may have."""
        return self.part in (MEMBER, INHERITS)

    def to_json(self, antennas: list[str]) -> list[Any]:
        """A short row, for there are hundreds; where it was read as number of the antenna, reads, strongest, in turn.

        `antennas` grows by those that are new.
        """
        at: list[int] = []
        for name, reads, strongest in self.at:
            if name not in antennas:
                antennas.append(name)
            at += [antennas.index(name), reads, strongest]
        row: list[Any] = [self.epc, self.reads, self.rssi_cdbm, at, self.part, self.direction, self.weight, self.by]
        return [*row, self.why] if self.why else row


@dataclass(frozen=True, slots=True)
class Passage:
    """One pallet that went through, came and left, or could not be followed. Times are of the monotonic clock."""

    portal: str
    opened_ms: int
    closed_ms: int
    opened_by: str  # "beam", "reads"; "gone": see portal/vanishing.py; "" when nobody knows
    closed_by: str  # "stable", "limit", "stop", "gone"
    reads: int
    direction: str  # in, out, back, unknown
    by: str = ""  # what said so: "beams", "vote", "side", "gone"
    share_pct: int = 0  # of the votes for it
    votes: tuple[tuple[str, int], ...] = ()  # direction, weight
    why: str = ""  # why the direction is not known
    incomplete: str = ""  # why reads are missing; then nothing is booked
    ssccs: tuple[str, ...] = ()  # EPCs of the SSCCs among its tags, strongest first
    tags: tuple[PassedTag, ...] = ()  # all but strays, strongest first
    strays: tuple[PassedTag, ...] = ()
    weak: int = 0  # tags that were read too rarely or too faintly to be considered
    edges: tuple[tuple[str, bool, int], ...] = ()  # side of a beam, blocked, milliseconds after opening
    part: int = 1  # of `parts` pallets that went through one behind the other
    parts: int = 1
    id: str = ""  # given when its opening was committed
    weak_tags: tuple[PassedTag, ...] = ()  # read too rarely or faintly to be considered; they may be known by name

    @property
    def is_empty(self) -> bool:
        """Nothing with a tag went through."""
        return not self.tags and not self.incomplete


@dataclass(frozen=True, slots=True)
class Opened:
    """Something is in the door. Committed at once, so that a crash from here on is no silence."""

    portal: str
    number: int  # of the passage, since the tracker began
    at_ms: int
    by: str  # as `Passage.opened_by`


@dataclass(frozen=True, slots=True)
class Closed:
    """It is over: one passage for each pallet, at least one."""

    portal: str
    number: int
    passages: tuple[Passage, ...]
