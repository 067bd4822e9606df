"""Counters of documents: what was received for an order's line, issued for a work order's, shipped, lent out.

Facts of their own kind by document, with a decimal string for each line. Several stations raise the same one, so a
booking says by how much (`counted`), and taking it back subtracts that from whatever the counter is by then.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gateway.quantity import format_quantity, parse_quantity
from gateway.view import View

RECEIVED, ISSUED, MADE, SHIPPED, EMPTIES = "received", "issued", "made", "shipped", "empties"
IN_UNITS = "in_units"  # by place and goods: how much of the stock stands in handling units
# Counters of documents end with them.
COUNTERS_OF = {"purchase_orders": (RECEIVED,), "work_orders": (ISSUED, MADE), "shipments": (SHIPPED,)}

Count = tuple[str, str, str, int]  # kind, document, line, micro-units of the base unit


def counted(kind: str, document: str, line: str, view: View) -> int:
    """Micro-units counted so far for a line of a document."""
    return parse_quantity((view.fact(kind, document) or {}).get(line, "0"))


def count_facts(counts: Iterable[Count], view: View) -> list[list[Any]]:
    """The counters as facts, as they are after `counts`."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for kind, document, line, by in counts:
        lines = found.setdefault((kind, document), dict(view.fact(kind, document) or {}))
        total = parse_quantity(lines.pop(line, "0")) + by
        if total:
            lines[line] = format_quantity(total)
    return [[kind, document, lines or None] for (kind, document), lines in found.items()]


def counts_back(body: dict[str, Any]) -> list[Count]:
    """What takes back the counts of an event."""
    return [(kind, document, line, -parse_quantity(by)) for kind, document, line, by in body.get("counted", ())]


def counts_json(counts: Iterable[Count]) -> list[list[str]]:
    """Counts as the member `counted` of an event."""
    return [[kind, document, line, format_quantity(by)] for kind, document, line, by in counts]
