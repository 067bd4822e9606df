"""What an import would change, and everything that is wrong with it, before anything is changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.kanban.localdata import is_from_erp
from gateway.kanban.masterdata import parse_set
from gateway.sheet.column import STOCK
from gateway.sheet.reference import AREAS, dangling
from gateway.sheet.table import Fault, Placed, Reading, Row

_FAULT = re.compile(
    r"row .*?: (?:(?P<list>\w+)\[(?P<place>\d+)\]: )?(?:(?P<column>\w+) (?=is ))?(?P<text>.*)",
    re.DOTALL,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """A dataset as the store has it."""

    version: int = 0
    etag: str = ""
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class SetPlan:
    """One dataset: its whole new rows, the version they were made from, and what differs."""

    dataset: str
    rows: tuple[Row, ...]
    base: int
    added: int
    changed: int
    removed: tuple[str, ...]

    @property
    def is_change(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@dataclass(slots=True)
class Plan:
    """All datasets in the order in which they must be brought, opening stock, and the mistakes."""

    sets: list[SetPlan] = field(default_factory=list)
    stock: list[list[str]] = field(default_factory=list)  # item, location, status, lot, quantity, day or ""
    faults: list[Fault] = field(default_factory=list)


def plan(reading: Reading, known: Mapping[str, Known], *, replace: bool) -> Plan:
    """Rows are added and changed by their id; with `replace` those that stand in no file are removed."""
    made = Plan(faults=list(reading.faults))
    for dataset, placed in reading.rows.items():
        if dataset != STOCK:
            _plan_set(dataset, placed, known.get(dataset, Known()), reading, made, replace=replace)
    ids = {name: frozenset(str(row["id"]) for row in one.rows) for name, one in known.items()}
    ids[AREAS] = frozenset(str(row.get("area", "")) for row in known.get("locations", Known()).rows)
    if replace:
        ids = {name: found for name, found in ids.items() if name not in reading.rows}
    made.faults += dangling(reading.rows, ids)
    made.faults += _stock(reading.rows.get(STOCK, ()), made)
    return made


def _plan_set(
    dataset: str, placed: Sequence[Placed], known: Known, reading: Reading, made: Plan, *, replace: bool
) -> None:
    if is_from_erp(known.version, known.etag):
        first = placed[0]
        text = f"{dataset} come from the ERP (version {known.version}): change them there"
        made.faults.append(Fault(first.table.file, first.table.name, 0, "", text))
        return
    before = {str(row["id"]): row for row in known.rows}
    lists = reading.lists.get(dataset, frozenset())
    brought = [(one, one.over(before.get(str(one.row.get("id")), {}), lists)) for one in placed]
    new = [row for _, row in brought]
    named = {str(row.get("id")) for row in new}
    kept = [] if replace else [row for key, row in before.items() if key not in named]
    _, _, faults = parse_set(dataset, [*new, *kept])
    made.faults += [_placed_fault(placed[place], text) for place, text in faults if place < len(placed)]
    removed = tuple(key for key in before if key not in named) if replace else ()
    added = len(named - before.keys())
    changed = sum(before.get(str(row.get("id")), row) != row for row in new)
    rows = tuple(sorted((*new, *kept), key=lambda row: str(row.get("id"))))
    made.sets.append(SetPlan(dataset, rows, known.version, added, changed, removed))


def _placed_fault(placed: Placed, text: str) -> Fault:
    """The mistake with the row and column a person sees instead of the id of the row."""
    found = _FAULT.fullmatch(text)
    if found is None:
        return placed.fault(text)
    column, rest = found["column"] or "", found["text"]
    if found["list"] in placed.inner:
        table, number = placed.inner[found["list"]][int(found["place"])]
        return Fault(table.file, table.name, number, column, rest)
    return placed.fault(rest, column)


def _stock(rows: Sequence[Placed], made: Plan) -> Iterator[Fault]:
    seen: dict[tuple[str, ...], int] = {}
    for placed in rows:
        row = placed.row
        place = (row.get("item", ""), row.get("location", ""), row.get("status", "available"), row.get("lot", ""))
        if place in seen:
            yield placed.fault(f"the same item, location, status and lot stand in row {seen[place]}")
        seen[place] = placed.number
        quantity = str(row.get("qty", "0"))
        if quantity.startswith("-"):
            yield placed.fault(f"is {quantity}, expected 0 or more", "qty")
        made.stock.append([*place, quantity, row.get("since", "")])
