"""Cells as spreadsheet programs and people leave them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import Rejection
from gateway.sheet.cell import cell_of, guarded, unguarded, value_of
from gateway.sheet.column import Column

CHOICE = Column("kind", "choice", choices=("dock", "bin"))


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("text", "  A-1 ", "A-1"), ("text", 4711, "4711"), ("text", 4711.0, "4711"), ("text", "0815", "0815"),
        ("quantity", 40, "40"), ("quantity", 2.5, "2.5"), ("quantity", "40.00", "40"), ("quantity", "-2.5", "-2.5"),
        ("quantity", 1e3, "1000"), ("quantity", Decimal("0.000001"), "0.000001"), ("quantity", 0.1, "0.1"),
        ("whole", 6, 6), ("whole", 6.0, 6), ("whole", "6", 6),
        ("flag", True, True), ("flag", "Yes", True), ("flag", "ja", True), ("flag", "否", False), ("flag", 0, False),
        ("day", date(2026, 11, 30), "2026-11-30"), ("day", datetime(2026, 11, 30, 8, tzinfo=UTC), "2026-11-30"),
        ("day", "2026-11-30", "2026-11-30"),
        ("words", "A; B\nC;", ["A", "B", "C"]), ("words", 95, ["95"]),
        ("json", '{"a":[1]}', {"a": [1]}),
        ("text", "", None), ("quantity", "  ", None), ("flag", None, None),
    ],
)  # fmt: skip
def test_a_cell_is_what_a_person_meant(kind: str, cell: object, value: Any) -> None:
    assert value_of(cell, Column("x", kind)) == value


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("text", date(2026, 10, 1)), ("text", True), ("quantity", "forty"), ("quantity", "1.234,5"), ("quantity", True),
        ("quantity", float("nan")), ("quantity", "1e999"), ("whole", "2.5"), ("flag", "perhaps"), ("day", "30.11.2026"),
        ("day", 46000), ("json", "{"), ("json", "[" * 5000),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_with_what_was_expected(kind: str, cell: object) -> None:
    refused = value_of(cell, Column("x", kind))
    assert isinstance(refused, Rejection)
    assert refused.got
    assert refused.expected


def test_a_choice_is_found_whatever_its_case() -> None:
    assert value_of("DOCK", CHOICE) == "dock"
    assert value_of("shelf", CHOICE) == Rejection("BAD_CELL", "", "'shelf'", "one of dock, bin")


@given(st.text(min_size=1, max_size=30))
def test_no_text_of_a_csv_file_is_taken_for_a_formula_and_none_is_changed(text: str) -> None:
    written = guarded(text)
    assert unguarded(written) == text
    is_number = isinstance(value_of(text, Column("x", "quantity")), str)
    assert is_number or not written.startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.sampled_from([("words", ["A", "B c"]), ("flag", False), ("whole", 7), ("quantity", "2.5"), ("text", "00 1")]))
def test_what_is_written_is_read_back(known: tuple[str, Any]) -> None:
    column = Column("x", known[0])
    assert value_of(cell_of(known[1], column), column) == known[1]
