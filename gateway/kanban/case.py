"""One card at one moment: what every transition is decided on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from gateway.kanban.moment import Timed
from gateway.master import Loop
from gateway.model import Card
from gateway.quantity import format_quantity
from gateway.view import View


@dataclass(frozen=True, slots=True)
class Case:
    """A card with its loop; `at` is when it happened: the read, or now when nobody scanned."""

    view: View
    at: Timed
    card: Card
    loop: Loop
    zone: tzinfo | None = None  # of the plant; without it nothing that depends on working time is decided

    def amount(self, quantity: int) -> str:
        """Quantity, unit and item for people, e.g. "40 PCE SCREW-A"."""
        return f"{format_quantity(quantity)} {self.loop.uom} {self.loop.item}"
