"""Situations for the tests, in whole units and days."""

from __future__ import annotations

from typing import Any

from gateway.quantity import parse_quantity
from gateway.reorder.finding import Finding
from gateway.reorder.kind import judge, parameters_of
from gateway.reorder.situation import Given, Stock

NOW_MS = 1_750_000_000_000  # 2025-06-15 15:06:40 UTC, a Sunday
DAY_MS, HOUR_MS, MINUTE_MS = 86_400_000, 3_600_000, 60_000
TODAY = NOW_MS // DAY_MS
RULE = "rule test@r1"


def units(text: str | int) -> int:
    """Micro-units."""
    return parse_quantity(str(text))


def held(quantity: str | int, **more: Any) -> Given:
    """An item with so many units in usable stock."""
    return Given(now_ms=NOW_MS, rows=(Stock(units(quantity)),), **more)


def found(kind: str, situation: Given, **members: Any) -> Finding:
    """What a rule with these members finds; the members must be right."""
    parameters, mistakes = parameters_of(kind, members)
    assert mistakes == ()
    return judge(kind, parameters, situation, RULE)
