"""A movement of goods that another gateway told of first: one pallet was scanned at two docks, say.

The ERP books it once. What it moved and counted here is taken back, since the winner's event moved it; the unit is
remembered as one that does not stand here, and a person is asked to look.
"""

from __future__ import annotations

from typing import Any

from gateway.counter import count_facts, counts_back
from gateway.kanban.answer import task
from gateway.kanban.movement import reversed_moves
from gateway.kanban.resync import is_in_snapshot
from gateway.model import Disposition, Event
from gateway.view import View


def is_movement(original: dict[str, Any]) -> bool:
    """Whether the event was made at a goods station."""
    return "operation" in original


def told_before(original: dict[str, Any], disposition: Disposition, view: View, body: dict[str, Any]) -> Event:
    """The event that takes it back; `body` has the members that every event about a disposition has."""
    subject = original.get("sscc", original["id"])
    text = (
        f"{original['kind'].replace('_', ' ').capitalize()} of {subject} was told by "
        f"{disposition.by or 'another gateway'} first and is booked once: see where it stands."
    )
    is_known = is_in_snapshot(body["dsp"]["st"], disposition.seq, view)
    body["mv"] = [] if is_known else reversed_moves(original.get("mv", []))
    gone = [[kind, key, {**fact, "state": "gone", "rows": []}] for kind, key, fact in original.get("facts", ())
            if kind == "hu" and view.fact(kind, key) == fact]  # fmt: skip
    body["facts"] = [*body.get("facts", ()), *gone, *count_facts(counts_back(original), view)]
    body["task"] = task(f"goods/twice/{subject}", "goods", "TOLD_TWICE", text, station=original.get("sta", ""),
                        ref=original["id"])  # fmt: skip
    return Event("movement_superseded", "", "", body)
