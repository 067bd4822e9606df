"""Seasons: stretches of the year in which a safety stock is multiplied (A16)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.quantity import MICRO, parse_quantity

LIMIT = 24
LEAST, MOST = MICRO // 10, 10 * MICRO
_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Season:
    """From one day of the year until another, both inside; it may run over the turn of the year."""

    start: str  # "09-01"
    end: str
    factor: int  # millionths

    def has(self, day: date) -> bool:
        text = f"{day.month:02}-{day.day:02}"
        if self.start <= self.end:
            return self.start <= text <= self.end
        return text >= self.start or text <= self.end


def factor_on(seasons: Iterable[Season], day: date) -> int:
    """The factor of the first season that has the day, in millionths; one outside all of them."""
    return next((one.factor for one in seasons if one.has(day)), MICRO)


def read_seasons(value: Any, expected: str) -> tuple[Season, ...]:
    """The seasons of a rule file; ValueError with what was expected."""
    if not isinstance(value, (list, tuple)) or len(value) > LIMIT:
        raise ValueError(expected)
    return tuple(_season(one, expected) for one in value)


def _season(row: Any, expected: str) -> Season:
    if not isinstance(row, Mapping) or set(row) != {"from", "until", "factor"}:
        raise ValueError(expected)
    days = [row["from"], row["until"]]
    if not all(isinstance(day, str) and _DAY.fullmatch(day) for day in days) or isinstance(row["factor"], float):
        raise ValueError(expected)
    try:
        factor = parse_quantity(str(row["factor"]))
    except ValueError as error:
        raise ValueError(expected) from error
    if not LEAST <= factor <= MOST:
        raise ValueError(expected)
    return Season(row["from"], row["until"], factor)
