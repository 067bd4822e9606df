"""From the tags of a passage to pallets: who is a candidate, who stands elsewhere, who belongs to which pallet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import mean

from gateway.codes.epc.epc import decode
from gateway.passage import BACK, DISSENTS, IN, INHERITS, MEMBER, NEAR, OUT, STRAY, UNKNOWN, WEAK, PassedTag
from gateway.portal.direction import Edge, Verdict, Vote, by_beams, majority, vote_of
from gateway.portal.idle import IdleList
from gateway.portal.parking import EVERYWHERE
from gateway.portal.rules import INNER, INSIDE, OUTSIDE, Layout, Rules
from gateway.portal.sighting import STRONGEST, Sighting

_BEHIND = {IN: INSIDE, OUT: OUTSIDE}  # where something is after it went that way
CROSSED_PCT, CROSSED_FROM = 25, 6  # of its tags on both sides; looked at with so many on one side
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
    weak: tuple[Sighting, ...]


@dataclass(frozen=True, slots=True)
class Pallet:
    """Candidates that went together. `weak` may be known by name: tags that were hardly read, and those of pallets
    close before or behind, which nobody can tell apart at the seam.
    """

    verdict: Verdict
    tags: tuple[PassedTag, ...]
    ssccs: tuple[str, ...]
    edges: tuple[Edge, ...]
    weak: tuple[PassedTag, ...]


def sort_out(
    sightings: Iterable[Sighting], layout: Layout, idle: IdleList, side_of: Callable[[str], str], now_ms: int
) -> Sorted:
    """Who may be on a pallet. `side_of`: where a tag of the last passages stands now, "" when it does not."""
    rules, has_inner = layout.rules, layout.has(INNER)
    candidates, strays, weak = [], [], []
    for seen in sightings:
        whole = seen.whole
        if whole.reads < rules.min_reads or whole.max_cdbm < rules.min_cdbm or (has_inner and seen.inner is None):
            weak.append(seen)
            continue
        vote = vote_of(seen, rules)
        moves = vote.direction in (IN, OUT) or not layout.has_both_sides
        why = idle.why_stray(seen.epc, seen.strength_cdbm, moves=moves, now_ms=now_ms)
        side = side_of(seen.epc)
        if not why and not vote.direction and _is_parked(seen, side):
            why = "stands here since it went through"
        elif not why and side and side == _BEHIND.get(vote.direction):
            why = "went through a moment ago"
        if why:
            strays.append(_told(seen, vote, STRAY, why))
        else:
            candidates.append(Candidate(seen, vote))
    ranked = sorted(candidates, key=lambda one: (-one.seen.strength_cdbm, one.seen.epc))
    return Sorted(tuple(ranked), tuple(sorted(strays, key=lambda one: one.epc)), tuple(weak))


def standing(found: Sorted) -> frozenset[str]:
    """Tags that were strong and went nowhere by themselves."""
    still = {one.seen.epc for one in found.candidates if not one.vote.direction}
    return frozenset(still | {one.epc for one in found.strays if not one.direction})


def pallets_of(
    found: Sorted, edges: Sequence[Edge], layout: Layout, *, is_proven: bool = False
) -> tuple[tuple[Pallet, ...], tuple[PassedTag, ...]]:
    """The pallets among the candidates, at least one, and the tags that turned out to stand elsewhere."""
    candidates, aside = _without_weaker_numbers(found.candidates, layout)
    middles = _middles(candidates, layout.rules)
    groups: list[list[Candidate]] = [[] for _ in middles]
    for one in candidates:
        groups[_nearest(_when(one), middles)].append(one)
    weak: list[list[Sighting]] = [[] for _ in middles]
    for seen in found.weak:
        weak[_nearest(seen.whole.centroid_ms, middles)].append(seen)
    edges_of = _edges_by_pallet(edges, middles)
    pallets = [
        _pallet(group, own, hardly, layout, is_proven=is_proven)
        for group, own, hardly in zip(groups, edges_of, weak, strict=True)
    ]
    pallets = [replace(one, weak=(*one.weak, *_seam(one, pallets))) for one in pallets]
    return tuple(pallets), tuple(_told(one.seen, one.vote, STRAY, "a pallet number from elsewhere") for one in aside)


def _seam(own: Pallet, pallets: Sequence[Pallet]) -> list[PassedTag]:
    return [replace(tag, part=WEAK) for other in pallets if other is not own for tag in other.tags]


def _is_parked(seen: Sighting, side: str) -> bool:
    return bool(side) and (side == EVERYWHERE or (seen.sides == 1 and getattr(seen, side) is not None))


def _without_weaker_numbers(candidates: Sequence[Candidate], layout: Layout) -> tuple[list[Candidate], list[Candidate]]:
    """A pallet number seen on one side only, or much weaker than another one, stands beside the way."""
    numbers = [one for one in candidates if one.is_pallet]
    if len(numbers) < 2:
        return list(candidates), []
    crossed = [one for one in numbers if one.vote.direction] if layout.has_both_sides else numbers
    aside = [
        one for one in numbers
        if (crossed and one not in crossed) or _is_outshone(one, numbers, layout.rules)
    ]  # fmt: skip
    if len(aside) == len(numbers):
        return list(candidates), []
    return [one for one in candidates if one not in aside], aside


def _is_outshone(one: Candidate, numbers: Sequence[Candidate], rules: Rules) -> bool:
    """Whether another number was there at the same time and heard much better."""
    return any(
        other.seen.strength_cdbm - one.seen.strength_cdbm >= rules.split_cdb
        and abs(_when(other) - _when(one)) < rules.split_ms
        for other in numbers
    )


def _crossings(edges: Sequence[Edge]) -> list[tuple[Edge, ...]]:
    """The changes of the beams, cut where all of them were free."""
    found: list[tuple[Edge, ...]] = []
    begun: list[Edge] = []
    blocked: Counter[str] = Counter()
    for edge in edges:
        begun.append(edge)
        blocked[edge.side] += 1 if edge.is_blocked else -1
        if not any(count > 0 for count in blocked.values()):
            found.append(tuple(begun))
            begun, blocked = [], Counter()
    return [*found, tuple(begun)] if begun else found


def _edges_by_pallet(edges: Sequence[Edge], middles: Sequence[int]) -> list[tuple[Edge, ...]]:
    """One crossing for each pallet, in their order; else each crossing is that of the pallet nearest in time."""
    crossings = _crossings(edges)
    if len(crossings) == len(middles):
        return crossings
    own: list[tuple[Edge, ...]] = [() for _ in middles]
    for crossing in crossings:
        number = _nearest((crossing[0].at_ms + crossing[-1].at_ms) // 2, middles)
        own[number] = (*own[number], *crossing)
    return own


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


def _pallet(
    group: Sequence[Candidate], edges: tuple[Edge, ...], weak: Sequence[Sighting], layout: Layout, *, is_proven: bool
) -> Pallet:
    beams = _word_of_beams(edges, layout, is_proven=is_proven)
    verdict = majority((one.vote for one in group), beams, layout.rules, is_proven=is_proven)
    if verdict.direction == UNKNOWN and not verdict.votes and layout.has_both_sides:
        verdict = _one_sided(group, layout.rules) or verdict
    elif verdict.by == "vote" and verdict.direction in (IN, OUT) and _is_beside(group):
        why = "most of its tags were heard on one side only"
        verdict = _one_sided(group, layout.rules) or replace(verdict, direction=UNKNOWN, why=why)
    tags = tuple(_told(one.seen, one.vote, _part(one, verdict, layout), "") for one in group)
    hardly = tuple(_told(seen, Vote(), WEAK, "") for seen in weak)
    return Pallet(verdict, tags, tuple(one.seen.epc for one in group if one.is_pallet), edges, hardly)


def _is_beside(group: Sequence[Candidate]) -> bool:
    """What goes through shows most of its tags to both sides; the few that echo do not speak for a pallet beside it."""
    crossed = sum(bool(one.vote.direction) for one in group)
    one_sided = sum((one.seen.outside is None) != (one.seen.inside is None) for one in group)
    return one_sided >= CROSSED_FROM and crossed * 100 < CROSSED_PCT * (crossed + one_sided)


def _word_of_beams(edges: Sequence[Edge], layout: Layout, *, is_proven: bool) -> str:
    """What the beams say. One beam alone tells no direction; nor do two of which one may be blind."""
    if not layout.has_beams_on_both_sides or (len({one.side for one in edges}) == 1 and not is_proven):
        return ""
    return by_beams(edges)


def _one_sided(group: Sequence[Candidate], rules: Rules) -> Verdict | None:
    """It came up to the door and left: on the other side it was not heard, or too faintly to have been there."""
    for mine, other in (("outside", "inside"), ("inside", "outside")):
        near, far = _strongest(group, mine), _strongest(group, other)
        if near and (not far or (mean(far) < rules.through_cdbm <= mean(near))):
            return Verdict(BACK, "side", 100, (), f"seen on the {mine} only" if not far else f"faint on the {other}")
    return None


def _strongest(group: Sequence[Candidate], side: str) -> list[int]:
    """The strongest tags of a pallet at one side."""
    seen = (getattr(one.seen, side) for one in group)
    return sorted((one.max_cdbm for one in seen if one is not None), reverse=True)[:STRONGEST]


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
