"""What the ERP knows of the pallets of a door: items, orders, ship notices, shipments."""

from __future__ import annotations

from typing import Any

from firmware_sim.dock_door.stock import Announced, Stock


def master_of(stock: Stock) -> dict[str, list[dict[str, Any]]]:
    """Master data of a plant that awaits these pallets."""
    told = list(stock.announced.values())
    items = {one.item: one.gtin for one in told}
    lines = [{"line": str(item), "item": f"ITEM-{item}", "quantity": "9000000", "uom": "PCE"} for item in sorted(items)]
    return {
        "items": [{"id": f"ITEM-{item}", "uom": "PCE", "gtins": [gtin]} for item, gtin in sorted(items.items())],
        "locations": [{"id": "DOCK", "kind": "dock"}],
        "partners": [{"id": "V1"}, {"id": "C1"}],
        "purchase_orders": [{"id": "PO-1", "supplier": "V1", "lines": lines}],
        "ship_notices": [_notice(number, one) for number, one in enumerate(told, start=1)],
        "shipments": [_shipment(stock.announced[name]) for name in dict.fromkeys(stock.leaving)],
    }


def _notice(number: int, told: Announced) -> dict[str, Any]:
    unit: dict[str, Any] = {
        "sscc": told.pallet, "item": f"ITEM-{told.item}", "quantity": str(told.cases), "uom": "PCE",
        "purchase_order": "PO-1",
    }  # fmt: skip
    if told.epcs:
        unit["epcs"] = list(told.epcs)
    return {"id": f"ASN-{number}", "supplier": "V1", "units": [unit]}


def _shipment(told: Announced) -> dict[str, Any]:
    line = {"line": "1", "item": f"ITEM-{told.item}", "quantity": str(told.cases), "uom": "PCE"}
    return {"id": f"SHP-{told.pallet}", "customer": "C1", "lines": [line], "units": [told.pallet]}
