"""What rules are told of the real store: learned lead times, watched stock, the plant's own days."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gateway.quantity import MICRO
from gateway.reorder.explanation import explained
from gateway.reorder.local import Local
from gateway.store.verify import verify
from tests.kanban.floor import LOOP
from tests.reorder.shop import ITEM, PLACE, Shop
from tests.reorder.situations import DAY_MS, HOUR_MS

LOW: dict[str, Any] = {"id": "low", "kind": "below_safety", "safety_stock": 180, "order_quantity": 200}


def local(shop: Shop) -> Local:
    return Local(ITEM, PLACE, shop.store.view, shop.planner.plan)


def delivered(shop: Shop, doc: str, days: int) -> None:
    """The open need becomes an order, which arrives after so many days."""
    [key] = shop.open()
    line = {"line": "1", "item": ITEM, "quantity": "200", "uom": "PCE", "location": PLACE, "need": key}
    shop.load("purchase_orders", {"id": doc, "supplier": "V1", "lines": [line]})
    shop.tick(days * 1440)
    shop.receive_for(doc, "1", 200)


def test_lead_times_are_learned_from_the_signal_to_the_goods(tmp_path: Path) -> None:
    shop = Shop(tmp_path, LOW)
    shop.load("sources", {"id": "S1", "item": ITEM, "supplier": "V1", "preferred": True, "lead_time_h": 24})
    shop.receive(180)
    for doc, days in (("PO-1", 3), ("PO-2", 5)):
        shop.issue(200)
        delivered(shop, doc, days)
    [source] = local(shop).sources()
    assert source.lead_times_ms == (3 * DAY_MS, 5 * DAY_MS)
    shop.close()
    assert verify(tmp_path).findings == []


def test_what_lies_unused_is_watched_since_it_came(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"id": "cover", "kind": "days_of_cover"})
    shop.receive(10)
    shop.tick(20 * 1440)
    [early] = shop.planner.judgements(ITEM, PLACE, shop.store.view)
    assert early.outcome == "cannot"
    shop.tick(20 * 1440)
    [late] = shop.planner.judgements(ITEM, PLACE, shop.store.view)
    assert late.finding is not None
    assert late.finding.level == "excess"
    shop.close()


def test_without_a_calendar_a_day_begins_at_midnight_of_the_plant(tmp_path: Path) -> None:
    shop = Shop(tmp_path, LOW, zone="Asia/Shanghai")
    calendar = local(shop).calendar()
    evening_ms = int(datetime(2025, 11, 30, 23, 30, tzinfo=UTC).timestamp()) * 1000
    assert calendar.day_of(evening_ms).isoformat() == "2025-12-01"
    assert calendar.start_of(calendar.day_of(evening_ms)) == evening_ms - 7 * HOUR_MS - HOUR_MS // 2
    shop.close()


def test_a_sales_order_that_is_made_to_order_is_bought_for_once(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"id": "mto", "kind": "make_to_order"})
    shop.load("items", {"id": ITEM, "uom": "PCE"}, {"id": "SET", "uom": "PCE"})
    shop.load("boms", {"id": "SET", "quantity": "1", "lines": [{"item": ITEM, "quantity": "4"}]})
    shop.load("order_points", {"id": "P1", "item": ITEM, "location": PLACE})
    line = {"line": "1", "item": "SET", "quantity": "10", "uom": "PCE"}
    shop.load("shipments", {"id": "SO-1", "customer": "C1", "made_to_order": True, "lines": [line]})
    shop.tick()
    assert shop.asked() == ["SCREW/WH/mto/1 40"]
    [key] = shop.open()
    order = {"line": "1", "item": ITEM, "quantity": "40", "uom": "PCE", "location": PLACE, "need": key}
    shop.load("purchase_orders", {"id": "PO-1", "supplier": "V1", "lines": [order]})
    shop.receive_for("PO-1", "1", 40)
    shop.tick()
    assert (shop.ended()[0], shop.open(), len(shop.asked())) == ("received", [], 1)
    shop.close()


def test_a_work_order_that_has_all_its_components_needs_nothing_more(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"id": "wo", "kind": "work_order_shortage"})
    shop.load("items", {"id": ITEM, "uom": "PCE"}, {"id": "SET", "uom": "PCE"})
    shop.load("boms", {"id": "SET", "quantity": "1", "lines": [{"item": ITEM, "quantity": "4"}]})
    part = {"line": "10", "item": ITEM, "quantity": "40", "uom": "PCE", "issued_elsewhere": "40"}
    shop.load("work_orders", {"id": "WO-1", "item": "SET", "quantity": "10", "uom": "PCE", "components": [part]})
    assert local(shop).work_orders() == ()
    shop.close()


def test_a_gap_that_another_place_covers_in_part_asks_for_each_share(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"id": "wo", "kind": "work_order_shortage"})
    shop.load("sources", {"id": "S1", "item": ITEM, "supplier": "V1", "preferred": True, "lead_time_h": 24})
    shop.load("order_points", *({"id": place, "item": ITEM, "location": place} for place in (PLACE, "WH2")))
    shop.receive(15, "WH2")
    part = {"line": "10", "item": ITEM, "quantity": "40", "uom": "PCE", "location": PLACE}
    shop.load("work_orders", {"id": "WO-1", "item": "NUT", "quantity": "10", "uom": "PCE", "components": [part]})
    shop.tick()
    [trigger] = shop.triggers()
    shares = [(one["way"], one["source"], one["qty"]) for one in trigger["tr"]["shares"]]
    assert (trigger["tr"]["qty"], shares) == ("40", [("transfer", "WH2", "15"), ("purchase", "V1", "25")])
    assert "source" not in trigger["tr"]
    assert "from several" in explained(trigger)[1]
    shop.close()


def short_at_two_places(shop: Shop, *, free: int) -> None:
    """Work orders of 15 at WH and at WH3; WH2 has some."""
    shop.load("order_points", *({"id": place, "item": ITEM, "location": place} for place in (PLACE, "WH2", "WH3")))
    shop.receive(free, "WH2")
    parts = [
        {"line": "10", "item": ITEM, "quantity": "15", "uom": "PCE", "location": place} for place in (PLACE, "WH3")
    ]
    made = {"item": "NUT", "quantity": "1", "uom": "PCE"}
    shop.load("work_orders", *({"id": f"WO-{n}", "components": [one], **made} for n, one in enumerate(parts)))
    shop.tick()


def ways(shop: Shop) -> list[tuple[str, str, str]]:
    return [(one["location"], one["tr"].get("way", ""), one["tr"]["qty"]) for one in shop.triggers()]


def test_stock_at_another_place_is_promised_once_however_many_places_are_short(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"id": "wo", "kind": "work_order_shortage"})
    shop.load("sources", {"id": "S1", "item": ITEM, "supplier": "V1", "preferred": True, "lead_time_h": 24})
    short_at_two_places(shop, free=15)
    assert ways(shop) == [(PLACE, "transfer", "15"), ("WH3", "purchase", "15")]
    assert verify(tmp_path).findings == []
    shop.close()


def test_what_is_left_of_it_after_an_open_transfer_is_still_given(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"id": "wo", "kind": "work_order_shortage"})
    shop.load("sources", {"id": "S1", "item": ITEM, "supplier": "V1", "preferred": True, "lead_time_h": 24})
    short_at_two_places(shop, free=20)
    [_, second] = shop.triggers()
    shares = [(one["way"], one["source"], one["qty"]) for one in second["tr"]["shares"]]
    assert shares == [("transfer", "WH2", "5"), ("purchase", "V1", "10")]
    shop.close()


def test_a_rule_with_times_of_its_own_promises_stock_once_too(tmp_path: Path) -> None:
    rule = {"id": "wo", "kind": "work_order_shortage", "every": "1h"}
    shop = Shop(tmp_path, rule)
    shop.load("sources", {"id": "S1", "item": ITEM, "supplier": "V1", "preferred": True, "lead_time_h": 24})
    short_at_two_places(shop, free=15)
    for _ in range(4):
        shop.tick(61)
    assert ways(shop) == [(PLACE, "transfer", "15"), ("WH3", "purchase", "15")]
    shop.close()


def test_what_a_loops_cards_have_asked_a_place_for_is_promised_to_them(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"id": "wo", "kind": "work_order_shortage"})
    shop.load("order_points", *({"id": place, "item": ITEM, "location": place} for place in (PLACE, "WH2")))
    shop.load("loops", {**LOOP, "item": ITEM, "quantity": "40", "source": "WH2"})
    shop.load("cards", {"id": "C1", "loop": "LP-1", "initial": "EMPTY"})
    shop.receive(50, "WH2")
    assert [(one.location, one.free) for one in local(shop).elsewhere()] == [("WH2", 10 * MICRO)]
    shop.close()


def test_what_a_bill_says_is_needed_where_the_item_is_planned_first_and_nowhere_else(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"id": "wo", "kind": "work_order_shortage"})
    shop.load("items", {"id": ITEM, "uom": "PCE"}, {"id": "SET", "uom": "PCE"})
    shop.load("boms", {"id": "SET", "quantity": "1", "lines": [{"item": ITEM, "quantity": "4"}]})
    shop.load("order_points", *({"id": place, "item": ITEM, "location": place} for place in (PLACE, "WH2")))
    shop.load("work_orders", {"id": "WO-1", "item": "SET", "quantity": "10", "uom": "PCE"})
    shop.tick()
    shop.tick()
    assert shop.asked() == ["SCREW/WH/wo/1 40"]
    shop.close()


def test_a_need_in_a_unit_that_nobody_can_convert_stops_the_rule_and_says_so(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"id": "wo", "kind": "work_order_shortage"})
    part = {"line": "10", "item": ITEM, "quantity": "40", "uom": "BARREL", "location": PLACE}
    shop.load("work_orders", {"id": "WO-1", "item": "NUT", "quantity": "10", "uom": "PCE", "components": [part]})
    [judgement] = shop.planner.judgements(ITEM, PLACE, shop.store.view)
    assert judgement.outcome == "cannot"
    assert judgement.finding is not None
    assert "BARREL" in judgement.finding.why
    shop.close()


def test_a_rule_that_does_not_ask_for_needs_is_not_stopped_by_them(tmp_path: Path) -> None:
    shop = Shop(tmp_path, LOW)
    part = {"line": "10", "item": ITEM, "quantity": "40", "uom": "BARREL", "location": PLACE}
    shop.load("work_orders", {"id": "WO-1", "item": "NUT", "quantity": "10", "uom": "PCE", "components": [part]})
    shop.receive(179)
    assert shop.asked() == ["SCREW/WH/low/1 200"]
    shop.close()


def test_an_old_lot_is_dead_however_often_another_one_is_used(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"id": "dead", "kind": "dead_lot"})
    shop.receive(10, lot="OLD")
    shop.receive(500, lot="NEW")
    for _ in range(19):
        shop.tick(10 * 1440)
        shop.issue(5, lot="NEW")
    [dead] = shop.planner.judgements(ITEM, PLACE, shop.store.view)
    assert dead.finding is not None
    assert (dead.finding.level, dead.finding.number("lot OLD"), dead.finding.number("lot NEW")) == ("dead", 10**7, None)
    shop.issue(1, lot="OLD")
    [used] = shop.planner.judgements(ITEM, PLACE, shop.store.view)
    assert used.finding is not None
    assert not used.finding.fires
    shop.close()
