"""What a new pallet's label says of what is on it."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.labels.unit import unit_face

SSCC = "340123450000000017"
GTIN = "04000001000005"
ITEMS: dict[str, dict[str, Any]] = {"SCREW": {"uom": "PCE", "gtins": [GTIN]}, "GLUE": {"uom": "KGM", "gtins": [GTIN]}}


def unit(*rows: tuple[str, str, str]) -> dict[str, Any]:
    return {"loc": "A-01", "rows": [[item, lot, "available", quantity, ""] for item, lot, quantity in rows]}


def item_of(item: str) -> dict[str, Any]:
    return ITEMS.get(item, {})


def test_what_is_all_alike_is_named_by_gtin_and_count() -> None:
    face = unit_face(SSCC, unit(("SCREW", "L7", "24")), item_of)
    assert (face.content, face.count, face.lot) == (GTIN, 24, "L7")
    assert face.lines == ("24 PCE SCREW lot L7", "A-01")


@pytest.mark.parametrize(
    ("rows", "first"),
    [
        ([("GLUE", "", "2.5")], "2.5 KGM GLUE"),  # weighed
        ([("BOLT", "", "7")], "7 BOLT"),  # an item without a GTIN, unknown here
        ([("SCREW", "Ä 1", "24")], "24 PCE SCREW lot Ä 1"),  # a lot that no element string can carry
        ([("SCREW", "", "24"), ("BOLT", "", "7")], "24 PCE SCREW"),
    ],
)
def test_what_gs1_cannot_say_is_said_in_words(rows: list[tuple[str, str, str]], first: str) -> None:
    face = unit_face(SSCC, unit(*rows), item_of)
    assert (face.content, face.count, face.lot) == ("", 0, "")
    assert face.lines[0] == first
    assert face.lines[-1] == "A-01"


def test_a_mixed_pallet_names_three_and_counts_the_others() -> None:
    face = unit_face(SSCC, unit(*((f"ITEM-{n}", "", "1") for n in range(9))), item_of)
    assert face.lines == ("1 ITEM-0", "1 ITEM-1", "1 ITEM-2", "and 6 more", "A-01")
