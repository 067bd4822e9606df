"""The colour of a loop (K11): can the line go on until its bins come back? Pure: ages come in as arguments.

The measure is the loop's own replenishment time, never days of cover: an hour or two of stock at the line is how
kanban is meant to run, and is green as long as the bins that are under way come back in their time.

With a demand: lay the full bins, and what is left in the bin in use, against the demand of one replenishment time.
A bin under way counts from the moment it is due, one replenishment time after its signal; one that is overdue, waits
for its batch, or stands in quality control does not count, as nobody can say when it comes. What is left at the
tightest moment is the margin:

    red      the line runs dry before a bin comes back (margin below nothing), or no bin with anything in it is left
    yellow   it is enough, but with less than one container in reserve
    green    at least one container is left over

Without a demand only the bins can be counted: no card open is green, one container left is yellow, none is red.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from gateway.master import Loop
from gateway.model import Life, State

_HOUR_MS = 3_600_000
_AT_THE_LINE = frozenset({State.FULL, State.IN_USE})
_UNDER_WAY = frozenset({State.EMPTY, State.ORDERED, State.IN_PROCESS, State.IN_TRANSIT})
_NO_BIN = frozenset({Life.NEW, Life.OBSOLETE, Life.LOST, Life.REMOVED, Life.CLOSED})
_NEVER_COMES = frozenset({Life.HOLD, Life.SURPLUS})  # a full bin may be used up, an empty one is not filled for sure


class Colour(StrEnum):
    """From good to bad; `worst` compares by this order."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Bin:
    """What the colour needs to know of one card."""

    state: str
    life: str
    quantity: int  # micro-units in it now
    age_ms: int | None  # since its signal, or since it became what it is; None: the clock was set back


@dataclass(frozen=True, slots=True)
class LoopColour:
    """The colour and what it was judged by."""

    loop: str
    item: str
    colour: Colour
    full: int  # bins with something in them
    open: int  # cards that are neither full nor in use
    cards: int  # as the master data wants it
    margin: int | None  # micro-units left at the tightest moment; None without a demand


def colour_of(loop: Loop, bins: Iterable[Bin]) -> LoopColour:
    """The colour by the rule above."""
    known = [one for one in bins if one.life not in _NO_BIN]
    at_line = [one for one in known if one.state in _AT_THE_LINE]
    filled = [one for one in at_line if one.quantity > 0]
    opened = len(known) - len(at_line)
    margin = _margin(loop, known, sum(one.quantity for one in filled)) if loop.demand_per_hour else None
    if margin is None:
        colour = _by_bins(len(filled), opened)
    else:
        colour = _by_margin(margin, len(filled), loop.quantity)
    return LoopColour(loop.id, loop.item, colour, len(filled), opened, loop.cards, margin)


def worst(colours: Iterable[Colour]) -> Colour | None:
    """The worst of several loops; None of none."""
    order = list(Colour)
    return max(colours, key=order.index, default=None)


def _by_margin(margin: int, filled: int, container: int) -> Colour:
    if margin < 0 or not filled:
        return Colour.RED
    return Colour.YELLOW if margin < container else Colour.GREEN


def _by_bins(filled: int, opened: int) -> Colour:
    if not filled:
        return Colour.RED
    return Colour.YELLOW if filled == 1 and opened else Colour.GREEN


def _margin(loop: Loop, bins: list[Bin], stock: int) -> int:
    """What is left at the tightest moment: just before each bin that is due, and at the end of the time.

    Rounded down, so that a line which needs a fraction more than there is counts as dry.
    """
    margin = stock
    for due_ms in sorted(_due(loop, bins)):
        margin = min(margin, stock - _used(loop, due_ms))
        stock += loop.quantity
    return min(margin, stock - _used(loop, loop.replenishment_ms))


def _due(loop: Loop, bins: list[Bin]) -> list[int]:
    """Milliseconds until each bin under way is due; the overdue are left out."""
    coming = (one for one in bins if one.state in _UNDER_WAY and one.life not in _NEVER_COMES)
    ages = [one.age_ms for one in coming if one.age_ms is not None]
    return [loop.replenishment_ms - age for age in ages if age <= loop.replenishment_ms]


def _used(loop: Loop, time_ms: int) -> int:
    return -(-loop.demand_per_hour * time_ms // _HOUR_MS)
