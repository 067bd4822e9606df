"""Opening and closing a replenishment signal."""

from __future__ import annotations

from typing import Any

from gateway.kanban.key import is_batch_key
from gateway.kanban.moment import Moment, iso_after
from gateway.master import Loop
from gateway.model import Card
from gateway.quantity import format_quantity
from gateway.view import View


def trigger(loop: Loop, view: View, at: Moment, rests: list[tuple[str, int]]) -> dict[str, Any]:
    """The signal for cards with what is left in their bins: each asks for what is missing to the loop's quantity.

    It carries the rule, its numbers and the master-data version they came from (R9).
    """
    wanted = 0
    for _, rest in rests:
        wanted += max(0, loop.quantity - rest)
    return {
        "rule": "kanban",
        "item": loop.item,
        "qty": format_quantity(wanted),
        "uom": loop.uom,
        "cards": [card for card, _ in rests],
        "due": iso_after(at, loop.replenishment_ms),
        "basis": {"md": view.master_version("loops")[0], "quantity": format_quantity(loop.quantity)},
    }


def closed_by(card: Card, view: View) -> list[str]:
    """The signal that ends when this card's need ends: a batch ends with its last card."""
    key = card.signal
    if not key:
        return []
    if is_batch_key(key):
        for name in view.signal_cards(key):
            other = view.card(name) if name != card.card else None
            if other is not None and other.signal == key:
                return []
    return [key]
