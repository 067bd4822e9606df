"""Labels on sheets to cut, or each on a page of its own. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.labels.drawing import Drawing

A4 = (210.0, 297.0)
_GAP_MM = 0.001


@dataclass(frozen=True, slots=True)
class Page:
    width: float
    height: float
    labels: tuple[tuple[float, float, Drawing], ...]  # left, top
    is_cut: bool  # outlines are drawn to cut along


def pages(drawings: Sequence[Drawing], sheet: tuple[float, float] | None) -> list[Page]:
    """As many of a size as fit beside and below each other; `sheet` None: each label is a page."""
    if sheet is None:
        return [Page(one.width, one.height, ((0.0, 0.0, one),), False) for one in drawings]
    made: list[Page] = []
    for group in _alike(drawings):
        columns = int((sheet[0] + _GAP_MM) // group[0].width)
        rows = int((sheet[1] + _GAP_MM) // group[0].height)
        per_page = max(1, columns * rows)
        for first in range(0, len(group), per_page):
            part = group[first : first + per_page]
            places = tuple(
                (n % max(1, columns) * one.width, n // max(1, columns) * one.height, one) for n, one in enumerate(part)
            )
            made.append(Page(*sheet, places, True))
    return made


def _alike(drawings: Sequence[Drawing]) -> list[list[Drawing]]:
    """In runs of one size."""
    groups: list[list[Drawing]] = []
    for one in drawings:
        if groups and (groups[-1][0].width, groups[-1][0].height) == (one.width, one.height):
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups
