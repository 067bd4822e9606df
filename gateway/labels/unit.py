"""What stands on the label of a pallet or box that got its number here. Pure.

GS1 wants what is inside only when it is all alike, and then by GTIN and count; words say it in every case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gateway.labels.face import PalletFace

ROWS_SHOWN = 3
TEXT_LIMIT = 60

Row = Mapping[str, Any]


def unit_face(sscc: str, unit: Row, item_of: Callable[[str], Row]) -> PalletFace:
    """`unit`: the fact of a handling unit; `item_of`: the master data of an item, empty when unknown."""
    rows = [(str(item), str(lot), str(quantity)) for item, lot, _, quantity, *_ in unit["rows"]]
    lines = [_words(item, lot, quantity, item_of(item)) for item, lot, quantity in rows[:ROWS_SHOWN]]
    if len(rows) > ROWS_SHOWN:
        lines.append(f"and {len(rows) - ROWS_SHOWN} more")
    lines.append(str(unit["loc"])[:TEXT_LIMIT])
    if len(rows) == 1:
        item, lot, quantity = rows[0]
        gtin = next(iter(item_of(item).get("gtins", ())), "")
        try:
            return PalletFace.build(sscc, content=gtin, count=int(quantity), lot=lot, lines=tuple(lines))
        except ValueError:  # weighed, without a GTIN, or with a lot that GS1 cannot carry: words only
            pass
    return PalletFace.build(sscc, lines=tuple(lines))


def _words(item: str, lot: str, quantity: str, known: Row) -> str:
    text = f"{quantity} {known.get('uom', '')} {item}" + (f" lot {lot}" if lot else "")
    return " ".join(text.split())[:TEXT_LIMIT]
