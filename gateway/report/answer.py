"""What a report says: columns, rows, notes; as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One table; a row has a cell for each column, None where nothing can be said."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]] = ()
    notes: Sequence[str] = ()
    total: dict[str, Cell] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        return {"report": self.title, "rows": rows, "total": self.total, "notes": list(self.notes)}

    def lines(self) -> Iterator[str]:
        """For people."""
        yield self.title
        if not self.rows:
            yield "  nothing to report"
        else:
            yield from _table(self.columns, self.rows)
        if self.total:
            yield "  in all: " + ", ".join(f"{name} {_shown(value)}" for name, value in self.total.items())
        for note in self.notes:
            yield f"  note: {note}"


def _table(columns: tuple[str, ...], rows: Sequence[tuple[Cell, ...]]) -> Iterator[str]:
    cells = [columns, *(tuple(map(_shown, row)) for row in rows)]
    widths = [max(len(row[number]) for row in cells) for number in range(len(columns))]
    for row in cells:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _shown(value: Cell) -> str:
    if value is None:
        return "-"
    if not isinstance(value, float):
        return str(value)
    return f"{value:.1f}" if not value or abs(value) >= 0.05 else f"{value:.1g}"


def percent(part: int, whole: int) -> float | None:
    """None of nothing."""
    return round(100 * part / whole, 1) if whole else None
