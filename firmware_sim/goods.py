"""What suppliers send: pallets that were ordered and announced, each with a number of its own (SSCC) on a GS1 label."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

DOCK = "DOCK"
ITEM, UNIT = "SEAL", "PCE"
PER_PALLET = Decimal(24)
PALLETS = 400  # announced in all
_PREFIX = "3401234500"  # extension digit and company prefix of the supplier
_ORDER, _SUPPLIER, _NOTICE = "4500001", "V1", "ASN-1"


def sscc(number: int) -> str:
    """The number of the pallet `number`, with its check digit (GS1 General Specifications 7.9)."""
    digits = f"{_PREFIX}{number:07d}"
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"


def pallet_label(number: str) -> str:
    """The message in the GS1-128 symbol of a pallet: application identifier 00."""
    return f"00{number}"


def master_data() -> dict[str, list[dict[str, Any]]]:
    """Supplier, order and ship notice, and the item and dock they speak of."""
    total = str(PER_PALLET * PALLETS)
    common = {"item": ITEM, "quantity": str(PER_PALLET), "uom": UNIT, "purchase_order": _ORDER}
    units = [{"sscc": sscc(number), **common} for number in range(1, PALLETS + 1)]
    line = {"line": "10", "item": ITEM, "quantity": total, "uom": UNIT}
    return {
        "units": [{"id": UNIT}],
        "items": [{"id": ITEM, "name": ITEM.title(), "uom": UNIT}],
        "locations": [{"id": DOCK, "name": DOCK.title(), "kind": "dock"}],
        "partners": [{"id": _SUPPLIER}],
        "purchase_orders": [{"id": _ORDER, "supplier": _SUPPLIER, "lines": [line]}],
        "ship_notices": [{"id": _NOTICE, "supplier": _SUPPLIER, "units": units}],
    }
