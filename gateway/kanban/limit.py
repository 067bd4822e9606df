"""What may be booked without asking: tolerances of deliveries, and quantities that a supervisor must approve."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.master import Item, Loop
from gateway.model import Event
from gateway.quantity import parse_quantity
from gateway.view import View


def tolerances(loop: Loop, asked: int, view: View) -> tuple[int, int]:
    """(least, most) micro-units that count as what was asked for; the loop's percentages, else its item's."""
    item: Item | None = view.master("items", loop.item)
    under = loop.under_pct if loop.under_pct is not None else item.under_pct if item else 0
    over = loop.over_pct if loop.over_pct is not None else item.over_pct if item else 0
    return asked - asked * under // 100, asked + asked * over // 100


def approval_limit(loop: Loop, of_station: int | None, view: View) -> int | None:
    """The largest quantity that needs no approval: the least of loop, item and station; None without a limit."""
    item: Item | None = view.master("items", loop.item)
    limits = (loop.approve_above, item.approve_above if item else None, of_station)
    return min((one for one in limits if one is not None), default=None)


def largest_posting(events: Iterable[Event]) -> int:
    """Micro-units that the events move, each movement for itself: what a supervisor is asked about."""
    return max((parse_quantity(move["base"]) for event in events for move in event.body.get("mv", ())), default=0)
