"""From the tags of a passage to pallets: who is a candidate, who stands elsewhere, who belongs to which pallet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from gateway.codes.epc.epc import decode
from gateway.passage import BACK, DISSENTS, IN, INHERITS, MEMBER, NEAR, OUT, STRAY, UNKNOWN, PassedTag
from gateway.portal.direction import Edge, Verdict, Vote, by_beams, majority, vote_of
from gateway.portal.idle import IdleList
from gateway.portal.parking import EVERYWHERE
from gateway.portal.rules import INNER, Layout, Rules
from gateway.portal.sighting import Sighting

PALLETS_LIMIT = 4  # of one passage, one behind the other; more are not told apart


@dataclass(frozen=True, slots=True)
class Candidate:
    """A tag that was read often and strongly enough, with its vote."""

    seen: Sighting
    vote: Vote

    @property
    def is_pallet(self) -> bool:
        return decode(self.seen.epc).family == "sscc" or decode(self.seen.epc).scheme.startswith("SSCC")


@dataclass(frozen=True, slots=True)
class Sorted:
    """The tags of a passage: candidates, strays with the reason, and how many were too weak."""

    candidates: tuple[Candidate, ...]
    strays: tuple[PassedTag, ...]
    weak: int


@dataclass(frozen=True, slots=True)
class Pallet:
    """Candidates that went together."""

    verdict: Verdict
    tags: tuple[PassedTag, ...]
    ssccs: tuple[str, ...]
    edges: tuple[Edge, ...]


def sort_out(
    sightings: Iterable[Sighting], layout: Layout, idle: IdleList, side_of: Callable[[str], str], now_ms: int
) -> Sorted:
    """Who may be on a pallet. `side_of`: where a tag of the last passages stands now, "" when it does not."""
    rules, has_inner = layout.rules, layout.has(INNER)
    candidates, strays, weak = [], [], 0
    for seen in sightings:
        whole = seen.whole
        if whole.reads < rules.min_reads or whole.max_cdbm < rules.min_cdbm or (has_inner and seen.inner is None):
            weak += 1
            continue
        vote = vote_of(seen, rules)
        moves = vote.direction in (IN, OUT) or not layout.has_both_sides
        why = idle.why_stray(seen.epc, seen.strength_cdbm, moves=moves, now_ms=now_ms)
        if not why and not vote.direction and _is_parked(seen, side_of(seen.epc)):
            why = "stands here since it went through"
        if why:
            strays.append(_told(seen, vote, STRAY, why))
        else:
            candidates.append(Candidate(seen, vote))
    ranked = sorted(candidates, key=lambda one: (-one.seen.strength_cdbm, one.seen.epc))
    return Sorted(tuple(ranked), tuple(sorted(strays, key=lambda one: one.epc)), weak)


def standing(found: Sorted) -> frozenset[str]:
    """Tags that were strong and went nowhere by themselves."""
    still = {one.seen.epc for one in found.candidates if not one.vote.direction}
    return frozenset(still | {one.epc for one in found.strays if not one.direction})


def pallets_of(
    candidates: Sequence[Candidate], edges: Sequence[Edge], layout: Layout
) -> tuple[tuple[Pallet, ...], tuple[PassedTag, ...]]:
    """The pallets among the candidates, at least one, and the tags that turned out to stand elsewhere."""
    candidates, aside = _without_weaker_numbers(candidates, layout)
    middles = _middles(candidates, layout.rules)
    groups: list[list[Candidate]] = [[] for _ in middles]
    for one in candidates:
        groups[_nearest(_when(one), middles)].append(one)
    pallets = []
    for number, group in enumerate(groups):
        own = tuple(one for one in edges if _nearest(one.at_ms, middles) == number)
        pallets.append(_pallet(group, own, layout))
    return tuple(pallets), tuple(_told(one.seen, one.vote, STRAY, "a pallet number from elsewhere") for one in aside)


def _is_parked(seen: Sighting, side: str) -> bool:
    return bool(side) and (side == EVERYWHERE or (seen.sides == 1 and getattr(seen, side) is not None))


def _without_weaker_numbers(candidates: Sequence[Candidate], layout: Layout) -> tuple[list[Candidate], list[Candidate]]:
    """A pallet number seen on one side only, or much weaker than another one, stands beside the way."""
    numbers = [one for one in candidates if one.is_pallet]
    if len(numbers) < 2:
        return list(candidates), []
    strongest = max(one.seen.strength_cdbm for one in numbers)
    crossed = [one for one in numbers if one.vote.direction] if layout.has_both_sides else numbers
    aside = [
        one for one in numbers
        if (crossed and one not in crossed) or strongest - one.seen.strength_cdbm >= layout.rules.split_cdb
    ]  # fmt: skip
    if len(aside) == len(numbers):
        return list(candidates), []
    return [one for one in candidates if one not in aside], aside


def _middles(candidates: Sequence[Candidate], rules: Rules) -> list[int]:
    """When each pallet was in the door: those that go one behind the other have numbers seen at different times."""
    leads: list[list[int]] = []
    for at_ms in sorted(_when(one) for one in candidates if one.is_pallet):
        if leads and at_ms - leads[-1][-1] < rules.split_ms:
            leads[-1].append(at_ms)
        else:
            leads.append([at_ms])
    return [sum(lead) // len(lead) for lead in leads] if 1 < len(leads) <= PALLETS_LIMIT else [0]


def _nearest(at_ms: int, middles: Sequence[int]) -> int:
    return min(range(len(middles)), key=lambda number: (abs(at_ms - middles[number]), number))


def _when(one: Candidate) -> int:
    return one.seen.whole.centroid_ms


def _pallet(group: Sequence[Candidate], edges: tuple[Edge, ...], layout: Layout) -> Pallet:
    verdict = majority((one.vote for one in group), by_beams(edges), layout.rules)
    if verdict.direction == UNKNOWN and not verdict.votes and layout.has_both_sides:
        verdict = _one_sided(group) or verdict
    tags = tuple(_told(one.seen, one.vote, _part(one, verdict, layout), "") for one in group)
    return Pallet(verdict, tags, tuple(one.seen.epc for one in group if one.is_pallet), edges)


def _one_sided(group: Sequence[Candidate]) -> Verdict | None:
    """All of it was on one side only: it came up to the door and left."""
    for mine, other in (("outside", "inside"), ("inside", "outside")):
        if group and all(getattr(one.seen, mine) and not getattr(one.seen, other) for one in group):
            return Verdict(BACK, "side", 100, (), f"seen on the {mine} only")
    return None


def _part(one: Candidate, verdict: Verdict, layout: Layout) -> str:
    if verdict.direction in (UNKNOWN, one.vote.direction):
        return MEMBER
    if not one.vote.direction:
        is_one_sided = layout.has_both_sides and (one.seen.outside is None) != (one.seen.inside is None)
        return NEAR if is_one_sided and one.seen.inner is None else INHERITS
    return INHERITS if one.seen.whole.reads < layout.rules.few_reads else DISSENTS


def _told(seen: Sighting, vote: Vote, part: str, why: str) -> PassedTag:
    return PassedTag(
        seen.epc, seen.whole.reads, seen.whole.max_cdbm, seen.at, part, vote.direction, vote.weight, vote.by, why
    )
