"""A supplier's consignment: a movement says whose stock it took, by its lot or by its place (A18)."""

from __future__ import annotations

from typing import Any

from tests.goods.store import Store
from tests.kanban.floor import Floor, kinds

POINT: dict[str, Any] = {"id": "1", "item": "SCREW-A", "location": "LINE3", "owner": "ACME"}


def test_a_bin_of_a_supplier_is_used_up_as_the_suppliers() -> None:
    floor = Floor()
    floor.load("order_points", [POINT])
    decision = floor.empty()
    assert kinds(decision) == ["card_emptied"]
    assert [move["owner"] for move in decision.events[0].body["mv"]] == ["ACME"]


def test_our_own_stock_has_no_owner_beside_it() -> None:
    floor = Floor()
    floor.load("order_points", [{**POINT, "location": "ELSEWHERE"}])
    assert all("owner" not in move for move in floor.empty().events[0].body["mv"])


def test_a_lot_goes_before_its_place() -> None:
    store = Store()
    store.load("lots", [{"id": "1", "item": "GLUE", "lot": "G7", "owner": "LOCTITE"}])
    store.load("order_points", [{**POINT, "item": "GLUE", "location": "DOCK"}])
    for lot, owner in (("G7", "LOCTITE"), ("G8", "ACME")):
        store.view.stock_rows["GLUE", "DOCK", "available", lot] = 10_000_000
        store.do("scrap", {"item": "GLUE", "lot": lot, "quantity": "2", "unit": "KGM"})
        move = store.last("goods_scrapped")["mv"][0]
        assert (move["lot"], move["owner"]) == (lot, owner)
