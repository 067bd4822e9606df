"""What the events of another box mean here, beyond being carried to the ERP: its cards and its stock.

A box that takes over from one that died should know what that one knew. Where this one knows of a card what came
later, that stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.kanban.container import row
from gateway.kanban.movement import Move
from gateway.kanban.transition import is_ahead
from gateway.model import State
from gateway.quantity import format_quantity, parse_quantity
from gateway.view import View

_Way = tuple[str, str, str | None, str | None, str, str]  # item, unit, from, to, lot, status


def meaning(events: Iterator[dict[str, Any]], view: View) -> dict[str, Any]:
    """Members of the event that ends an import: `after` for cards that are further on there, `mv` all movements."""
    last: dict[str, dict[str, Any]] = {}
    moved: dict[_Way, int] = {}
    for event in events:
        for after in event.get("after", ()):
            last[after["card"]] = after
        for move in event.get("mv", ()):
            way = (
                move["item"], move["uom"], move["from"], move["to"], move.get("lot", ""),
                move.get("status", "available"),
            )  # fmt: skip
            moved[way] = moved.get(way, 0) + parse_quantity(move["base"])
    members: dict[str, Any] = {}
    if rows := [found for after in last.values() if (found := _taken_over(after, view))]:
        members["after"] = rows
    if moved:
        members["mv"] = [_move(way, quantity) for way, quantity in moved.items()]
    return members


def _taken_over(after: dict[str, Any], view: View) -> dict[str, Any] | None:
    card = view.card(after["card"])
    if card is None or not is_ahead(after["cycle"], after["state"], card.cycle, card.state):
        return None
    quantity = parse_quantity(after["qty"])
    state = State(after["state"])
    return row(card, state, cycle=after["cycle"], quantity=quantity, undone=after["undone"], signal="")


def _move(way: _Way, quantity: int) -> Move:
    item, uom, start, end, lot, status = way
    text = format_quantity(quantity)
    move: Move = {"item": item, "qty": text, "uom": uom, "base": text, "from": start, "to": end}
    return move | ({"lot": lot} if lot else {}) | ({"status": status} if status != "available" else {})
