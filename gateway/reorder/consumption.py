"""What an event says was used, so that the fold can add it up: the item, where, and how much.

Whatever leaves a place for a person, a machine, a customer or another place is used there. A count, a change of
status and goods that only get a label use nothing; what is taken back was not used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.quantity import parse_quantity

Use = tuple[str, str, str | None, int]  # item, place, where it went or came back from, micro-units

# Their movements say nothing of a need: book and shelf were compared, or goods changed their status only.
_NO_USE = frozenset({
    "stock_adjusted", "stock_counted", "quality_decided", "empties_booked", "unit_labelled", "units_merged",
    "goods_received", "goods_finished", "goods_taken_back", "task_closed", "movement_superseded", "card_counted",
    "card_accepted", "card_rejected",
})  # fmt: skip
_TAKEN_BACK = frozenset({"card_undone", "movement_undone", "goods_returned", "card_superseded"})


def uses(body: dict[str, Any]) -> Iterator[Use]:
    """What the movements of an event used, negative where it takes a use back."""
    for move, start, end, quantity in used_moves(body):
        yield move["item"], start, end, quantity


def used_moves(body: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, str | None, int]]:
    """The same with the movement itself, which knows the lot."""
    kind = body["t"]
    if kind in _NO_USE or body.get("undoes") in _NO_USE or "redrives" in body:
        return
    start, end, sign = ("to", "from", -1) if kind in _TAKEN_BACK else ("from", "to", 1)
    for move in body["mv"]:
        if move[start] is not None and move.get("status", "available") == "available":
            yield move, move[start], move[end], sign * parse_quantity(move["base"])
