"""Workbooks and CSV files: what programs write is read, what is no table is refused with a reason."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from gateway.errors import GatewayError
from gateway.master import DATASETS
from gateway.sheet import book
from gateway.sheet.book import read_files, write_files
from gateway.sheet.column import sheets
from gateway.sheet.table import read_tables, write_tables
from sync.published import row_definitions

SHEETS = sheets(row_definitions(), DATASETS)
ROWS: dict[str, list[dict[str, Any]]] = {
    "items": [
        {"id": "0815", "name": "=SUM(A1)", "uom": "PCE", "gtins": ["09501101530003"], "lots": True},
        {"id": "-7", "name": "'quoted'", "uom": "KGM", "units": [{"uom": "BOX", "factor": "2.5"}]},
        {"id": "螺丝", "name": "Schraube; groß, \"M8\"", "uom": "PCE", "shelf_life_days": 30},
    ],
    "loops": [],
    "stock": [{"item": "0815", "location": "LINE1", "status": "available", "qty": "40"}],
}  # fmt: skip


@pytest.mark.parametrize("name", ["plant.xlsx", "plant"])
def test_what_is_exported_is_imported_as_it_was(tmp_path: Path, name: str) -> None:
    write_files(tmp_path / name, write_tables(ROWS, SHEETS))
    reading = read_tables(read_files([tmp_path / name], "utf-8"), SHEETS)
    assert reading.faults == []
    assert {key: [one.row for one in rows] for key, rows in reading.rows.items()} == {
        key: rows for key, rows in ROWS.items() if rows
    }


def test_a_text_that_looks_like_a_formula_is_none(tmp_path: Path) -> None:
    write_files(tmp_path / "plant.xlsx", write_tables(ROWS, SHEETS))
    cell = load_workbook(tmp_path / "plant.xlsx")["items"]["B2"]
    assert (cell.value, cell.data_type) == ("=SUM(A1)", "s")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_file_is_read_whatever_its_separator(tmp_path: Path, separator: str) -> None:
    (tmp_path / "items.csv").write_text(separator.join(("id", "uom")) + "\n" + separator.join(("A", "PCE")) + "\n")
    (table,) = read_files([tmp_path / "items.csv"], "utf-8")
    assert (table.name, table.header, table.rows) == ("items", ("id", "uom"), ((2, ("A", "PCE")),))


def test_another_encoding_is_asked_for_and_taken(tmp_path: Path) -> None:
    file = tmp_path / "items.csv"
    file.write_bytes("id,uom\n螺丝,PCE\n".encode("gb18030"))
    with pytest.raises(GatewayError, match=r"is not written in utf-8.*--encoding cp1252 or --encoding gb18030"):
        read_files([file], "utf-8")
    assert read_files([file], "gb18030")[0].rows == ((2, ("螺丝", "PCE")),)


def test_numbers_typed_into_a_workbook_are_what_was_typed(tmp_path: Path) -> None:
    made = Workbook()
    page = made.worksheets[0]
    page.title = "items"
    page.append(["id", "uom", "gtins", "approve_above"])
    page.append([4711, "PCE", 9501101530003, 0.1])
    made.save(tmp_path / "plant.xlsx")
    reading = read_tables(read_files([tmp_path / "plant.xlsx"], "utf-8"), SHEETS)
    assert reading.rows["items"][0].row == {
        "id": "4711", "uom": "PCE", "gtins": ["9501101530003"], "approve_above": "0.1",
    }  # fmt: skip


@pytest.mark.promise("R10")
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("plant.xlsx", b"PK\x03\x04 no archive", "is no workbook"),
        ("plant.xlsx", b"", "is no workbook"),
        ("plant.xls", b"\xd0\xcf\x11\xe0", "is no .xlsx and no .csv file"),
        ("items.csv", b'id\n"' + b"x" * 200_000, "is no CSV file"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(GatewayError, match=said):
        read_files([tmp_path / name], "utf-8")


@pytest.mark.promise("R10")
def test_a_small_workbook_that_unfolds_into_a_large_one_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "UNFOLDED_LIMIT_BYTES", 1 << 20)
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (2 << 20))
    with pytest.raises(GatewayError, match="unfolds to more than 1 MiB"):
        read_files([tmp_path / "bomb.xlsx"], "utf-8")


@pytest.mark.promise("R8")
def test_more_rows_than_the_limit_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "ROWS_LIMIT", 2)
    (tmp_path / "items.csv").write_text("id\nA\nB\nC\n")
    with pytest.raises(GatewayError, match="has more than 2 rows"):
        read_files([tmp_path / "items.csv"], "utf-8")
