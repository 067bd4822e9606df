"""One cell of a table, as a person or a spreadsheet program leaves it, and as it stands in master data."""

from __future__ import annotations

import json
import math
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from gateway.model import Rejection
from gateway.sheet.column import Column

_TRUE = frozenset({"true", "yes", "y", "x", "1", "wahr", "ja", "vrai", "oui", "sí", "是"})
_FALSE = frozenset({"false", "no", "n", "0", "falsch", "nein", "faux", "non", "否"})
_EXPECTED = {
    "text": "a text",
    "quantity": "a number with at most six decimal places, such as 40 or 2.5",
    "whole": "a whole number",
    "flag": "yes or no",
    "day": "a day such as 2026-11-30",
    "words": "texts with ; between them",
    "json": "a JSON value",
}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheet programs would calculate

Cell = object  # str, int, float, bool, Decimal, date, datetime, time, timedelta or None


def value_of(cell: Cell, column: Column) -> Any:
    """The JSON value of a cell, None for an empty one; a Rejection when it cannot be read."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    value = _READERS[column.kind](cell)
    if column.kind == "choice":
        value = next((one for one in column.choices if one.lower() == str(value).lower()), None)
    if value is None:
        return Rejection("BAD_CELL", "", _shown(cell), expected_of(column))
    return value


def expected_of(column: Column) -> str:
    """What may stand in a column, in words."""
    return "one of " + ", ".join(column.choices) if column.kind == "choice" else _EXPECTED[column.kind]


def cell_of(value: Any, column: Column) -> str | int | bool | None:
    """What a table shows for a JSON value; `value_of` reads it back."""
    if value is None:
        return None
    if column.kind == "words":
        return ";".join(value)
    if column.kind == "json":
        return json.dumps(value, ensure_ascii=False)
    return value if isinstance(value, int) else str(value)


def guarded(text: str) -> str:
    """A text for a CSV file that no spreadsheet program takes for a formula; `unguarded` undoes it."""
    return f"'{text}" if (text.startswith(_FORMULA_STARTS) and not _is_number(text)) or text.startswith("'") else text


def unguarded(text: str) -> str:
    """The text behind a guard."""
    return text.removeprefix("'")


def _text(cell: Cell) -> str | None:
    """A spreadsheet program turns 0815 into 815.0; the point at least is not meant."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell)
    if isinstance(cell, datetime | date | time):
        return None  # a program took 10-2026 for a date; what it was cannot be known
    return str(cell).strip()


def _quantity(cell: Cell) -> str | None:
    """A decimal string; binary floats come in as the digits a person typed."""
    if isinstance(cell, bool) or (isinstance(cell, float) and not math.isfinite(cell)):
        return None
    try:
        number = Decimal(str(cell).strip())
    except InvalidOperation:
        return None
    return format(number.normalize(), "f") if number.is_finite() and abs(number) < 10**15 else None


def _whole(cell: Cell) -> int | None:
    text = _quantity(cell)
    return int(text) if text is not None and "." not in text else None


def _flag(cell: Cell) -> bool | None:
    if isinstance(cell, bool):
        return cell
    word = str(_text(cell)).lower()
    return True if word in _TRUE else False if word in _FALSE else None


def _day(cell: Cell) -> str | None:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    try:
        return date.fromisoformat(str(cell).strip()).isoformat()
    except ValueError:
        return None


def _words(cell: Cell) -> list[str] | None:
    text = _text(cell)
    return None if text is None else [word.strip() for word in text.replace("\n", ";").split(";") if word.strip()]


def _json(cell: Cell) -> Any:
    try:
        return json.loads(str(cell))
    except (ValueError, RecursionError):
        return None


_READERS = {
    "text": _text, "choice": _text, "quantity": _quantity, "whole": _whole, "flag": _flag, "day": _day,
    "words": _words, "json": _json,
}  # fmt: skip


def _is_number(text: str) -> bool:
    return _quantity(text) is not None


def _shown(cell: Cell) -> str:
    return repr(cell.isoformat() if isinstance(cell, datetime | date | time) else cell)[:80]
