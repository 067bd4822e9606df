"""A year of one stock in a few arrays: what a back-test plays again.

A row costs 25 bytes however many there are; Python objects would cost ten times that.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any

from gateway.backtest.demand import Flow, Place

ROWS_LIMIT = 40_000_000  # of all places together, 1 GB; more is refused with the advice to narrow it

# What decides which rules are for a place, with which parameters, sources and times of work. The rest of the master
# data (orders, work orders, bills of material) changes too often to be kept for every instant of a year.
KEPT = frozenset({"units", "items", "locations", "loops", "order_points", "sources", "calendars"})


@dataclass(slots=True)
class Series:
    """Changes of one item at one place since the journal began, in order. `causes` are flows, or DROPPED."""

    place: Place
    seqs: array[int] = field(default_factory=lambda: array("q"))
    times: array[int] = field(default_factory=lambda: array("q"))  # milliseconds since 1970
    changes: array[int] = field(default_factory=lambda: array("q"))  # micro base units
    causes: bytearray = field(default_factory=bytearray)
    received: list[Received] = field(default_factory=list)  # signals whose goods have come
    ordered_ms: list[int] = field(default_factory=list)  # from an order of the ERP to its receipt
    coming: list[Coming] = field(default_factory=list)  # receipts that are not dropped and were known before

    def add(self, seq: int, at_ms: int, change: int, cause: int) -> None:
        self.seqs.append(seq)
        self.times.append(at_ms)
        self.changes.append(change)
        self.causes.append(cause)

    def forget(self, seq: int) -> int:
        """Make the changes of one event as if they had never been; returns what they added up to."""
        row, total = bisect_left(self.seqs, seq), 0
        while row < len(self.seqs) and self.seqs[row] == seq:
            total += self.changes[row]
            self.changes[row] = 0
            row += 1
        return total

    def begin(self, from_ms: int) -> Begin:
        """Where a period begins; a stock that is opened within it begins with what it was opened with."""
        if not self.times or self.times[0] < from_ms or self.causes[0] == Flow.USE:
            first = bisect_left(self.times, from_ms)
            return Begin(first, from_ms, sum(self.changes[:first]))
        first = next((row for row, seq in enumerate(self.seqs) if seq != self.seqs[0]), len(self.seqs))
        return Begin(first, self.times[0], sum(self.changes[:first]))

    def used(self, first: int) -> int:
        """Micro-units of demand from this row on."""
        use = int(Flow.USE)
        return -sum(self.changes[row] for row in range(first, len(self.changes)) if self.causes[row] == use)


DROPPED = len(Flow)  # a receipt that a signal of the rules caused, within the period


@dataclass(frozen=True, slots=True)
class Begin:
    """The first row of a period, when it begins and what is there then."""

    row: int
    at_ms: int
    level: int  # micro-units


@dataclass(frozen=True, slots=True)
class Received:
    """What a signal asked for has come."""

    rule: str
    signalled_ms: int
    received_ms: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Coming:
    """A receipt that no signal of the period caused: planned by the ERP, or signalled before the period."""

    known_ms: int  # since when it was on order
    at_ms: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Signalled:
    """A signal that really went out."""

    key: str
    rule: str
    at_ms: int
    quantity: int


@dataclass(frozen=True, slots=True)
class RulesLoaded:
    """Rules came into force."""

    at_ms: int
    version: int
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MasterChange:
    """A set of master data that came while the period ran."""

    at_ms: int
    dataset: str
    rows: tuple[dict[str, Any], ...]
    gone: tuple[str, ...]
