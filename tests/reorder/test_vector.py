"""The worked examples that users gave, one test each, with their edges."""

from __future__ import annotations

import pytest

from gateway.reorder.bom import Bom, BomLine, WorkOrder
from gateway.reorder.finding import Act, Priority
from gateway.reorder.situation import Demand, Given, LotAge, OpenSignal, Receipt
from gateway.reorder.usage import History, from_days, used, watched
from tests.reorder.situations import DAY_MS, NOW_MS, TODAY, found, held, units

LONG_AGO_MS = NOW_MS - 400 * DAY_MS


def steady(per_day: str, days: int = 60) -> History:
    """The same use on each of the last closed days."""
    return from_days({TODAY - back: units(per_day) for back in range(1, days + 1)}, since_ms=LONG_AGO_MS)


def test_v1_available_is_on_hand_less_allocated_less_safety() -> None:
    finding = found("below_safety", held(500, allocation=units(120)), safety_stock=180, stock="free")
    assert (finding.number("spare"), finding.fires) == (units(200), False)
    assert found("below_safety", held(299, allocation=units(120)), safety_stock=180, stock="free").fires


def test_v2_what_is_needed_less_stock_plus_safety_is_bought() -> None:
    assert found("net_requirement", demanding(500, 300), safety_stock=180).quantity == units(380)


def test_v3_with_more_than_is_needed_nothing_is_bought() -> None:
    finding = found("net_requirement", demanding(100, 900), safety_stock=180)
    assert (finding.fires, finding.quantity, finding.number("buy")) == (False, 0, 0)


def test_v4_the_safety_stock_is_the_largest_closed_month_times_1_2() -> None:
    history = History()
    for back, quantity in ((31, 150), (62, 80), (100, 100), (130, 90), (1, 999)):  # the last one is this month
        history = used(history, NOW_MS - back * DAY_MS, units(quantity))
    finding = found("reorder_point_month", held(0, history=history), lead_time="0 min", stock="on_hand")
    assert finding.fault is not None
    assert finding.fault.code == "NO_LEAD_TIME"
    finding = found("reorder_point_month", held(0, history=history), lead_time="1 d", stock="on_hand")
    assert finding.number("safety_stock") == units(180)
    assert finding.number("closed_months") == 4


def test_v5_stock_at_the_threshold_is_not_below_it() -> None:
    assert not found("below_safety", held(180), safety_stock=180, order_quantity=200).fires
    assert found("below_safety", held(179), safety_stock=180, order_quantity=200).fires


def surging(stock: int, last: str = "12", before: str = "10") -> Given:
    days = {TODAY - back: units(last if back <= 7 else before) for back in range(1, 15)}
    return held(stock, history=from_days(days, since_ms=LONG_AGO_MS))


def test_v6_a_rise_of_a_fifth_is_a_rush_while_the_stock_lasts_less_than_15_days() -> None:
    rush = found("demand_surge", surging(179))
    assert rush.fires
    assert rush.priority is Priority.URGENT
    assert rush.number("growth") == units("1.2")
    assert rush.number("cover") == 14_916_666
    assert rush.quantity == units(1)
    assert not found("demand_surge", surging(180)).fires
    assert not found("demand_surge", surging(100, last="11.999999")).fires


def test_v6_without_a_base_there_is_no_rise() -> None:
    assert not found("demand_surge", surging(1, before="0")).fires
    two_days = from_days({TODAY - 8: units(1), TODAY - 9: units(1), TODAY - 1: units(50)}, since_ms=LONG_AGO_MS)
    assert not found("demand_surge", held(1, history=two_days)).fires


def lot(age_days: int, idle_days: int | None) -> Given:
    issued = None if idle_days is None else NOW_MS - idle_days * DAY_MS
    return held(5, lot_ages=(LotAge("L1", units(5), NOW_MS - age_days * DAY_MS, issued),))


def test_v7_a_lot_older_than_180_days_without_an_issue_in_30_days_is_dead() -> None:
    dead = found("dead_lot", lot(181, 31))
    assert (dead.fires, dead.level, dead.act) == (True, "dead", Act.FLAG)
    assert not found("dead_lot", lot(180, 31)).fires
    assert not found("dead_lot", lot(181, 30)).fires
    assert found("dead_lot", lot(181, None)).fires


def test_v8_an_item_not_used_for_six_months_is_a_risk_and_its_old_lot_is_dead_too() -> None:
    six_months_ms = NOW_MS - 182 * DAY_MS  # 15 December to 15 June
    situation = held(5, history=used(History(), six_months_ms, units(1)), lot_ages=lot(400, None).lot_ages)
    assert found("unused_item", situation).level == "risk"
    assert found("dead_lot", situation).level == "dead"
    later = held(5, history=used(History(), six_months_ms + DAY_MS, units(1)))
    assert not found("unused_item", later).fires


def test_v9_a_cover_of_three_days_is_short() -> None:
    assert found("days_of_cover", held(120, history=steady("40"))).level == "short"
    assert not found("days_of_cover", held("120.000001", history=steady("40"))).fires
    assert found("item_colour", held(120, history=steady("40"))).level == "red"


def test_v10_the_gap_of_a_work_order_is_what_is_neither_here_nor_on_its_way() -> None:
    finding = found("work_order_shortage", ordering(300, 100, ("WO1", 1000)))
    assert (finding.fires, finding.quantity) == (True, units(100))


def test_v11_demand_of_500_on_a_stock_of_480_with_safety_180_buys_200() -> None:
    finding = found("net_requirement", demanding(500, 480), safety_stock=180)
    assert finding.quantity == units(200)


def test_what_is_on_its_way_or_asked_for_is_not_bought_again_unless_the_rule_is_literal() -> None:
    coming = demanding(500, 300, coming=(Receipt(units(100), None),), signals=(OpenSignal(units(80)),))
    assert found("net_requirement", coming, safety_stock=180).quantity == units(200)
    assert found("net_requirement", coming, safety_stock=180, net_in_transit=False).quantity == units(380)


def demanding(demand: int, stock: int, **more: object) -> Given:
    return held(stock, needed=(Demand(units(demand), NOW_MS + 3 * DAY_MS, "SO1"),), **more)


def ordering(stock: int, coming: int, *orders: tuple[str, int]) -> Given:
    """Each set takes half a unit of the item; the orders are due a day apart."""
    return held(
        stock,
        coming=(Receipt(units(coming), NOW_MS + DAY_MS),),
        boms={"SET": Bom("SET", units(1), (BomLine("ITEM", units("0.5")),))},
        orders=tuple(WorkOrder(name, "SET", units(sets), NOW_MS + (nth + 1) * DAY_MS)
                     for nth, (name, sets) in enumerate(orders)),
    )  # fmt: skip


@pytest.mark.decision("K9")
def test_two_orders_of_300_on_a_stock_of_300_leave_a_gap_of_300() -> None:
    finding = found("work_order_shortage", ordering(300, 0, ("WO1", 600), ("WO2", 600)))
    assert finding.quantity == units(300)
    assert finding.number("short WO2") == units(300)
    assert finding.number("short WO1") is None
    assert finding.need_ms == NOW_MS + 2 * DAY_MS


def test_a_watched_item_without_use_lies_too_long_and_a_new_one_is_not_judged() -> None:
    idle = held(5, history=watched(History(), LONG_AGO_MS))
    assert found("days_of_cover", idle).level == "excess"
    new = found("days_of_cover", held(5))
    assert new.fault is not None
    assert new.fault.code == "NO_HISTORY"
