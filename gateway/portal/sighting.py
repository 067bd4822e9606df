"""What is kept of all reads of one tag at one antenna, and of one tag at one side.

A cell is a list and not an object, because some ten thousand reads of one pallet go into a few hundred of them: a
read costs one look-up and a few additions. The order of reads does not matter.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

STRONGEST = 5  # reads whose mean says how strong a tag is
UNKNOWN_CDBM = -6_000  # of a reader that does not tell
FLOOR_CDBM = 9_000  # -90 dBm: what is weaker weighs next to nothing
NOTHING_CDBM = -99_999
LEAST_LEVEL = 32  # above the floor, whose square still weighs something

# Places in a cell. The weight of a read is the square of its level above the floor: the stronger, the nearer. LOW is
# the weakest of the strongest reads in TOP, ACTS from which strength on a read keeps the passage open.
N, FIRST, LAST, MAX, MAX_AT, WEIGHT, WEIGHTED, LOW, TOP, ACTS = range(10)
Cell = list[Any]


def new_cell(first_ms: int, acts_cdbm: int) -> Cell:
    """A cell without reads."""
    return [0, first_ms, first_ms, NOTHING_CDBM, first_ms, 0, 0, NOTHING_CDBM, [], acts_cdbm]


def add(cell: Cell, rssi_cdbm: int, count: int, first_ms: int, last_ms: int, base_ms: int) -> None:
    """A report of `count` reads. Weighted times are counted from `base_ms`."""
    cell[N] += count
    if first_ms < cell[FIRST]:
        cell[FIRST] = first_ms
    if last_ms > cell[LAST]:
        cell[LAST] = last_ms
    level = rssi_cdbm + FLOOR_CDBM
    weight = count * (level * level >> 10) if level > LEAST_LEVEL else count
    cell[WEIGHT] += weight
    cell[WEIGHTED] += weight * ((first_ms + last_ms >> 1) - base_ms)
    if rssi_cdbm >= cell[LOW]:
        _add_strong(cell, rssi_cdbm, last_ms)


def _add_strong(cell: Cell, rssi_cdbm: int, at_ms: int) -> None:
    """One at least as strong as the weakest of the strongest."""
    if rssi_cdbm > cell[MAX] or (rssi_cdbm == cell[MAX] and at_ms < cell[MAX_AT]):
        cell[MAX], cell[MAX_AT] = rssi_cdbm, at_ms
    top = cell[TOP]
    insort(top, rssi_cdbm)
    if len(top) > STRONGEST:
        del top[0]
    if len(top) == STRONGEST:
        cell[LOW] = top[0]


@dataclass(frozen=True, slots=True)
class Side:
    """A tag at all antennas of one side."""

    reads: int
    first_ms: int
    last_ms: int
    max_cdbm: int
    max_ms: int  # when it was strongest
    centroid_ms: int  # mean of the times, weighted by strength


@dataclass(frozen=True, slots=True)
class Sighting:
    """A tag at all antennas of a portal."""

    epc: str
    at: tuple[tuple[str, int, int], ...]  # antenna, reads, strongest
    outside: Side | None
    inside: Side | None
    inner: Side | None
    whole: Side
    strength_cdbm: int  # mean of the strongest reads

    @property
    def sides(self) -> int:
        return sum(one is not None for one in (self.outside, self.inside, self.inner))


def joined(cells: Sequence[Cell], base_ms: int) -> Side | None:
    """Cells of one tag as one; None without any. `base_ms`: from when their weighted times are counted."""
    if not cells:
        return None
    peak = min(cells, key=lambda cell: (-cell[MAX], cell[MAX_AT]))
    weight = sum(cell[WEIGHT] for cell in cells)
    return Side(
        sum(cell[N] for cell in cells), min(cell[FIRST] for cell in cells), max(cell[LAST] for cell in cells),
        peak[MAX], peak[MAX_AT], base_ms + sum(cell[WEIGHTED] for cell in cells) // weight,
    )  # fmt: skip


def strength(cells: Iterable[Cell]) -> int:
    """Mean of the strongest reads of a tag."""
    top = sorted((one for cell in cells for one in cell[TOP]), reverse=True)[:STRONGEST]
    return int(sum(top) // len(top))
