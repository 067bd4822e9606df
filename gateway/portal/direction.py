"""Which way something went: the vote of each tag, the word of the beams, and the majority of a pallet.

In order of trust: the order of the beams, the centroid in time of both sides, the time of the strongest read. A
single tag may be wrong, shaded by its neighbours or reflected by the door; a pallet with many is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.passage import BACK, IN, OUT, UNKNOWN
from gateway.portal.rules import OUTSIDE, Rules
from gateway.portal.sighting import Side, Sighting

SHIFT_CAP_MS = 1_000  # a longer one says no more
READS_CAP = 8  # on the side with fewer reads
PEAK_DIVISOR = 4  # one strong read is worth so much less than the mean of all
CONTRADICTING_TAGS = 5  # so many against the beams mean that something is mounted the wrong way round


@dataclass(frozen=True, slots=True)
class Vote:
    """What one tag says; `direction` is "" when it cannot say."""

    direction: str = ""
    weight: int = 0
    by: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a whole pallet did."""

    direction: str
    by: str = ""
    share_pct: int = 0
    votes: tuple[tuple[str, int], ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """A beam of a side became blocked or free."""

    side: str
    is_blocked: bool
    at_ms: int


def vote_of(tag: Sighting, rules: Rules) -> Vote:
    """The direction of one tag that both sides saw."""
    before, behind = tag.outside, tag.inside
    if before is None or behind is None:
        return Vote()
    reads = min(before.reads, behind.reads, READS_CAP)
    if (span := _turned_back(before, behind, rules)) or (span := _turned_back(behind, before, rules)):
        return Vote(BACK, min(span, SHIFT_CAP_MS) * reads, "span")
    shift = behind.centroid_ms - before.centroid_ms
    if abs(shift) >= rules.min_shift_ms:
        return Vote(IN if shift > 0 else OUT, min(abs(shift), SHIFT_CAP_MS) * reads, "centroid")
    shift = behind.max_ms - before.max_ms
    if abs(shift) >= rules.min_shift_ms:
        weight = max(1, min(abs(shift), SHIFT_CAP_MS) * reads // PEAK_DIVISOR)
        return Vote(IN if shift > 0 else OUT, weight, "peak")
    return Vote()


def _turned_back(near: Side, far: Side, rules: Rules) -> int:
    """How much longer, at both ends, the near side saw it than the far one; 0 when it did not turn back.

    On a straight way one side begins and the other one ends, so that one of both ends hardly sticks out.
    """
    overhang = min(far.first_ms - near.first_ms, near.last_ms - far.last_ms)
    is_level = abs(far.centroid_ms - near.centroid_ms) <= overhang
    return overhang if overhang >= rules.min_shift_ms and is_level else 0


def by_beams(edges: Sequence[Edge]) -> str:
    """What the beams say; "" when they cannot: the side that was blocked first and the one that was free last.

    What interrupts one of two beams only has come as far as that one and left again.
    """
    blocked = next((one.side for one in edges if one.is_blocked), "")
    freed = next((one.side for one in reversed(edges) if not one.is_blocked), "")
    if not blocked or not freed:
        return ""
    if blocked == freed:
        return BACK
    return IN if blocked == OUTSIDE else OUT


def majority(votes: Iterable[Vote], beams: str, rules: Rules, *, is_proven: bool = False) -> Verdict:
    """The direction of a pallet: the beams', if its tags do not contradict them, else that of enough of the votes.

    `is_proven`: all beams were seen at work lately, so that nothing passes one of them unnoticed.
    """
    given = [one for one in votes if one.direction]
    totals: Counter[str] = Counter()
    for one in given:
        totals[one.direction] += one.weight
    ranked = tuple(sorted(totals.items(), key=lambda row: (-row[1], row[0])))
    first, weight = ranked[0] if ranked else ("", 0)
    share = weight * 100 // total if (total := sum(totals.values())) else 0
    if beams:
        against = sum(one.direction != beams for one in given)
        is_sure = is_proven and beams == BACK
        if not is_sure and first not in ("", beams) and share >= rules.vote_pct and against >= CONTRADICTING_TAGS:
            why = f"the beams say {beams}, {share} % of the tags say {first}: check how they are mounted"
            return Verdict(UNKNOWN, "beams", share, ranked, why)
        return Verdict(beams, "beams", totals[beams] * 100 // total if total else 0, ranked)
    if not given:
        return Verdict(UNKNOWN, why="no tag was seen on both sides long enough to tell a direction")
    if share < rules.vote_pct:
        why = f"{share} % of the votes are for {first}, {rules.vote_pct} % are needed"
        return Verdict(UNKNOWN, "vote", share, ranked, why)
    return Verdict(first, "vote", share, ranked)
