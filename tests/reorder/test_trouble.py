"""What must not happen quietly: negative stock, unknown units and items, vanished master data, a failing rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.model import Undeliverable
from tests.reorder.shop import BELOW, ITEM, PLACE, Shop
from tests.reorder.test_episode import order
from tests.sync.published import faults


def flags(shop: Shop) -> list[str]:
    return [one["code"] for one in shop.events("reorder_flagged")]


def test_negative_stock_is_told_and_counted_as_it_is(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"id": "low", "kind": "below_safety", "safety_stock": 180})
    shop.issue(20)
    assert flags(shop) == ["NEGATIVE_STOCK"]
    assert shop.asked() == ["SCREW/WH/low/1 200"]
    shop.receive(30)
    assert [one["code"] for one in shop.events("reorder_cleared")] == ["NEGATIVE_STOCK"]


def test_an_item_that_no_master_data_know_is_told_and_not_ordered(tmp_path: Path) -> None:
    shop = Shop(tmp_path, BELOW)
    shop.receive(10, item="GHOST")
    assert (flags(shop), shop.asked()) == (["ITEM_UNKNOWN"], [])
    shop.load("items", {"id": "GHOST", "uom": "PCE"})
    shop.tick()
    assert shop.asked() == ["GHOST/WH/low/1 200"]


def test_a_unit_that_cannot_be_converted_is_told_and_nothing_is_guessed(tmp_path: Path) -> None:
    shop = Shop(tmp_path, BELOW)
    lines = [{"line": "1", "item": ITEM, "quantity": "5", "uom": "CRATE", "location": PLACE}]
    shop.load("purchase_orders", {"id": "PO-7", "supplier": "V1", "lines": lines})
    shop.receive(10)
    assert (flags(shop), shop.asked()) == (["UNIT_UNKNOWN"], [])


def test_an_order_without_a_wanted_date_says_why_once(tmp_path: Path) -> None:
    shop = Shop(tmp_path, BELOW)
    shop.load("sources", {"id": "1", "item": ITEM, "supplier": "V1"})
    shop.receive(10)
    assert (flags(shop), shop.asked()) == (["NO_LEAD_TIME"], ["SCREW/WH/low/1 200"])
    assert "due" not in shop.triggers()[0]["tr"]
    shop.command("order_closed", key=shop.open()[0], why="cancelled")
    assert (flags(shop), len(shop.asked())) == (["NO_LEAD_TIME"], 2)
    shop.load("sources", {"id": "1", "item": ITEM, "supplier": "V1", "lead_time_h": 72})
    shop.command("order_closed", key=shop.open()[0], why="cancelled")
    assert shop.triggers()[-1]["tr"]["source"] == "V1"
    assert [one["code"] for one in shop.events("reorder_cleared")] == ["NO_LEAD_TIME"]


@pytest.mark.decision("K17")
def test_the_wanted_date_is_the_next_slot_of_the_supplier(tmp_path: Path) -> None:
    shop = Shop(tmp_path, BELOW, zone="Asia/Shanghai")  # the clock stands at 21 September 2026, a Monday
    shop.load("calendars", {"id": "V1", "days": ["mon", "tue", "wed", "thu", "fri"], "holidays": ["2026-09-24"],
                            "slots": [{"at": "09:00"}]})  # fmt: skip
    shop.load("sources", {"id": "1", "item": ITEM, "supplier": "V1", "lead_time_h": 48, "calendar": "V1"})
    shop.receive(10)
    assert shop.triggers()[0]["tr"]["due"].startswith("2026-09-25T01:00")  # 09:00 in Shanghai, after the holiday


@pytest.mark.decision("K9")
def test_two_work_orders_on_the_stock_of_one_leave_the_gap_of_the_other(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"id": "wo", "kind": "work_order_shortage"})
    part = {"line": "1", "item": ITEM, "quantity": "300", "uom": "PCE", "location": PLACE}
    whole = {"item": "NUT", "quantity": "1", "uom": "PCE", "components": [part]}
    shop.load("work_orders", *({"id": f"W{n}", "due": f"2026-10-0{n}", **whole} for n in (1, 2)))
    shop.receive(300)
    assert shop.asked() == ["SCREW/WH/wo/1 300"]


def test_an_item_that_vanishes_while_a_need_is_open_leaves_it_open(tmp_path: Path) -> None:
    shop = Shop(tmp_path, BELOW)
    shop.receive(10)
    [key] = shop.open()
    shop.load("items", {"id": "NUT", "uom": "PCE"})
    shop.issue(1)
    for _ in range(3):
        shop.tick()
    assert shop.open() == [key]
    assert flags(shop) == ["ITEM_GONE"]


def test_a_rule_that_is_gone_leaves_its_need_to_the_erp(tmp_path: Path) -> None:
    shop = Shop(tmp_path, BELOW)
    shop.receive(10)
    [key] = shop.open()
    shop.rules()
    shop.tick()
    assert shop.open() == [key]
    shop.command("order_closed", key=key, why="cancelled")
    assert (shop.open(), shop.ended()) == ([], ["cancelled"])


@pytest.mark.parametrize(("body", "code"), [
    ({"key": "card/P1/C1/1/empty", "why": "cancelled"}, "NOT_A_RULE"),
    ({"key": "rule/P1/SCREW/WH/low/1", "why": "bored"}, "BAD_COMMAND"),
    ({"key": "rule/P1/SCREW/WH/low/9", "why": "received"}, "SIGNAL_CLOSED"),
])  # fmt: skip
def test_a_command_that_fits_no_need_changes_nothing(tmp_path: Path, body: dict[str, str], code: str) -> None:
    shop = Shop(tmp_path, BELOW)
    shop.receive(10)
    assert shop.command("order_closed", **body).verdict.code == code
    assert len(shop.open()) == 1


@pytest.mark.decision("K8")
def test_a_need_that_the_erp_cannot_even_read_is_over_and_told(tmp_path: Path) -> None:
    shop = Shop(tmp_path, BELOW)
    shop.receive(10)
    shop.step(Undeliverable(shop.triggers()[0]["id"], "HTTP_400", "malformed"))
    assert shop.ended() == ["refused"]
    assert [task["ref"] for task in shop.store.view.open_tasks()] == [shop.triggers()[0]["id"]]
    shop.issue(1)
    assert len(shop.triggers()) == 2


def test_what_goes_to_the_erp_keeps_the_published_schema(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {**BELOW, "when": "on_hand > 0", "urgent": True})
    shop.load("sources", {"id": "1", "item": ITEM, "supplier": "V1", "lead_time_h": 72})
    shop.receive(10)
    shop.receive(300)
    rows = shop.store.connection.execute("SELECT body FROM journal WHERE stream='sig' ORDER BY seq").fetchall()
    events = [json.loads(body) for (body,) in rows]
    assert [event["t"] for event in events] == ["reorder_triggered", "reorder_withdrawn"]
    for number, event in enumerate(events, start=1):
        assert faults("event", {"s": number, **event}) == []


@pytest.mark.promise("R1")
def test_a_planner_that_fails_costs_no_movement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(tmp_path, BELOW)
    monkeypatch.setattr(shop.writer._committer, "_follow", lambda *_: 1 / 0)
    assert shop.receive(10).verdict.is_good
    assert shop.store.view.stock(ITEM, PLACE, "available", "") == 10_000_000
    assert shop.warnings == ["REORDER_FAILED reorder rules were not looked at: ZeroDivisionError: division by zero"]


def test_a_batch_that_is_taken_again_asks_once(tmp_path: Path) -> None:
    """One intake that raises has the whole batch taken again, one by one."""
    shop = Shop(tmp_path, BELOW)
    shop.receive(180)
    outcomes = shop.step_together(shop.issued(1), ZeroDivisionError("an intake that raises"))
    assert [outcome.verdict.is_good for outcome in outcomes] == [True, False]
    assert shop.asked() == ["SCREW/WH/low/1 200"]


@pytest.mark.decision("K4")
def test_two_gateways_form_the_same_key_for_the_same_shortage(tmp_path: Path) -> None:
    keys = []
    for name in ("G1", "G2"):
        shop = Shop(tmp_path / name, BELOW, gateway=name)
        shop.receive(180)
        shop.issue(1)
        keys += shop.open()
    assert keys == ["rule/P1/SCREW/WH/low/1"] * 2


@pytest.mark.decision("K3")
def test_the_slower_of_two_gateways_keeps_the_need_that_the_erp_has(tmp_path: Path) -> None:
    shop = Shop(tmp_path, BELOW)
    shop.receive(10)
    [trigger] = shop.triggers()
    shop.dispose(trigger, "superseded", now_cycle=1, now_state="ORDERED", by="G2")
    assert shop.open() == [trigger["key"]]
    shop.load("purchase_orders", order(trigger["key"]))
    shop.receive_for("PO-1", "1", 200)
    assert shop.ended() == ["received"]


@pytest.mark.decision("K3")
def test_a_gateway_that_was_away_goes_on_with_the_number_of_the_others(tmp_path: Path) -> None:
    shop = Shop(tmp_path, BELOW)
    shop.receive(10)
    shop.dispose(shop.triggers()[0], "superseded", now_cycle=4, now_state="FULL", by="G2")
    assert shop.asked() == ["SCREW/WH/low/1 200", "SCREW/WH/low/5 200"]
    shop.dispose(shop.triggers()[1], "superseded", now_cycle=7, now_state="ORDERED", by="G2")
    assert shop.asked()[2:] == ["SCREW/WH/low/7 200"]
    shop.dispose(shop.triggers()[2], "superseded", now_cycle=7, now_state="ORDERED", by="G2")
    assert shop.open() == ["rule/P1/SCREW/WH/low/7"]
