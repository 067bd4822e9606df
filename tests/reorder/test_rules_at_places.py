"""Which rule holds where, what counts against a need, modes, and who decides (K7, K10, K13)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.reorder.shop import BELOW, ITEM, PLACE, Shop

LOOP: dict[str, Any] = {
    "id": "LP-1", "item": ITEM, "quantity": "40", "uom": "PCE", "cards": 3, "consumer": PLACE, "source": "SUPPLIER",
    "on_empty": "issue", "on_full": "receipt",
}  # fmt: skip


def test_an_override_and_the_erps_row_say_what_a_rule_does_not(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {
        "id": "low", "kind": "below_safety", "override": [{"items": ["NUT"], "safety_stock": 20}],
    })  # fmt: skip
    shop.load("order_points", {"id": "1", "item": ITEM, "location": PLACE, "safety_stock": "50"})
    for item in (ITEM, "NUT"):
        shop.receive(60, item=item)
        shop.issue(15, item=item)
    assert shop.asked() == ["SCREW/WH/low/1 5"]
    shop.issue(26, item="NUT")
    assert shop.asked() == ["SCREW/WH/low/1 5", "NUT/WH/low/1 1"]
    basis = shop.triggers()[0]["tr"]["basis"]
    assert basis["params"] == "rule low@r1 with safety_stock of order_points 1@1"
    assert basis["md"]["order_points"]["version"] == 1


def test_classes_of_the_file_and_of_the_master_data(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.load("items", {"id": ITEM, "uom": "PCE", "class": "A"}, {"id": "NUT", "uom": "PCE"})
    shop.rules({**BELOW, "classes": ["A", "small"]}, **{"class": {"small": {"items": ["N*"], "locations": ["W*"]}}})
    for item in (ITEM, "NUT"):
        shop.receive(100, item=item)
    shop.receive(100, "OTHER", item="NUT")
    assert sorted(shop.asked()) == ["NUT/WH/low/1 200", "SCREW/WH/low/1 200"]


def test_stock_of_all_bins_of_an_area_counts(tmp_path: Path) -> None:
    shop = Shop(tmp_path, BELOW)
    bins = [{"id": name, "area": "STORE"} for name in ("A-01", "A-02")]
    shop.load("locations", *bins, {"id": "ROAD", "kind": "transit"})
    shop.receive(100, "A-01")
    shop.receive(100, "A-02")
    assert shop.asked() == ["SCREW/STORE/low/1 200"]  # when there were 100
    assert shop.ended() == ["above"]
    shop.move(50, "A-01", "A-02")
    assert len(shop.asked()) == 1
    shop.move(50, "A-02", "ROAD")
    assert shop.asked()[1:] == ["SCREW/STORE/low/2 200"]


@pytest.mark.decision("K7")
def test_two_rules_that_see_the_same_shortage_ask_for_it_once(tmp_path: Path) -> None:
    shop = Shop(tmp_path, BELOW, {"id": "mm", "kind": "min_max", "minimum": 190, "maximum": 300})
    shop.receive(185)
    shop.issue(10)
    assert shop.asked() == ["SCREW/WH/mm/1 115"]
    shop = Shop(tmp_path / "other", BELOW, {"id": "mm", "kind": "min_max", "minimum": 170, "maximum": 300})
    shop.receive(185)
    shop.issue(20)
    assert shop.asked() == ["SCREW/WH/low/1 200"]


@pytest.mark.decision("K7")
def test_the_cards_of_a_loop_count_against_a_rule(tmp_path: Path) -> None:
    shop = Shop(tmp_path, BELOW)
    shop.load("loops", LOOP)
    shop.receive(185)
    body = {"tr": {"rule": "kanban", "item": ITEM, "qty": "40", "uom": "PCE", "cards": ["C1"]}, "loop": "LP-1"}
    shop.tell("card_emptied", "sig", "card/P1/C1/1/empty", **body)
    shop.issue(45)
    assert shop.asked() == []  # 140 and 40 on their way are not less than 180
    shop.issue(1)
    [trigger] = shop.triggers()
    assert trigger["tr"]["qty"] == "200"
    assert trigger["tr"]["basis"]["netted"] == [{"what": "open_signals", "qty": "40", "ref": "card/P1/C1/1/empty"}]
    assert shop.open() == ["card/P1/C1/1/empty", "rule/P1/SCREW/WH/low/1"]


@pytest.mark.decision("K13")
def test_in_shadow_it_is_recorded_and_asked_for_once_it_is_live(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {**BELOW, "mode": "shadow"})
    shop.receive(100)
    [trigger] = shop.triggers()
    assert (trigger["aside"], trigger["would"]["tr"]["qty"], "tr" in trigger) == ("shadow", "200", False)
    assert shop.open() == []
    assert shop.store.connection.execute("SELECT count(*) FROM outbox WHERE stream='sig'").fetchone() == (0,)
    shop.issue(1)
    assert len(shop.triggers()) == 1
    shop.rules(BELOW)
    shop.tick()
    assert shop.ended() == ["went live"]
    assert shop.asked() == ["SCREW/WH/low/1 200"]


@pytest.mark.decision("K13")
def test_a_person_puts_a_rule_or_an_item_into_shadow_or_training(tmp_path: Path) -> None:
    shop = Shop(tmp_path, BELOW)
    shop.instruct("mode.set", scope="rule", name="low", mode="training")
    shop.instruct("mode.set", scope="item", name="NUT@WH", mode="shadow")
    shop.receive(100)
    assert shop.triggers() == []
    shop.instruct("mode.set", scope="rule", name="low", mode="live")
    shop.receive(100, item="NUT")
    shop.tick()
    assert shop.asked() == ["SCREW/WH/low/1 200"]
    assert [one["aside"] for one in shop.triggers() if "aside" in one] == ["shadow"]


@pytest.mark.decision("K10")
def test_only_the_deciding_gateway_asks_until_it_has_been_silent_for_too_long(tmp_path: Path) -> None:
    point = {"id": "1", "item": ITEM, "location": PLACE, "deciding_gateway": "G2", "takeover_s": 3600}
    shop = Shop(tmp_path, BELOW)
    shop.load("order_points", point)
    shop.receive(100)
    shop.issue(1)
    assert shop.asked() == []
    assert len(shop.events("reorder_deferred")) == 1
    shop.clock.pass_time(3_000_000)
    shop.receive(200)
    shop.issue(200)
    assert [one["is_over"] for one in shop.events("reorder_deferred")] == [False, True, False]
    shop.clock.pass_time(3_500_000)
    shop.issue(1)
    assert shop.asked() == []  # the first shortage was over: this one is new
    shop.clock.pass_time(100_000)
    shop.issue(1)
    assert shop.asked() == ["SCREW/WH/low/1 200"]


def test_a_rule_with_max_quantity_asks_a_person_beyond_it(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {**BELOW, "max_quantity": 150})
    shop.receive(100)
    shop.issue(1)
    assert shop.asked() == []
    [flag] = shop.events("reorder_flagged")
    assert (flag["code"], flag["task"]["id"]) == ("TOO_LARGE", "reorder/TOO_LARGE/SCREW/WH/low")
    shop.receive(100)
    assert [task["id"] for task in shop.store.view.open_tasks()] == []


@pytest.mark.parametrize("literal", [False, True])
def test_what_is_on_order_counts_unless_the_rule_is_literal(tmp_path: Path, literal: bool) -> None:
    shop = Shop(tmp_path, {**BELOW, **({"net": "nothing"} if literal else {})})
    lines = [{"line": "1", "item": ITEM, "quantity": "500", "uom": "PCE", "location": PLACE}]
    shop.load("purchase_orders", {"id": "PO-7", "supplier": "V1", "lines": lines})
    shop.receive(100)
    assert shop.asked() == (["SCREW/WH/low/1 200"] if literal else [])


@pytest.mark.parametrize(("kind", "limit", "at_limit", "asked"), [
    ("below_safety", "safety_stock", None, False), ("below_safety", "safety_stock", "order", True),
    ("fixed_lot", "reorder_point", None, True), ("fixed_lot", "reorder_point", "rest", False),
])  # fmt: skip
def test_a_rule_says_whether_its_limit_itself_counts(
    tmp_path: Path, kind: str, limit: str, at_limit: str | None, asked: bool
) -> None:
    more: dict[str, Any] = {"order_quantity": 50} if kind == "below_safety" else {"lot": 50}
    more |= {"at_limit": at_limit} if at_limit else {}
    shop = Shop(tmp_path, {"id": "r", "kind": kind, limit: 100, **more})
    shop.receive(100)
    assert bool(shop.asked()) is asked


def test_a_condition_of_ones_own(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {
        "id": "own", "kind": "condition", "when": "on_hand < 100 and used_7d > 2 * on_hand", "order_quantity": 30,
    })  # fmt: skip
    shop.receive(90)
    assert shop.asked() == []
    shop.issue(61)
    assert shop.asked() == ["SCREW/WH/own/1 30"]
    numbers = {one["name"]: one["value"] for one in shop.triggers()[0]["tr"]["basis"]["numbers"]}
    assert (numbers["on_hand"], numbers["used_7d"]) == ("29", "61")
