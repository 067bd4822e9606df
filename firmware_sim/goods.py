"""What suppliers send and what is counted: pallets that were ordered and announced, and loose parts on a shelf.

Each pallet has a number of its own (SSCC) on a GS1 label. The shelf holds less than the book says from the start.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from firmware_sim.dock_label import sscc

DOCK = "DOCK"
ITEM, UNIT = "SEAL", "PCE"
PER_PALLET = Decimal(24)
PALLETS = 400  # announced in all
COMPANY = "4012345"  # prefix of the supplier
SHELF, PART = "SHELF", "WASHER"
ON_BOOK, ON_SHELF = Decimal(500), Decimal(497)
_ORDER, _SUPPLIER, _NOTICE = "4500001", "V1", "ASN-1"


def pallet_number(number: int) -> str:
    """The SSCC of the pallet `number`."""
    return sscc(number, COMPANY)


def master_data() -> dict[str, list[dict[str, Any]]]:
    """Supplier, order and ship notice, and the items and places they speak of."""
    total = str(PER_PALLET * PALLETS)
    common = {"item": ITEM, "quantity": str(PER_PALLET), "uom": UNIT, "purchase_order": _ORDER}
    units = [{"sscc": pallet_number(number), **common} for number in range(1, PALLETS + 1)]
    line = {"line": "10", "item": ITEM, "quantity": total, "uom": UNIT}
    return {
        "units": [{"id": UNIT}],
        "items": [{"id": item, "name": item.title(), "uom": UNIT} for item in (ITEM, PART)],
        "locations": [{"id": DOCK, "name": DOCK.title(), "kind": "dock"}, {"id": SHELF, "name": SHELF.title()}],
        "partners": [{"id": _SUPPLIER}],
        "purchase_orders": [{"id": _ORDER, "supplier": _SUPPLIER, "lines": [line]}],
        "ship_notices": [{"id": _NOTICE, "supplier": _SUPPLIER, "units": units}],
    }
