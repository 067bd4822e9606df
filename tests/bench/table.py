"""The table of `make bench`."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.figure import Figure

_HEAD = ("figure", "what", "measured", "ratio", "target")


def render(figures: Sequence[Figure]) -> str:
    """Plain text, one line a figure; a missed target says so."""
    rows = [_HEAD, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _row(figure: Figure) -> tuple[str, ...]:
    verdict = {None: "", True: " met", False: " missed"}[figure.is_met]
    return (figure.id, figure.what, figure.value, figure.ratio, f"{figure.target}{verdict}")
