"""Stock as planners mean it, of an item at a place: what there is, what is promised, what is coming."""

from __future__ import annotations

from typing import Any

from gateway.quantity import format_quantity, parse_quantity
from gateway.reorder.local import Local
from gateway.reorder.measure import allocated, in_transit, on_hand, open_signals
from gateway.reorder.plan import Plan


def position_of(situation: Local, plan: Plan) -> dict[str, Any]:
    """JSON values; quantities are decimal strings in the base unit.

    `available` = on_hand - allocated - safety_stock (A06「可用库存」) is what may be promised without touching the
    safety stock that the ERP planned here; it is no ATP, which looks ahead. `position` is on_hand + in_transit +
    open_signals - allocated. Each may be below nothing.
    """
    held, promised = on_hand(situation).value, allocated(situation).value
    coming, asked = in_transit(situation).value, open_signals(situation).value
    point = plan.point(situation.item, situation.location, situation.view)
    safety = parse_quantity(point.given.get("safety_stock", "0")) if point else 0
    told = {
        "on_hand": held, "allocated": promised, "safety_stock": safety, "available": held - promised - safety,
        "in_transit": coming, "open_signals": asked, "position": held + coming + asked - promised,
    }  # fmt: skip
    rows = [
        {"status": row.status, "lot": row.lot, "owner": row.owner, "qty": format_quantity(row.quantity)}
        for row in situation.stock()
    ]
    quantities = {name: format_quantity(value) for name, value in told.items()}
    return {"item": situation.item, "location": situation.location, **quantities, "rows": rows}
