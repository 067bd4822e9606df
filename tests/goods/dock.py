"""A dock for decider tests: master data of goods, goods stations, and labels as a scanner's read would give them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from gateway.codes.checkdigit import check_digit
from gateway.decide import Decider
from gateway.goods.act import Rules
from gateway.model import Action, Decision, Scan
from gateway.parsed import Amount, Keys, Label, Syntax
from gateway.quantity import parse_quantity
from gateway.stations.station import Station
from tests.kanban.floor import STATIONS, Floor

DOCK, DOCK_2 = "D-1", "D-2"


def sscc(number: int) -> str:
    """A valid SSCC."""
    digits = f"3401234500{number:07d}"
    return digits + check_digit(digits)


PALLET, CASE_1, CASE_2, MIXED, STRANGE = (sscc(number) for number in range(1, 6))
SCREW_GTIN, CASE_GTIN = "04000001000005", "14000001000002"

MASTER: dict[str, list[dict[str, Any]]] = {
    "units": [{"id": "PCE", "aliases": ["PC", "ST"]}],
    "items": [
        {
            "id": "SCREW", "uom": "PCE", "gtins": [SCREW_GTIN], "aliases": ["V-SCREW"], "over_pct": 10, "under_pct": 2,
            "units": [{"uom": "CS", "factor": "24", "gtins": [CASE_GTIN]}],
        },
        {"id": "NUT", "uom": "PCE"},
        {"id": "GLUE", "uom": "KGM", "lots": True, "shelf_life_days": 30, "aliases": ["PASTE"]},
        {"id": "CHIP", "uom": "PCE", "inspected": True, "lots": True},
        {"id": "BOLT", "uom": "PCE", "aliases": ["PASTE"]},
    ],
    "locations": [{"id": "DOCK", "kind": "dock"}, {"id": "A-01", "code": "BIN A01", "kind": "bin"}, {"id": "A-02"}],
    "partners": [{"id": "V1", "codes": ["900100", "GLN1"]}, {"id": "V2", "codes": ["GLN2"]}],
    "lots": [{"id": "1", "item": "GLUE", "lot": "BAD", "status": "blocked"}],
    "purchase_orders": [
        {
            "id": "PO-1", "supplier": "V1",
            "lines": [
                {"line": "10", "item": "SCREW", "quantity": "100", "uom": "PCE", "due": "2026-12-01"},
                {"line": "20", "item": "SCREW", "quantity": "50", "uom": "PCE", "due": "2026-11-01"},
                {"line": "30", "item": "NUT", "quantity": "500", "uom": "PCE"},
            ],
        },
        {
            "id": "PO-2", "supplier": "V2",
            "lines": [
                {"line": "1", "item": "NUT", "quantity": "500", "uom": "PCE"},
                {"line": "2", "item": "GLUE", "quantity": "20", "uom": "KGM", "over_pct": 0},
                {"line": "3", "item": "CHIP", "quantity": "1000", "uom": "PCE"},
            ],
        },
        {"id": "PO-9", "supplier": "V1", "status": "closed", "lines": [
            {"line": "1", "item": "SCREW", "quantity": "1", "uom": "PCE"}]},
    ],
    "ship_notices": [
        {
            "id": "ASN-1", "supplier": "V1",
            "units": [
                {"sscc": PALLET},
                {"sscc": CASE_1, "parent": PALLET, "item": "SCREW", "quantity": "1", "uom": "CS",
                 "purchase_order": "PO-1"},
                {"sscc": CASE_2, "parent": PALLET, "item": "SCREW", "quantity": "24", "uom": "ST",
                 "purchase_order": "PO-1"},
            ],
        },
        {
            "id": "ASN-2", "supplier": "V2",
            "units": [
                {"sscc": MIXED},
                {"parent": MIXED, "item": "NUT", "quantity": "100", "uom": "PCE", "purchase_order": "PO-2"},
                {"parent": MIXED, "item": "CHIP", "quantity": "10", "uom": "PCE", "lot": "L1",
                 "purchase_order": "PO-2"},
            ],
        },
    ],
}  # fmt: skip


def label(text: str = "", **keys: Any) -> Label:
    """A label; `quantity` as a decimal string, `unit` beside it, `expiry` as a day."""
    quantity, unit = keys.pop("quantity", None), keys.pop("unit", "")
    if "expiry" in keys:
        keys["expiry"] = date.fromisoformat(keys["expiry"])
    if quantity is not None:
        keys["quantity"] = Amount(Decimal(quantity), unit)
    raw = text or repr(sorted(keys.items()))
    return Label(raw.encode(), "]C1", syntax=Syntax.GS1, text=raw, keys=Keys(**keys))


class Dock(Floor):
    """Goods stations beside the kanban ones; `at` says where the next scan is made."""

    def __init__(self, *, rules: Rules | None = None, master: dict[str, list[dict[str, Any]]] | None = None) -> None:
        super().__init__(cards=0)
        self.stations = {
            **STATIONS,
            DOCK: Station(DOCK, "goods", "DOCK", "receive"),
            DOCK_2: Station(DOCK_2, "goods", "DOCK", "receive"),
        }
        self.rules = rules or Rules()
        self.decide = Decider(self.stations, goods=self.rules)
        self.at = DOCK
        for dataset, rows in (master or MASTER).items():
            assert self.load(dataset, rows).verdict.code == "MD_CHANGED", dataset

    def read_label(self, found: Label, **read: Any) -> Decision:
        """Scan a label."""
        self.wait(4)  # beyond the second beep
        made = replace(self.read(self.at, **read), data=found.raw, device=f"scan-{self.at}")
        return self.submit(Scan(made, label=found, code=found.text))

    def deliver(self, **keys: Any) -> Decision:
        """Scan a label that says this."""
        return self.read_label(label(**keys))

    def text(self, code: str) -> Decision:
        """Scan a code that is a plain text."""
        self.wait(4)
        made = replace(self.read(self.at), data=code.encode(), device=f"scan-{self.at}")
        return self.submit(Scan(made, code=code))

    def card(self, action: Action, *, code: str = "", operator: str = "", quantity: str | None = None) -> Decision:
        """Scan a command card or a number."""
        self.wait(4)
        data = f"{action} {code} {quantity}".encode()
        made = replace(self.read(self.at, operator=operator), data=data, device=f"scan-{self.at}")
        return self.submit(Scan(made, action, code=code, quantity=parse_quantity(quantity) if quantity else None))

    def confirm(self) -> Decision:
        return self.card(Action.CONFIRM)

    def approve(self, operator: str = "boss") -> Decision:
        return self.card(Action.APPROVE, operator=operator)

    def enter(self, quantity: str) -> Decision:
        return self.card(Action.QUANTITY, quantity=quantity)

    def take_back(self) -> Decision:
        return self.card(Action.UNDO)

    def booked(self) -> list[str]:
        """Kinds of all events of stream mov."""
        return [event["t"] for event in self.view.of_stream("mov")]

    def stock_of(self, item: str) -> dict[str, str]:
        """Quantities by `location/status/lot` that are not 0."""
        return {
            "/".join((location, status, lot)).rstrip("/"): str(Decimal(quantity) / 1_000_000)
            for (one, location, status, lot), quantity in sorted(self.view.stock_rows.items())
            if one == item and quantity
        }
