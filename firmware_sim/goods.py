"""What suppliers send and what is counted: pallets that were ordered and announced, and loose parts on a shelf.

Each pallet has a number of its own (SSCC) on a GS1 label. The shelf holds less than the book says from the start.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from firmware_sim.dock_door.epc import sgtin_tag
from firmware_sim.dock_label import sscc

DOCK = "DOCK"
ITEM, UNIT = "SEAL", "PCE"
PER_PALLET = Decimal(24)
PALLETS = 400  # announced in all
COMPANY = "4012345"  # prefix of the supplier
SHELF, PART = "SHELF", "WASHER"
DOOR_PALLETS = 200  # announced for the door with antennas: each with the tags of its cases
FIRST_DOOR_PALLET = 20_001
LEAVES_EVERY = 3  # of these, every third one is to leave again
CASE_GTIN = "14012345000013"
ON_BOOK, ON_SHELF = Decimal(500), Decimal(497)
_ORDER, _SUPPLIER, _NOTICE, _CUSTOMER = "4500001", "V1", "ASN-1", "C1"


def pallet_number(number: int) -> str:
    """The SSCC of the pallet `number`."""
    return sscc(number, COMPANY)


def door_pallet(number: int) -> str:
    """The SSCC of a pallet for the door with antennas."""
    return pallet_number(FIRST_DOOR_PALLET + number)


def case_tags(number: int) -> list[str]:
    """The EPCs of its cases."""
    first = number * 1000
    return [sgtin_tag(CASE_GTIN, first + case, len(COMPANY)) for case in range(1, int(PER_PALLET) + 1)]


def leaves(number: int) -> bool:
    """Whether there is a shipment for this pallet."""
    return number % LEAVES_EVERY == 0


def master_data() -> dict[str, list[dict[str, Any]]]:
    """Supplier, order and ship notice, and the items and places they speak of."""
    total = str(PER_PALLET * (PALLETS + DOOR_PALLETS))
    common = {"item": ITEM, "quantity": str(PER_PALLET), "uom": UNIT, "purchase_order": _ORDER}
    units = [{"sscc": pallet_number(number), **common} for number in range(1, PALLETS + 1)]
    door = [{"sscc": door_pallet(n), **common, "epcs": case_tags(n)} for n in range(DOOR_PALLETS)]
    line = {"line": "10", "item": ITEM, "quantity": total, "uom": UNIT}
    return {
        "units": [{"id": UNIT}],
        "items": [{"id": item, "name": item.title(), "uom": UNIT} for item in (ITEM, PART)],
        "locations": [{"id": DOCK, "name": DOCK.title(), "kind": "dock"}, {"id": SHELF, "name": SHELF.title()}],
        "partners": [{"id": _SUPPLIER}, {"id": _CUSTOMER}],
        "purchase_orders": [{"id": _ORDER, "supplier": _SUPPLIER, "lines": [line]}],
        "ship_notices": [
            {"id": _NOTICE, "supplier": _SUPPLIER, "units": units},
            {"id": f"{_NOTICE}-DOOR", "supplier": _SUPPLIER, "units": door},
        ],
        "shipments": [_shipment(number) for number in filter(leaves, range(DOOR_PALLETS))],
    }


def _shipment(number: int) -> dict[str, Any]:
    line = {"line": "1", "item": ITEM, "quantity": str(PER_PALLET), "uom": UNIT}
    return {"id": f"SHP-{number}", "customer": _CUSTOMER, "lines": [line], "units": [door_pallet(number)]}
