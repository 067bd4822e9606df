"""A portal for tests of decisions: pallets that were announced, passages as the tracker gives them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gateway.decide import Decider
from gateway.goods.act import Rules
from gateway.ids import natural_id, new_id
from gateway.model import Decision, Scan
from gateway.passage import IN, MEMBER, Opened, Passage, PassedTag
from gateway.portal.doorway import Doorway
from gateway.stations.station import Station
from tests.goods.dock import MASTER, Dock
from tests.portal.scene import key, sgtin

GATE = "D-3"
CASE_GTIN, OTHER_GTIN = "10614141000415", "10614141999993"
PALLET, LISTED, TWIN, BOXES, INNER_1, INNER_2 = (key(number) for number in range(1, 7))
CASES = tuple(sgtin(n) for n in range(1, 11))  # ten cases of two dozen
TAGS = tuple(sgtin(n) for n in range(51, 56))

GOODS: dict[str, list[dict[str, Any]]] = {
    **MASTER,
    "items": [
        {"id": "SCREW", "uom": "PCE", "units": [{"uom": "CS", "factor": "24", "gtins": [CASE_GTIN]}]},
        {"id": "NUT", "uom": "PCE", "gtins": [OTHER_GTIN]},
    ],
    "locations": [{"id": "DOCK"}, {"id": "HALL"}, {"id": "YARD"}],
    "purchase_orders": [
        {"id": "PO-1", "supplier": "V1", "lines": [
            {"line": "10", "item": "SCREW", "quantity": "10000", "uom": "PCE"}]},
    ],
    "ship_notices": [
        {"id": "ASN-1", "supplier": "V1", "units": [
            {"sscc": PALLET, "item": "SCREW", "quantity": "10", "uom": "CS"},
            {"sscc": LISTED, "item": "SCREW", "quantity": "5", "uom": "CS", "epcs": list(TAGS)},
        ]},
        {"id": "ASN-2", "supplier": "V1", "units": [
            {"sscc": BOXES},
            {"sscc": INNER_1, "parent": BOXES, "item": "SCREW", "quantity": "4", "uom": "CS"},
            {"sscc": INNER_2, "parent": BOXES, "item": "SCREW", "quantity": "4", "uom": "CS"},
        ]},
    ],
    "shipments": [
        {"id": "SHP-1", "customer": "V2", "lines": [{"line": "1", "item": "SCREW", "quantity": "300", "uom": "PCE"}]},
    ],
}  # fmt: skip


class Gate(Dock):
    """A dock whose door is a portal."""

    def __init__(self, *, goods: Rules | None = None, master: dict[str, Any] | None = None, **doorway: Any) -> None:
        super().__init__(master={**GOODS, **(master or {})})
        self.stations[GATE] = Station(GATE, "goods", "DOCK", "receive")
        self.doorway = Doorway("P1", GATE, **doorway)
        self.decide = Decider(self.stations, goods=goods or Rules(), portals={"P1": self.doorway})

    def open(self) -> str:
        """Something is in the door; the id of the passage."""
        read = replace(self.read(GATE), device="P1", data=b"opened")
        self.submit(Scan(read, passage=Opened("P1", 1, read.mono_ms, "reads"), is_press=True))
        return read.id

    def close(self, passage: Passage) -> Decision:
        """It is over."""
        name = natural_id("P1", f"{passage.id}/{passage.part}")
        read = replace(self.read(GATE), id=name, device="P1", data=b"closed")
        return self.submit(Scan(read, passage=passage, is_press=True))

    def through(self, epcs: Sequence[str], direction: str = IN, *, after_s: int = 120, **passage: Any) -> Decision:
        """A pallet with these tags, so long after whatever was before."""
        self.wait(after_s)
        name = self.open()
        return self.close(made(epcs, direction, id=name, **passage))

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """All events of a kind."""
        return [one for one in self.view.journal if one["t"] == kind]

    def codes(self) -> list[str]:
        """Verdicts of all passages."""
        return [one["code"] for one in self.view.journal if one["t"] == "passage_closed"]


def made(epcs: Sequence[str], direction: str = IN, *, part: str = MEMBER, **passage: Any) -> Passage:
    """A passage of these tags, all of which went along."""
    at = (("dock-1/1", 20, -5000),)
    tags = tuple(PassedTag(epc, 20, -5000, at, part, direction, 100, "centroid") for epc in epcs)
    told: dict[str, Any] = {"tags": tags, "by": "vote", "share_pct": 100, "id": new_id(1), **passage}
    return Passage("P1", 1000, 6000, "reads", "stable", 20 * len(epcs), direction, **told)


