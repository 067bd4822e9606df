"""A configured place where people scan."""

from __future__ import annotations

from dataclasses import dataclass

CONSUME, SOURCE, RECEIVE, QUALITY, GOODS = "consume", "source", "receive", "quality", "goods"


@dataclass(frozen=True, slots=True)
class Station:
    """One station; `action` says what a plain scan means at a source (start, ship, release), or where goods are handled
    what it begins (an operation of gateway/goods/operation.py)."""

    id: str
    role: str  # consume, source, receive, quality, goods
    location: str  # location id of the master data
    action: str = ""
    badge_required: bool = False
    asks_quantity: bool = False  # every receipt is asked for its quantity
    approve_above: int | None = None  # micro-units; more needs a supervisor
    prints_labels: bool = False  # a label printer stands there
