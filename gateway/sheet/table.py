"""From tables to rows of master data, and back. Every mistake is told with its file, table, row and column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import zip_longest
from typing import Any

from gateway.model import Rejection
from gateway.sheet.cell import Cell, cell_of, value_of
from gateway.sheet.column import OWNER, Column, Sheet

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """What a file has: one table with its header, and rows with their numbers as people count them."""

    file: str
    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake and where it stands. `row` 0: the table as a whole."""

    file: str
    table: str
    row: int
    column: str
    text: str

    def __str__(self) -> str:
        place = f"{self.file} [{self.table}]" + (f" row {self.row}" if self.row else "")
        return f"{place}, {self.column}: {self.text}" if self.column else f"{place}: {self.text}"


@dataclass(slots=True)
class Placed:
    """One row of master data, where it stands, and where the objects in its lists stand."""

    row: Row
    table: Table
    number: int
    inner: dict[str, list[tuple[Table, int]]] = field(default_factory=dict)

    def over(self, known: Row, lists: frozenset[str]) -> Row:
        """The row as it is to be: what has no column here stays as it is known. `lists`: see Reading.lists."""
        covered = {*self.table.header, *lists}
        return {**{name: value for name, value in known.items() if name not in covered}, **self.row}

    def fault(self, text: str, column: str = "") -> Fault:
        return Fault(self.table.file, self.table.name, self.number, column, text)


@dataclass(slots=True)
class Reading:
    """What was read: rows by dataset, and the mistakes."""

    rows: dict[str, list[Placed]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    lists: dict[str, frozenset[str]] = field(default_factory=dict)  # by dataset, which lists have a table here
    owners: dict[tuple[str, str], Placed] = field(default_factory=dict)  # by dataset and id


def read_tables(tables: Sequence[Table], sheets: Sequence[Sheet]) -> Reading:
    """Rows by dataset in the order of `sheets`; a table whose name is unknown is a mistake."""
    by_name = {sheet.name: sheet for sheet in sheets}
    reading = Reading()
    for table in tables:
        if table.name not in by_name:
            hint = _near(table.name, list(by_name))
            text = f"no such table{hint}; there are {', '.join(by_name)}"
            reading.faults.append(Fault(table.file, table.name, 0, "", text))
    for sheet in sheets:  # rows before what belongs to them
        for table in tables:
            if table.name == sheet.name:
                _read_table(table, sheet, reading)
    return reading


def _read_table(table: Table, sheet: Sheet, reading: Reading) -> None:
    columns, faults = _match_header(table, sheet)
    reading.faults += faults
    if faults:
        return
    if sheet.member:
        reading.lists[sheet.dataset] = reading.lists.get(sheet.dataset, frozenset()) | {sheet.member}
    for number, cells in table.rows:
        if all(cell is None or cell == "" for cell in cells):
            continue
        row, faults = _read_row(table, number, cells, columns)
        reading.faults += faults
        placed = Placed(row, table, number)
        if sheet.member:
            _join(placed, sheet, reading)
        else:
            reading.rows.setdefault(sheet.dataset, []).append(placed)
            reading.owners[sheet.dataset, str(row.get("id"))] = placed


def _match_header(table: Table, sheet: Sheet) -> tuple[list[Column | None], list[Fault]]:
    by_name = {column.name: column for column in sheet.columns}
    faults = []
    titles = [title.strip() for title in table.header]
    for title in dict.fromkeys(titles):
        if title and title not in by_name:
            text = f"no such column{_near(title, list(by_name))}; there are {', '.join(by_name)}"
            faults.append(Fault(table.file, table.name, 1, title, text))
        elif title and titles.count(title) > 1:
            faults.append(Fault(table.file, table.name, 1, title, "the column stands there twice"))
    faults += [
        Fault(table.file, table.name, 1, column.name, "this column is missing, every row needs it")
        for column in sheet.columns
        if column.is_required and column.name not in titles
    ]
    return [by_name.get(title) for title in titles], faults


def _read_row(
    table: Table, number: int, cells: tuple[Cell, ...], columns: Sequence[Column | None]
) -> tuple[Row, list[Fault]]:
    row: Row = {}
    faults = []
    for column, cell in zip_longest(columns, cells):
        if column is None:
            if cell not in (None, ""):
                faults.append(Fault(table.file, table.name, number, "", f"{cell!r:.80} stands below no title"))
            continue
        value = value_of(cell, column)
        if isinstance(value, Rejection):
            text = f"is {value.got}, expected {value.expected}"
            faults.append(Fault(table.file, table.name, number, column.name, text))
        elif value is not None:
            row[column.name] = value
        elif column.is_required:
            faults.append(Fault(table.file, table.name, number, column.name, "is empty, every row needs it"))
    return row, faults


def _join(placed: Placed, sheet: Sheet, reading: Reading) -> None:
    """Put an object into the list of the row it belongs to, which stands in the same files."""
    owner = placed.row.pop(OWNER, None)
    if owner is None:
        return  # told already
    of = reading.owners.get((sheet.dataset, owner))
    if of is None:
        text = f"is {owner!r}, but no row of {sheet.dataset} in these files has this id"
        reading.faults.append(placed.fault(text, OWNER))
        return
    of.row.setdefault(sheet.member, []).append(placed.row)
    of.inner.setdefault(sheet.member, []).append((placed.table, placed.number))


def write_tables(rows: Mapping[str, Sequence[Row]], sheets: Sequence[Sheet]) -> Iterator[tuple[Sheet, list[list[Any]]]]:
    """Each table and its cells, as `read_tables` reads them back."""
    for sheet in sheets:
        lines = []
        for row in rows.get(sheet.dataset, ()):
            for one in row.get(sheet.member, ()) if sheet.member else (row,):
                owned = {**one, OWNER: row["id"]} if sheet.member else one
                lines.append([cell_of(owned.get(column.name), column) for column in sheet.columns])
        yield sheet, lines


def _near(word: str, names: list[str]) -> str:
    close = get_close_matches(word.lower(), names, n=1, cutoff=0.6)
    return f", did you mean '{close[0]}'?" if close else ""
