"""The end of a passage: from what was gathered to passages, one for each pallet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from gateway.passage import BACK, EDGES_TOLD, IN, OUT, UNKNOWN, Passage, PassedTag
from gateway.portal.boundary import Gathering
from gateway.portal.direction import Edge, Verdict
from gateway.portal.idle import IdleList
from gateway.portal.pallet import Pallet, pallets_of, sort_out, standing
from gateway.portal.rules import INNER, INSIDE, OUTSIDE, SIDES
from gateway.portal.sighting import MAX, Cell, N, Sighting, joined, strength

STILL_THERE = "still in the door when the time was up"
_FAR = {IN: (OUTSIDE, INNER), OUT: (INSIDE, INNER), BACK: (INNER,)}  # where nothing may be any more


def conclude(
    gathered: Gathering, idle: IdleList, side_of: Callable[[str], str], closed_ms: int, closed_by: str
) -> tuple[Passage, ...]:
    """At least one passage. `side_of`: where a tag stands since it went through, "" when it does not."""
    layout = gathered.layout
    found = sort_out(_sightings(gathered), layout, idle, side_of, closed_ms)
    idle.remember(closed_ms, standing(found))
    pallets, aside = pallets_of(found, gathered.edges, layout, is_proven=gathered.is_proven)
    strays = (*found.strays, *aside)
    return tuple(
        _passage(one, n, len(pallets), strays, len(found.weak), gathered, closed_ms, closed_by)
        for n, one in enumerate(pallets, 1)
    )


def _sightings(gathered: Gathering) -> Iterator[Sighting]:
    antennas, base_ms = gathered.layout.antennas, gathered.base_ms
    places: dict[str, list[int]] = {}
    for place, cells in enumerate(gathered.cells):
        for epc, cell in cells.items():
            if cell[N]:
                places.setdefault(epc, []).append(place)
    for epc, at in places.items():
        cells_of = [gathered.cells[place][epc] for place in at]
        by_side: dict[str, list[Cell]] = {side: [] for side in SIDES}
        for place, cell in zip(at, cells_of, strict=True):
            by_side[antennas[place].side].append(cell)
        outside, inside, inner = (joined(by_side[side], base_ms) for side in SIDES)
        whole = joined(cells_of, base_ms)
        assert whole is not None
        told = tuple((antennas[place].name, cell[N], cell[MAX]) for place, cell in zip(at, cells_of, strict=True))
        yield Sighting(epc, told, outside, inside, inner, whole, strength(cells_of))


def _passage(
    pallet: Pallet, part: int, parts: int, strays: tuple[PassedTag, ...], weak: int, gathered: Gathering,
    closed_ms: int, closed_by: str,
) -> Passage:  # fmt: skip
    verdict = _left_in_door(pallet.verdict, gathered, closed_ms) if closed_by == "limit" else pallet.verdict
    return Passage(
        gathered.layout.portal, gathered.opened_ms, closed_ms, gathered.by, closed_by, gathered.reads,
        verdict.direction, verdict.by, verdict.share_pct, verdict.votes, verdict.why,
        "; ".join(gathered.incomplete), pallet.ssccs, pallet.tags, strays, weak,
        _edges(pallet.edges, gathered.opened_ms), part, parts, weak_tags=pallet.weak,
    )  # fmt: skip


def _edges(edges: tuple[Edge, ...], opened_ms: int) -> tuple[tuple[str, bool, int], ...]:
    return tuple((one.side, one.is_blocked, one.at_ms - opened_ms) for one in edges[:EDGES_TOLD])


def _left_in_door(verdict: Verdict, gathered: Gathering, closed_ms: int) -> Verdict:
    """Nobody knows which way something will go that was still in the door."""
    quiet_ms = closed_ms - gathered.layout.rules.stable_set_ms
    far = _FAR.get(verdict.direction, ())
    is_there = gathered.is_blocked() or any(gathered.active_ms[SIDES.index(side)] > quiet_ms for side in far)
    return replace(verdict, direction=UNKNOWN, why=STILL_THERE) if is_there else verdict
