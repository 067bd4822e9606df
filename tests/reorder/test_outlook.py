"""What lies ahead: lines that run dry, projections, a supplier's own stock, lots of containers, sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from gateway.reorder.finding import Act, Priority, Way
from gateway.reorder.situation import Demand, LotAge, OpenSignal, Receipt, Source, Stock
from gateway.reorder.source import choose
from gateway.reorder.unused_item import months_between
from gateway.reorder.usage import History, used, watched
from gateway.reorder.vmi import Withdrawal, settled
from gateway.reorder.working_time import Calendar, Shift
from tests.reorder.situations import DAY_MS, HOUR_MS, MINUTE_MS, NOW_MS, found, held, units


def running(per_minute: str = "1", hours: int = 60) -> History:
    history = watched(History(), NOW_MS - hours * HOUR_MS)
    for minute in range(hours * 60, 0, -1):
        history = used(history, NOW_MS - minute * MINUTE_MS, units(per_minute))
    return history


def test_a_line_that_runs_dry_within_two_hours_is_urgent_and_says_when() -> None:
    finding = found("line_shortage", held(60, history=running()), warn_hours=2, up_to_hours=8)
    assert (finding.fires, finding.priority, finding.act) == (True, Priority.URGENT, Act.ORDER)
    assert finding.need_ms is not None
    assert abs(finding.need_ms - (NOW_MS + HOUR_MS)) < 5 * MINUTE_MS
    assert not found("line_shortage", held(180, history=running()), warn_hours=2).fires


def test_the_time_of_a_stock_out_is_working_time() -> None:
    shifts = Calendar(shifts=(Shift(0, 16 * 60),))  # ends less than an hour after now
    finding = found("line_shortage", held(120, history=running(), worked=shifts), warn_hours=24)
    assert finding.need_ms is not None
    assert finding.need_ms > shifts.start_of(date(2025, 6, 16))


def test_what_is_under_way_to_a_dry_line_is_hurried_and_not_ordered_again() -> None:
    asked = held(10, history=running(), signals=(OpenSignal(units(500)),))
    finding = found("line_shortage", asked, up_to_hours=4)
    assert (finding.fires, finding.act, finding.quantity) == (True, Act.FLAG, 0)


def test_a_line_that_stands_is_not_short() -> None:
    assert not found("line_shortage", held(0, history=watched(History(), NOW_MS - DAY_MS))).fires


def test_a_surge_that_is_covered_by_what_is_coming_is_only_told() -> None:
    history = watched(History(), NOW_MS - 40 * DAY_MS)
    for day in range(1, 15):
        history = used(history, NOW_MS - day * DAY_MS, units(20 if day <= 7 else 10))
    covered = held(100, history=history, coming=(Receipt(units(300), NOW_MS + 9 * DAY_MS),))
    finding = found("demand_surge", covered)
    assert (finding.fires, finding.act, finding.priority) == (True, Act.FLAG, Priority.URGENT)
    slow, fast = Source("SLOW", is_preferred=True, planned_ms=9 * DAY_MS), Source("FAST", planned_ms=DAY_MS)
    assert found("demand_surge", held(100, history=history, offered=(slow, fast))).source == "FAST"


def test_a_projected_shortage_says_when_and_how_much() -> None:
    situation = held(
        100, coming=(Receipt(units(50), NOW_MS + 5 * DAY_MS), Receipt(units(900), NOW_MS + 40 * DAY_MS)),
        needed=(Demand(units(80), NOW_MS + 3 * DAY_MS), Demand(units(90), NOW_MS + 10 * DAY_MS)),
        offered=(Source("ACME", planned_ms=2 * DAY_MS),),
    )  # fmt: skip
    finding = found("projection", situation, safety_stock=10)
    assert (finding.level, finding.quantity, finding.need_ms) == ("short", units(30), NOW_MS + 10 * DAY_MS)
    assert finding.order_by_ms == NOW_MS + 8 * DAY_MS
    assert not found("projection", situation, safety_stock=10, horizon="9 d").fires


def test_a_receipt_without_a_date_is_no_help_and_a_demand_without_one_counts() -> None:
    situation = held(10, coming=(Receipt(units(90), None),), needed=(Demand(units(11), None),))
    assert found("projection", situation).level == "short"


def test_what_was_asked_for_and_has_no_date_is_not_ordered_again_but_told() -> None:
    short = held(10, needed=(Demand(units(30), NOW_MS + DAY_MS),))
    assert found("projection", short).quantity == units(20)
    partly = found("projection", replace(short, signals=(OpenSignal(units(15)),)))
    assert (partly.fires, partly.quantity) == (True, units(5))
    asked = found("projection", replace(short, coming=(Receipt(units(20), None),)))
    assert (asked.fires, asked.act, asked.quantity, asked.level) == (True, Act.FLAG, 0, "short")


def test_what_is_left_for_longer_than_half_a_year_is_too_much() -> None:
    situation = held(1000, needed=(Demand(units(30), NOW_MS + DAY_MS),))
    finding = found("projection", situation)
    assert (finding.level, finding.act) == ("excess", Act.FLAG)
    assert not found("projection", situation, excess_days=970).fires


def test_a_demand_below_nothing_is_told_and_not_added_up() -> None:
    for kind in ("projection", "net_requirement"):
        finding = found(kind, held(10, needed=(Demand(-units(5), NOW_MS, "SO7"),)))
        assert finding.fault is not None
        assert (finding.fault.code, finding.fires) == ("NEGATIVE_DEMAND", False)
        assert "SO7" in finding.why


def test_only_the_suppliers_own_stock_counts_against_the_agreed_levels() -> None:
    rows = (Stock(units(29), owner="ACME"), Stock(units(500)), Stock(units(9), status="blocked", owner="ACME"))
    finding = found("vmi", type(held(0))(rows=rows, now_ms=NOW_MS), owner="ACME", minimum=30, maximum=100)
    assert finding.quantity == units(71)
    at_minimum = type(held(0))(rows=(Stock(units(30), owner="ACME"),), now_ms=NOW_MS)
    assert not found("vmi", at_minimum, owner="ACME", minimum=30, maximum=100).fires


def test_a_supplier_is_paid_for_what_was_used_of_its_goods() -> None:
    used_up = [Withdrawal("ACME", "A", 5), Withdrawal("", "A", 9), Withdrawal("ACME", "A", -2), Withdrawal("B", "A", 1),
               Withdrawal("B", "C", 4), Withdrawal("B", "C", -4)]  # fmt: skip
    assert settled(used_up) == {("ACME", "A"): 3, ("B", "A"): 1}


def test_a_triangle_fires_when_the_stock_reaches_it_and_two_bins_when_one_is_empty() -> None:
    assert found("triangle", held(30), containers=3, container=10, lot=40).quantity == units(40)
    assert not found("triangle", held("30.000001"), containers=3, container=10, lot=40).fires
    assert found("two_bin", held(40), bin=40).quantity == units(40)
    assert not found("two_bin", held("40.000001"), bin=40).fires


def test_a_loop_comes_before_suppliers_the_preferred_before_the_fastest() -> None:
    slow, fast = Source("SLOW", is_preferred=True, planned_ms=9), Source("FAST", planned_ms=1)
    loop = Source("L-7", Way.LOOP, planned_ms=100)
    assert choose(held(0, offered=(slow, fast, loop))).why == "by the cards of loop L-7"
    assert choose(held(0, offered=(slow, fast))).why == "SLOW is the preferred source"
    assert choose(held(0, offered=(slow, fast)), "fastest").why.startswith("FAST is the fastest of 2")
    assert choose(held(0, offered=(fast, Source("FIRST", planned_ms=1)))).why.startswith("FAST is the fastest of 2")
    assert choose(held(0)).source is None


def test_an_old_unused_item_is_offered_cheaper_and_a_custom_one_asked_for() -> None:
    old = (LotAge("L", units(5), NOW_MS - 400 * DAY_MS),)
    assert "offer it cheaper" in found("unused_item", held(5, lot_ages=old)).why
    assert "ask its customer" in found("unused_item", held(5, lot_ages=old, custom=True)).why
    assert not found("unused_item", held(0, lot_ages=old)).fires
    assert not found("unused_item", held(5)).fires


def test_months_end_where_the_month_does() -> None:
    assert months_between(date(2025, 8, 31), date(2026, 2, 28)) == 6
    assert months_between(date(2025, 8, 31), date(2026, 2, 27)) == 5
    assert months_between(date(2025, 12, 15), date(2025, 12, 15)) == 0


def test_colours_of_an_item() -> None:
    history = watched(History(), NOW_MS - 40 * DAY_MS)
    assert found("item_colour", held(0), threshold=50).level == "red"
    assert found("item_colour", held(49, history=history), threshold=50).level == "yellow"
    green = found("item_colour", held(50, history=history), threshold=50)
    assert (green.level, green.fires) == ("green", False)
