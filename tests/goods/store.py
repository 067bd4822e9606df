"""A warehouse for tests of movements: a station for each operation, stock, work orders, shipments, empties."""

from __future__ import annotations

from typing import Any

from gateway.decide import Decider
from gateway.goods.act import Rules
from gateway.goods.operation import OPERATIONS
from gateway.model import Action, Decision
from gateway.stations.station import Station
from tests.goods.dock import MASTER, Dock

PREFIX = "340123459"
STORE: dict[str, list[dict[str, Any]]] = {
    **MASTER,
    "items": [
        *MASTER["items"],
        {"id": "BIKE", "uom": "PCE"},
        {"id": "CRATE", "uom": "PCE", "carrier": True},
    ],
    "locations": [
        {"id": "DOCK", "kind": "dock"}, {"id": "A-01", "code": "BIN A01", "kind": "bin"}, {"id": "A-02"},
        {"id": "ROAD", "kind": "transit"}, {"id": "LINE", "kind": "line"},
    ],
    "work_orders": [
        {
            "id": "WO-1", "item": "BIKE", "quantity": "10", "uom": "PCE", "receipt": "A-02",
            "components": [
                {"line": "1", "item": "SCREW", "quantity": "40", "uom": "PCE", "location": "DOCK"},
                {"line": "2", "item": "NUT", "quantity": "25", "uom": "PCE", "location": "DOCK", "backflush": True},
            ],
        },
        {"id": "WO-9", "item": "BIKE", "quantity": "10", "uom": "PCE", "status": "closed"},
    ],
    "shipments": [
        {"id": "SHP-1", "customer": "V2", "lines": [{"line": "1", "item": "SCREW", "quantity": "60", "uom": "PCE"}]},
    ],
}  # fmt: skip


class Store(Dock):
    """Each operation has a station of its own, all at the dock."""

    def __init__(self, *, approve_above: int | None = None, prints: bool = False, **rules: Any) -> None:
        super().__init__(master=STORE)
        self.stations |= {
            name: Station(name, "goods", "DOCK", name, approve_above=approve_above, prints_labels=prints)
            for name in OPERATIONS
        }
        self.rules = Rules(**{"sscc_prefix": PREFIX, "sscc_first": 100, "sscc_last": 119, **rules})
        self.decide = Decider(self.stations, goods=self.rules)

    def do(self, operation: str, *said: Any) -> Decision:
        """Go to the operation's station and scan one after the other: texts, {labels}, numbers, Actions."""
        self.at = operation
        answer = None
        for one in said:
            if isinstance(one, dict):
                answer = self.deliver(**one)
            elif isinstance(one, Action):
                answer = self.card(one)
            elif isinstance(one, int):
                answer = self.enter(str(one))
            elif one == "APPROVE":
                answer = self.approve()
            elif one.startswith("!"):
                answer = self.card(Action.OPERATION, code=one[1:])
            else:
                answer = self.text(one)
        assert answer is not None
        return answer

    def code(self, operation: str, *said: Any) -> str:
        """The verdict of the last scan."""
        return self.do(operation, *said).verdict.code

    def totals(self) -> dict[str, int]:
        """Micro-units by item, everywhere."""
        found: dict[str, int] = {}
        for (item, *_), quantity in self.view.stock_rows.items():
            found[item] = found.get(item, 0) + quantity
        return {item: quantity for item, quantity in found.items() if quantity}
