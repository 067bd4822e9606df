"""Handling units: what stands on a pallet or in a box, where it is, and in what other unit it stands (K19).

A fact of kind `hu` by SSCC. Emptied, shipped and merged units are remembered, so that their number is never
taken for a new delivery; after FORGET_MS a number may be used again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from gateway.quantity import format_quantity, parse_quantity
from gateway.view import View

UNIT_FACT = "hu"
FORGET_MS = 400 * 86_400_000  # GS1: an SSCC is not used again within a year
HERE, SHIPPED, GONE, UNDONE = "here", "shipped", "gone", "undone"
AVAILABLE, QC, BLOCKED = "available", "qc", "blocked"


@dataclass(frozen=True, slots=True)
class Row:
    """Goods of one kind in a unit; `quantity` in micro-units of the base unit."""

    item: str
    lot: str
    status: str  # available qc blocked
    quantity: int
    expiry: str = ""

    def to_json(self) -> list[str]:
        return [self.item, self.lot, self.status, format_quantity(self.quantity), self.expiry]

    @classmethod
    def from_json(cls, told: list[str]) -> Row:
        return cls(told[0], told[1], told[2], parse_quantity(told[3]), told[4])


@dataclass(frozen=True, slots=True)
class HandlingUnit:
    """One labelled unit. `wall_ms` is when it last changed."""

    sscc: str
    location: str
    state: str = HERE
    rows: tuple[Row, ...] = ()
    parent: str = ""
    inside: tuple[str, ...] = ()
    turn: int = 0  # how often its receipt was undone; makes the next key another one
    wall_ms: int = 0

    def to_fact(self) -> list[Any]:
        body: dict[str, Any] = {
            "loc": self.location, "state": self.state, "rows": [row.to_json() for row in self.rows], "t": self.wall_ms,
        }  # fmt: skip
        if self.parent:
            body["in"] = self.parent
        if self.inside:
            body["holds"] = list(self.inside)
        if self.turn:
            body["turn"] = self.turn
        return [UNIT_FACT, self.sscc, body]


def unit_at(sscc: str, view: View) -> HandlingUnit | None:
    """What is known here of a unit, gone or not."""
    known = view.fact(UNIT_FACT, sscc)
    if known is None:
        return None
    rows = tuple(Row.from_json(row) for row in known["rows"])
    return HandlingUnit(
        sscc, known["loc"], known["state"], rows, known.get("in", ""), tuple(known.get("holds", ())),
        known.get("turn", 0), known["t"],
    )  # fmt: skip


def family(unit: HandlingUnit, view: View) -> list[HandlingUnit]:
    """The unit and all units in it."""
    found = [unit]
    for number in unit.inside:
        inner = unit_at(number, view)
        if inner is not None:
            found += family(inner, view)
    return found


def contents(units: Iterable[HandlingUnit]) -> list[Row]:
    """What is in all of them, one row for each kind of goods."""
    found: dict[tuple[str, str, str], Row] = {}
    for row in (row for unit in units for row in unit.rows):
        place = (row.item, row.lot, row.status)
        known = found.get(place)
        found[place] = replace(row, quantity=row.quantity + known.quantity) if known else row
    return list(found.values())


def taken_out(unit: HandlingUnit, view: View) -> list[HandlingUnit]:
    """The unit on its own, and the parent without it."""
    parent = unit_at(unit.parent, view) if unit.parent else None
    alone = replace(unit, parent="")
    if parent is None:
        return [alone]
    left = tuple(number for number in parent.inside if number != unit.sscc)
    return [alone, replace(parent, inside=left, state=parent.state if left or parent.rows else GONE)]


def less(unit: HandlingUnit, row: Row, quantity: int) -> HandlingUnit:
    """The unit without `quantity` of one of its rows; empty units are gone."""
    rows = []
    for one in unit.rows:
        left = one.quantity - quantity if one == row else one.quantity
        if left:
            rows.append(replace(one, quantity=left))
    return replace(unit, rows=tuple(rows), state=unit.state if rows or unit.inside else GONE)


def more(unit: HandlingUnit, rows: Iterable[Row]) -> HandlingUnit:
    """The unit with more in it."""
    added = replace(unit, rows=(*unit.rows, *rows))
    return replace(added, rows=tuple(contents([added])), state=HERE)
