"""Whose stock is it: a supplier's consignment by its lot or by its place, until it is used (VMI, A18)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.master import Lot, OrderPoint
from gateway.master_item import lot_word
from gateway.master_plan import point_word
from gateway.model import Decision, Event
from gateway.view import View


def owner_of(item: str, location: str, lot: str, view: View) -> str:
    """The supplier that owns it, "" for ourselves. What a lot says goes before what is said of the place."""
    names = view.find("lots", lot_word(item, lot)) if lot else ()
    row: Lot | None = view.master("lots", names[0]) if names else None
    if row is not None and row.owner:
        return row.owner
    names = view.find("order_points", point_word(item, view.area(location)))
    point: OrderPoint | None = view.master("order_points", names[0]) if names else None
    return point.owner if point else ""


def with_owners(decision: Decision, view: View) -> Decision:
    """The decision whose movements say whose stock they take: what was used of it is what the supplier bills."""
    if not any("mv" in event.body for event in decision.events):
        return decision
    return replace(decision, events=tuple(_owned(event, view) for event in decision.events))


def _owned(event: Event, view: View) -> Event:
    moves: list[dict[str, Any]] = event.body.get("mv", [])
    owners = [
        owner_of(one["item"], one["from"], one.get("lot", ""), view) if one["from"] is not None else ""
        for one in moves
    ]
    if not any(owners):
        return event
    told = [{**one, "owner": owner} if owner else one for one, owner in zip(moves, owners, strict=True)]
    return replace(event, body={**event.body, "mv": told})
