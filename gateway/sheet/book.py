"""Tables in files: an XLSX workbook with a sheet for each, or CSV files named after them (items.csv).

What a file may cost is limited before it is opened: a workbook is a compressed archive, and small ones can unfold
into anything.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation

from gateway.errors import GatewayError
from gateway.sheet.cell import Cell, expected_of, guarded, unguarded
from gateway.sheet.column import Sheet
from gateway.sheet.table import Table

FILE_LIMIT_BYTES = 50 << 20
UNFOLDED_LIMIT_BYTES = 500 << 20
ROWS_LIMIT = 200_000  # of one table
COLUMNS_LIMIT = 200
TEMPLATE_ROWS = 2000  # so many rows of a template are prepared for typing

_BOLD = Font(bold=True)
_NEEDED = PatternFill("solid", start_color="FFF2CC")

Lines = Iterable[Sequence[Any]]


def read_files(paths: Sequence[Path], encoding: str) -> list[Table]:
    """All tables of workbooks, CSV files and directories of CSV files; GatewayError when one cannot be read."""
    return [table for path in paths for table in _read_file(path, encoding)]


def _read_file(path: Path, encoding: str) -> Iterator[Table]:
    if path.is_dir():
        files = sorted(path.glob("*.csv"))
        if not files:
            raise GatewayError(f"{path} has no CSV files", hint="expected files such as items.csv")
        for file in files:
            yield from _read_file(file, encoding)
        return
    try:
        if path.stat().st_size > FILE_LIMIT_BYTES:
            raise GatewayError(f"{path} has more than {FILE_LIMIT_BYTES >> 20} MiB", hint="split it")
        if path.suffix.lower() == ".csv":
            yield _read_csv(path, encoding)
        elif path.suffix.lower() == ".xlsx":
            yield from _read_workbook(path)
        else:
            raise GatewayError(f"{path} is no .xlsx and no .csv file", hint="save it as one of them")
    except OSError as error:
        raise GatewayError(f"{path} cannot be read: {error.strerror or error}") from error


def _read_csv(path: Path, encoding: str) -> Table:
    """The table is named by the file; the separator is the one its first line has most of."""
    try:
        text = path.read_bytes().decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        hint = "save it as UTF-8, or say --encoding cp1252 or --encoding gb18030"
        raise GatewayError(f"{path} is not written in {encoding}: {error.reason}", hint=hint) from error
    except LookupError as error:
        raise GatewayError(f"encoding {encoding!r} is unknown", hint="expected utf-8, cp1252, gb18030 …") from error
    head = text.partition("\n")[0]
    separator = max((",", ";", "\t"), key=head.count)
    try:
        lines = [(n, line) for n, line in enumerate(csv.reader(io.StringIO(text), delimiter=separator), 1)]
    except csv.Error as error:
        raise GatewayError(f"{path} is no CSV file: {error}") from error
    return _table(path.name, path.stem, ((n, tuple(unguarded(cell) for cell in line)) for n, line in lines))


def _read_workbook(path: Path) -> Iterator[Table]:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNFOLDED_LIMIT_BYTES:
                text = f"{path} unfolds to more than {UNFOLDED_LIMIT_BYTES >> 20} MiB"
                raise GatewayError(text, hint="split it")
        book = load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError) as error:
        raise GatewayError(f"{path} is no workbook: {error}", hint="save it again as .xlsx") from error
    try:
        for sheet in book.worksheets:
            rows = enumerate(sheet.iter_rows(max_col=COLUMNS_LIMIT, values_only=True), 1)
            yield _table(path.name, sheet.title, rows)
    finally:
        book.close()


def _table(file: str, name: str, lines: Iterable[tuple[int, tuple[Cell, ...]]]) -> Table:
    header: tuple[str, ...] = ()
    rows: list[tuple[int, tuple[Cell, ...]]] = []
    for number, cells in lines:
        if not header:
            header = tuple("" if cell is None else str(cell).strip() for cell in cells)
            if not any(header):
                header = ()
        elif len(rows) >= ROWS_LIMIT:
            raise GatewayError(f"{file} [{name}] has more than {ROWS_LIMIT} rows", hint="split it")
        elif any(cell not in (None, "") for cell in cells):
            rows.append((number, cells))
    return Table(file, name, header, tuple(rows))


def write_files(target: Path, tables: Iterable[tuple[Sheet, Lines]]) -> list[Path]:
    """One workbook when `target` ends in .xlsx, else a directory of CSV files; returns what was written."""
    try:
        if target.suffix.lower() == ".xlsx":
            _workbook(tables).save(target)
            return [target]
        target.mkdir(parents=True, exist_ok=True)
        return [_write_csv(target / f"{sheet.name}.csv", sheet, lines) for sheet, lines in tables]
    except OSError as error:
        raise GatewayError(f"{target} cannot be written: {error.strerror or error}") from error


def _write_csv(path: Path, sheet: Sheet, lines: Lines) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # with the mark by which spreadsheets know UTF-8
        writer = csv.writer(file)
        writer.writerow(sheet.names)
        writer.writerows([_written(cell) for cell in line] for line in lines)
    return path


def _written(cell: Any) -> str:
    if cell is None:
        return ""
    return {True: "true", False: "false"}[cell] if isinstance(cell, bool) else guarded(str(cell))


def _workbook(tables: Iterable[tuple[Sheet, Lines]]) -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet, lines in tables:
        page = book.create_sheet(sheet.name)
        page.freeze_panes = "A2"
        for place, column in enumerate(sheet.columns, 1):
            cell = page.cell(1, place, column.name)
            cell.font = _BOLD
            cell.comment = Comment(expected_of(column) + ("; every row needs it" if column.is_required else ""), "")
            if column.is_required:
                cell.fill = _NEEDED
            letter = get_column_letter(place)
            page.column_dimensions[letter].width = max(12, len(column.name) + 4)
            if column.kind in ("text", "words", "day"):  # so that 0815 stays 0815
                page.column_dimensions[letter].number_format = "@"
            if column.choices:
                allowed = DataValidation("list", formula1=f'"{",".join(column.choices)}"', allow_blank=True)
                allowed.add(f"{letter}2:{letter}{TEMPLATE_ROWS}")
                page.add_data_validation(allowed)
        for number, line in enumerate(lines, 2):
            for place, value in enumerate(line, 1):
                if value is not None:
                    cell = page.cell(number, place, value)
                    if isinstance(value, str):
                        cell.data_type = "s"  # a text that begins with = is no formula
                        cell.number_format = "@"
    return book
