"""One shortage is one signal, until its order is over or the stock is back (K4, K7, K8)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.store.verify import verify
from tests.reorder.shop import BELOW, ITEM, PLACE, Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path, BELOW)


def order(key: str, *, qty: int = 200, doc: str = "PO-1", **more: Any) -> dict[str, Any]:
    line = {"line": "1", "item": ITEM, "quantity": str(qty), "uom": "PCE", "location": PLACE, "need": key, **more}
    return {"id": doc, "supplier": "V1", "lines": [line]}


@pytest.mark.decision("K8")
def test_at_the_threshold_nothing_happens_and_one_below_it_is_a_signal(shop: Shop) -> None:
    shop.receive(190)
    shop.issue(10)
    assert shop.asked() == []
    shop.issue(1)
    assert shop.asked() == ["SCREW/WH/low/1 200"]


@pytest.mark.decision("K4")
def test_the_signal_is_in_the_commit_of_the_movement_that_caused_it(shop: Shop) -> None:
    shop.receive(180)
    outcome = shop.issue(1)
    [trigger] = shop.triggers()
    assert trigger["seq"] in outcome.seqs
    assert trigger["key"] == "rule/P1/SCREW/WH/low/1"
    assert shop.open() == [trigger["key"]]


@pytest.mark.decision("K8")
def test_one_shortage_is_one_signal_however_much_is_used(shop: Shop) -> None:
    shop.receive(180)
    for _ in range(5):
        shop.issue(20)
    assert shop.asked() == ["SCREW/WH/low/1 200"]


@pytest.mark.decision("K8")
def test_a_receipt_that_leaves_it_short_is_asked_for_again(shop: Shop) -> None:
    shop.receive(180)
    shop.issue(1)
    [key] = shop.open()
    shop.command("order_confirmed", key=key, doc="PO-1")
    shop.load("purchase_orders", order(key))
    shop.issue(220)
    assert shop.asked() == ["SCREW/WH/low/1 200"]
    shop.receive_for("PO-1", "1", 200)
    assert shop.ended() == ["received"]
    assert shop.asked() == ["SCREW/WH/low/1 200", "SCREW/WH/low/2 200"]


@pytest.mark.decision("K8")
def test_a_receipt_that_is_enough_ends_the_need_once(shop: Shop) -> None:
    shop.receive(180)
    shop.issue(1)
    shop.load("purchase_orders", order(shop.open()[0]))
    shop.receive_for("PO-1", "1", 200)
    assert shop.ended() == ["received"]
    assert shop.open() == []


def adopted(shop: Shop, qty: int) -> None:
    shop.tell("stock_adopted", "", stock=[[ITEM, PLACE, "available", "", str(qty)]])


@pytest.mark.decision("K7")
@pytest.mark.decision("K8")
def test_goods_that_came_by_another_way_are_not_asked_for_again_before_their_snapshot(shop: Shop) -> None:
    shop.receive(180)
    shop.issue(1)
    [key] = shop.open()
    shop.command("order_confirmed", key=key, doc="PO-1")
    shop.command("order_closed", key=key, why="received")
    shop.issue(10)
    assert shop.ended() == ["received"]
    assert shop.asked() == ["SCREW/WH/low/1 200"]
    adopted(shop, 369)
    shop.tick(minutes=1)
    shop.tick()
    assert shop.asked() == ["SCREW/WH/low/1 200"]


@pytest.mark.decision("K8")
def test_a_snapshot_that_leaves_it_short_is_asked_for_at_once(shop: Shop) -> None:
    shop.receive(180)
    shop.issue(1)
    shop.command("order_closed", key=shop.open()[0], why="received")
    adopted(shop, 159)
    shop.tick()
    assert shop.asked() == ["SCREW/WH/low/1 200", "SCREW/WH/low/2 200"]


@pytest.mark.decision("K8")
def test_a_snapshot_that_never_comes_is_waited_for_some_seconds_and_no_longer(shop: Shop) -> None:
    shop.receive(180)
    shop.issue(1)
    shop.command("order_closed", key=shop.open()[0], why="received")
    shop.tick()
    assert shop.asked() == ["SCREW/WH/low/1 200"]
    shop.tick(minutes=1)
    shop.tick()
    assert shop.asked() == ["SCREW/WH/low/1 200", "SCREW/WH/low/2 200"]


@pytest.mark.decision("K8")
def test_stock_that_comes_back_by_itself_withdraws_what_nobody_has_answered(shop: Shop) -> None:
    shop.receive(180)
    shop.issue(1)
    shop.receive(5)
    assert shop.ended() == ["above"]
    assert shop.open() == []
    shop.issue(10)
    assert shop.asked() == ["SCREW/WH/low/1 200", "SCREW/WH/low/2 200"]


@pytest.mark.decision("K7")
def test_a_signal_counts_until_the_master_data_have_its_order_and_never_with_it(shop: Shop) -> None:
    shop.receive(180)
    shop.issue(1)
    [key] = shop.open()
    shop.command("order_confirmed", key=key, doc="PO-1")
    assert shop.open() == [key]
    shop.load("purchase_orders", order(key))
    assert shop.open() == []
    shop.receive(5)
    shop.issue(10)
    assert shop.asked() == ["SCREW/WH/low/1 200"]  # 200 are on order, and count


@pytest.mark.decision("K8")
@pytest.mark.parametrize("lines", [[{"closed": True}], []], ids=["line closed", "order gone"])
def test_an_order_that_is_cancelled_or_deleted_ends_the_need(shop: Shop, lines: list[dict[str, Any]]) -> None:
    shop.receive(180)
    shop.issue(1)
    [key] = shop.open()
    shop.load("purchase_orders", order(key))
    shop.load("purchase_orders", *[order(key, **one) for one in lines])
    assert shop.ended() == ["cancelled" if lines else "deleted"]
    for _ in range(2):
        shop.tick()
    assert shop.asked()[1:] == ["SCREW/WH/low/2 200"]


@pytest.mark.decision("K8")
def test_a_refusal_ends_the_need_and_the_third_in_a_row_is_held(shop: Shop) -> None:
    shop.receive(180)
    for n in range(1, 4):
        shop.issue(1)
        assert len(shop.triggers()) == n
        shop.dispose(shop.triggers()[-1], "rejected", code="NO_SUPPLIER", text="no supplier")
        assert len(shop.triggers()) == n  # not at once: the next movement asks again
    shop.issue(1)
    assert shop.ended() == ["refused"] * 3
    assert [one["code"] for one in shop.events("reorder_flagged")] == ["HELD"]
    assert shop.open() == []


@pytest.mark.decision("K6")
@pytest.mark.parametrize("how", ["the task that holds it", "the refused posting"])
def test_what_was_refused_is_asked_for_again_once_somebody_looked_after_it(shop: Shop, how: str) -> None:
    shop.receive(180)
    for _ in range(3):
        shop.issue(1)
        shop.dispose(shop.triggers()[-1], "rejected", code="NO_SUPPLIER")
    shop.issue(1)
    if how == "the refused posting":
        told = shop.instruct("resolve.redrive", **{"class": "NO_SUPPLIER"})
    else:
        told = shop.instruct("resolve.done", task="reorder/HELD/SCREW/WH/low", note="supplier entered")
    assert told.verdict.is_good, told.verdict
    assert shop.asked()[3:] == ["SCREW/WH/low/4 200"]
    assert not [task for task in shop.store.view.open_tasks() if task["kind"] == "reorder"]


def test_everything_follows_from_the_journal(shop: Shop, tmp_path: Path) -> None:
    shop.receive(180)
    shop.issue(1)
    shop.receive(5)
    shop.issue(10)
    shop.close()
    assert verify(tmp_path).findings == []
