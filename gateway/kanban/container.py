"""Rows of the cards projection as events carry them, and what earlier events say about a card."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.kanban.moment import Since, since_of, wall_ms_of
from gateway.model import Card
from gateway.quantity import format_quantity, parse_quantity
from gateway.view import View

Row = dict[str, Any]
Body = dict[str, Any]


def row(card: Card, state: str, *, cycle: int, quantity: int, undone: int, signal: str) -> Row:
    """The card as it is after an event."""
    return {
        "card": card.card,
        "loop": card.loop,
        "life": card.life,
        "state": str(state),  # a plain text, no enumeration, for JSON and the database
        "cycle": cycle,
        "qty": format_quantity(quantity),
        "rev": card.revision,
        "undone": undone,
        "sig": signal,
    }


def same_row(card: Card, view: View, **changes: Any) -> Row:
    """The row of an event that is no act on the container itself (an order number, new master data).

    It keeps since when the container is what it is, and which event made it so (`origin`), because the
    projection's sequence moves on with every event.
    """
    event = last_act(card, view)
    kept = {
        **row(card, card.state, cycle=card.cycle, quantity=card.quantity, undone=card.undone, signal=card.signal),
        **changes,
        "since": list(since_of(card)),
    }
    if event is not None:
        kept["origin"] = event["seq"]
    return kept


def was(card: Card, since: Since) -> dict[str, Any]:
    """What an undo of the event needs to know."""
    before: dict[str, Any] = {"state": card.state, "qty": format_quantity(card.quantity), "since": list(since)}
    if card.signal:
        before["sig"] = card.signal
    return before


def last_act(card: Card, view: View) -> Body | None:
    """The card's last own event, looking behind order numbers and master data; has `seq`."""
    event = view.event(card.last_seq)
    if event is None:
        return None
    found: Row = next((one for one in event.get("after", ()) if one["card"] == card.card), {})
    seq = card.last_seq
    if "origin" in found:
        seq = found["origin"]
        event = view.event(seq)
    return None if event is None else {**event, "seq": seq}


def moment_of(event: Body) -> Since:
    """When an event happened."""
    return (wall_ms_of(event["w"]), event["m"], event["boot"])


def card_after(card: Card, after: Row) -> Card:
    """The card as it will be once `after` is folded; for events that build on one another."""
    return replace(
        card,
        loop=after["loop"],
        life=after["life"],
        state=after["state"],
        cycle=after["cycle"],
        quantity=parse_quantity(after["qty"]),
        revision=after["rev"],
        undone=after["undone"],
        signal=after["sig"],
    )
