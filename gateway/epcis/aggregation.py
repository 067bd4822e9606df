"""What was put into units and taken out of them: the difference between what a booking found and what it left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.epcis.act import STEPS
from gateway.epcis.naming import Naming
from gateway.epcis.stage import Body, facts_of, unit_before
from gateway.goods.unit import GONE, UNDONE, UNIT_FACT
from gateway.quantity import parse_quantity

INFERRED = "completeness_inferred"  # the number of a unit was read, what is in it was told by a ship notice or a label
ARRIVALS = frozenset(("receive", "take-back"))

Goods = dict[tuple[str, str], int]


def aggregations(event: Body, naming: Naming) -> list[dict[str, Any]]:
    """The parts of AggregationEvents that a booking calls for: parent, children, action, step, disposition."""
    found = []
    step = STEPS[event["operation"]]
    for sscc, after in facts_of(event, UNIT_FACT):
        before = unit_before(event, sscc)
        if after is None or after["state"] == UNDONE or (after["state"] == GONE and after["rows"]):
            continue
        taken = _children(sscc, _less(before, after), naming)
        put = _children(sscc, _less(after, before), naming)
        if taken:
            found.append({**taken, "action": "DELETE", "bizStep": step.strip, "disposition": "in_progress"})
        if put and event["operation"] in ARRIVALS:
            found.append({**put, "action": "OBSERVE", "bizStep": step.build, "disposition": INFERRED})
        elif put:
            found.append({**put, "action": "ADD", "bizStep": step.build, "disposition": "in_progress"})
    return found


def _less(one: Body | None, other: Body | None) -> tuple[list[str], Goods]:
    """What `one` holds and `other` does not: numbers of units, and goods by item and lot whatever their status."""
    units = set(other.get("holds", ())) if other else set()
    goods = _goods(other)
    left = {key: quantity - goods.get(key, 0) for key, quantity in _goods(one).items()}
    held = [number for number in (one or {}).get("holds", ()) if number not in units]
    return held, {key: quantity for key, quantity in left.items() if quantity > 0}


def _goods(unit: Mapping[str, Any] | None) -> Goods:
    found: Goods = {}
    for item, lot, _, quantity, *_ in unit["rows"] if unit else ():
        found[item, lot] = found.get((item, lot), 0) + parse_quantity(quantity)
    return found


def _children(sscc: str, held: tuple[list[str], Goods], naming: Naming) -> dict[str, Any]:
    units, goods = held
    if not units and not goods:
        return {}
    body: dict[str, Any] = {"parentID": naming.unit(sscc)}
    if units:
        body["childEPCs"] = [naming.unit(number) for number in units]
    if goods:
        body["childQuantityList"] = [naming.quantity(item, lot, micro) for (item, lot), micro in goods.items()]
    return body
