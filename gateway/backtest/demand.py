"""What a movement means for a stock: demand, supply, or neither. Areas are those of the rules (`Location.area`).

| flow | what | in a back-test |
|---|---|---|
| USE | what `gateway/reorder/consumption.py` says was used: the same that live rules add up | happens again |
| | what a snapshot of the ERP takes away: used where nobody scanned it | happens again |
| RECEIPT | deliveries, finished goods, goods from another area, what a snapshot adds | dropped if a signal caused it |
| REST | counts, adjustments, blocked lots, bins that come back full | happens again |

An undone act was no demand, nor is what takes it back. Goods under inspection count as stock: the inspection's time
is not told apart from the delivery's.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from gateway.counter import RECEIVED
from gateway.quantity import parse_quantity
from gateway.reorder.consumption import uses

Body = dict[str, Any]
Place = tuple[str, str]  # item, area
Row = tuple[str, str, str, str]  # item, location, status, lot
Area = Callable[[str], str]


class Flow(IntEnum):
    """Why a stock changed."""

    USE = 0
    RECEIPT = 1
    REST = 2


SUPPLIED = frozenset({"goods_received", "goods_finished", "goods_moved"})
TAKEN_BACK = frozenset({"card_undone", "movement_undone", "card_superseded"})  # `ref` names the act
STOCKED = frozenset({"available", "qc"})


def takes_back(event: Body) -> bool:
    """Whether the act `ref` is as if it had never been: undone, superseded, or taken back as a posting."""
    return event["t"] in TAKEN_BACK or (event["t"] == "task_closed" and event.get("how") == "void" and "mv" in event)


def rows_of(event: Body) -> list[tuple[Row, int]]:
    """(stock row, change in micro base units) of every end of every movement."""
    found: list[tuple[Row, int]] = []
    for move in event.get("mv", ()):
        status = move.get("status", "available")
        if status in STOCKED:
            item, lot, base = move["item"], move.get("lot", ""), parse_quantity(move["base"])
            if move["from"] is not None:
                found.append(((item, move["from"], status, lot), -base))
            if move["to"] is not None:
                found.append(((item, move["to"], status, lot), base))
    return found


def used_at(event: Body, area: Area) -> dict[Place, int]:
    """Micro-units used at each place; what goes to another location of the same area stays in it."""
    found: dict[Place, int] = {}
    for item, location, other, quantity in uses(event):
        here = area(location)
        if other is None or area(other) != here:
            found[item, here] = found.get((item, here), 0) + quantity
    return found


def orders_of(event: Body) -> frozenset[str]:
    """Documents that a receipt was counted for."""
    counted = {str(document) for kind, document, *_ in event.get("counted", ()) if kind == RECEIVED}
    return frozenset(counted | set(event.get("orders", ())))


def why(event: Body, change: int) -> Flow:
    """What a change means that was no use."""
    return Flow.RECEIPT if change > 0 and event["t"] in SUPPLIED else Flow.REST
