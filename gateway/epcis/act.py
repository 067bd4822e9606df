"""What each booking of goods was, in EPCIS: step, disposition, action, documents, and which objects it was about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.epcis.naming import Naming
from gateway.epcis.stage import Body, Stage, facts_of, is_empty, unit_before
from gateway.goods.unit import GONE, UNIT_FACT
from gateway.quantity import parse_quantity


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the table. `keeps_place`: the goods are at a place of ours afterwards."""

    biz_step: str
    disposition: str
    action: str = "OBSERVE"
    keeps_place: bool = True
    build: str = "packing"  # step of what was put into units
    strip: str = "unpacking"  # step of what was taken out of them


STEPS: dict[str, Step] = {
    "receive": Step("receiving", "in_progress", build="receiving"),
    "move": Step("storing", "in_progress"),
    "pick": Step("transporting", "in_transit"),
    "drop": Step("storing", "in_progress"),
    "issue": Step("picking", "in_progress"),
    "return": Step("storing", "in_progress"),
    "finish": Step("commissioning", "active", action="ADD"),
    "ship": Step("shipping", "in_transit", keeps_place=False),
    "take-back": Step("receiving", "returned", build="receiving"),
    "scrap": Step("destroying", "destroyed", action="DELETE", keeps_place=False),
    "label": Step("commissioning", "active", action="ADD"),
    "split": Step("commissioning", "active", action="ADD", build="repackaging", strip="repackaging"),
    "merge": Step("repackaging", "in_progress", build="repackaging", strip="repackaging"),
    "lend": Step("shipping", "in_transit", keeps_place=False),
    "collect": Step("receiving", "returned"),
    "count": Step("cycle_counting", "in_progress", build="cycle_counting", strip="cycle_counting"),
    "release": Step("inspecting", "conformant"),
    "reject": Step("inspecting", "non_conformant"),
    "block": Step("inspecting", "unavailable"),
}


def objects_of(event: Body, naming: Naming) -> dict[str, list[Any]]:
    """`epcList` for a unit that went as a whole, else `quantityList`; {} when nothing can be named."""
    sscc = str(event.get("sscc", ""))
    if sscc and event["operation"] != "merge" and _went(sscc, event):
        return {"epcList": [naming.unit(sscc)]}
    return quantities_of(event.get("lines", ()), naming)


def quantities_of(rows: Iterable[Body], naming: Naming) -> dict[str, list[Any]]:
    """`quantityList` of document lines or movements, one element for each kind of goods; {} without any."""
    totals: dict[tuple[str, str], int] = {}
    for row in rows:
        goods = (row["item"], row.get("lot", ""))
        totals[goods] = totals.get(goods, 0) + parse_quantity(row["base"])
    quantities = [naming.quantity(item, lot, micro) for (item, lot), micro in totals.items() if micro]
    return {"quantityList": quantities} if quantities else {}


def documents_of(event: Body, naming: Naming) -> list[dict[str, str]]:
    """The documents of a booking, each once, in the order of the lines."""
    found = [naming.document("po", order) for order in event.get("orders", ())]
    if "ship_notice" in event:
        found.append(naming.document("desadv", event["ship_notice"], event.get("supplier", "")))
    if "shipment" in event:
        found.append(naming.document("desadv", event["shipment"]))
    if "work_order" in event:
        found.append(naming.document("prodorder", event["work_order"]))
    return found


def place_after(event: Body, stage: Stage) -> str:
    """Our location of the goods after a booking, "" when they have none."""
    step = STEPS[event["operation"]]
    if not step.keeps_place:
        return ""
    if "to_place" in event:
        return str(event["to_place"])
    ends = [one["to"] for one in event.get("mv", ()) if one.get("to")]
    return str(ends[0]) if ends else str(event.get("place", "")) or stage.place_of(event)


def emptied(event: Body) -> list[str]:
    """Units that had something in them before this booking and are nothing now."""
    return [
        key for key, after in facts_of(event, UNIT_FACT)
        if after is not None and after["state"] == GONE and is_empty(after) and _had(unit_before(event, key))
    ]  # fmt: skip


def _had(before: Mapping[str, Any] | None) -> bool:
    return before is not None and not is_empty(before)


def _went(sscc: str, event: Body) -> bool:
    """Whether the unit itself is what the booking was about, and not only a part of what is in it."""
    after = dict(facts_of(event, UNIT_FACT)).get(sscc)
    if after is None:
        return event["operation"] in ("release", "reject", "block")
    before = unit_before(event, sscc)
    if before is None or event["operation"] in ("release", "reject", "block"):
        return True
    if after["state"] == GONE and is_empty(after):
        return False
    return bool((before["loc"], before["state"]) != (after["loc"], after["state"]))
