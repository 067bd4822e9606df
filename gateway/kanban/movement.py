"""Stock effects of a card's transitions (K1): who posts what is the loop's choice."""

from __future__ import annotations

from typing import Any

from gateway.master import Loop
from gateway.quantity import format_quantity

Move = dict[str, Any]


def move(loop: Loop, quantity: int, start: str | None, end: str | None) -> Move:
    """`quantity` micro-units from `start` to `end`; a negative quantity goes the other way round."""
    if quantity < 0:
        quantity, start, end = -quantity, end, start
    text = format_quantity(quantity)
    return {"item": loop.item, "qty": text, "uom": loop.uom, "base": text, "from": start, "to": end}


def emptying_moves(loop: Loop, quantity: int) -> list[Move]:
    """What leaves the consumer when `quantity` is used up."""
    if quantity == 0 or loop.on_empty == "none":
        return []
    return [move(loop, quantity, loop.consumer, loop.source if loop.on_empty == "transfer" else None)]


def filling_moves(loop: Loop, quantity: int) -> list[Move]:
    """What arrives at the consumer with `quantity`; with erp_status the ERP posts it on the status."""
    if quantity == 0 or loop.on_full in ("none", "erp_status"):
        return []
    return [move(loop, quantity, loop.source if loop.on_full == "transfer" else None, loop.consumer)]


def reversed_moves(moves: list[Move]) -> list[Move]:
    """The same movements backwards, in backward order."""
    return [{**one, "from": one["to"], "to": one["from"]} for one in reversed(moves)]
