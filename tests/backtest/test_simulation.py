"""A back-test against answers that are known without it."""

from __future__ import annotations

from datetime import UTC
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.backtest.recorder import Recording
from gateway.backtest.result import Assumption, Result, Rules, run
from gateway.quantity import MICRO
from gateway.timeline import DAY_MS
from tests.backtest.script import PLACE, START_MS, Script, lot_rule, phases, rule

DAYS = 360


def backtest(recording: Recording, old: Rules, new: Rules, *, seed: int = 1, lead_days: float = 3) -> Result:
    return run(recording, old, new, Assumption(seed, UTC, round(lead_days * DAY_MS)))


def steady(days: int = DAYS, opening: str = "40", *, used: str = "10") -> Script:
    """A store from which the same quantity is taken in the middle of every day."""
    script = Script()
    script.opening(opening)
    for day in range(days):
        script.use(day + 0.5, used)
    script.end(days)
    return script


@pytest.mark.parametrize(("point", "lot", "lead"), [(30, 40, 3), (20, 100, 2), (90, 120, 9), (0, 10, 0), (50, 360, 1)])
def test_a_year_of_constant_demand_and_lead_time_is_exact(point: int, lot: int, lead: int) -> None:
    """(R,Q): after each use the position is one of R+10 … R+Q, each for a day, and the stock is the position of
    `lead` days ago less the use since then; with uses at noon and whole days everything is a sum of steps."""
    daily = 10
    recording = steady(opening=str(point + lot)).record()
    [stock] = backtest(recording, {}, {PLACE: lot_rule(str(point), str(lot))}, lead_days=lead).stocks
    orders, area, level, due = _by_hand(point, lot, lead, daily)
    assert stock.new.figures.signals == orders == DAYS * daily // lot
    assert stock.new.figures.ordered == orders * lot * MICRO
    assert Fraction(stock.new.figures.area, DAY_MS * MICRO) == area
    assert stock.new.figures.used == DAYS * daily * MICRO
    assert stock.new.curve[-1] == level * MICRO and due >= 0
    # the textbook's average position: R + (Q + d) / 2 while it is reviewed at every use
    if lead == 0:
        assert stock.new.figures.average_stock == Fraction(point + lot + point + daily, 2) * MICRO


def _by_hand(point: int, lot: int, lead: int, daily: int) -> tuple[int, Fraction, int, int]:
    """(orders, area in units times days, level at the end, on order) by counting days on one's fingers."""
    level, due, orders, area = point + lot, [0] * (DAYS + lead + 1), 0, Fraction(0)
    for day in range(DAYS):
        area += Fraction(level, 2)  # until noon
        level += due[day]  # arrives at noon, before the use
        level -= daily
        if level + sum(due[day + 1 :]) <= point:
            orders += 1
            if lead == 0:
                level += lot
            else:
                due[day + lead] += lot
        area += Fraction(level, 2)
    return orders, area, level, sum(due[DAYS:])


def recorded_under_a_rule(point: int, lot: int, lead: int) -> Script:
    """A year as it would have been written with the rule working and every delivery taking `lead` days."""
    script, level, episode = Script(), point + lot, 0
    due: dict[int, int] = {}
    script.opening(str(level))
    for day in range(DAYS):
        if day in due:
            script.receive(day + 0.5, str(due.pop(day)))
            level += lot
        script.use(day + 0.5, "10")
        level -= 10
        if level + sum(due.values()) <= point:
            episode += 1
            script.signal(day + 0.5, str(lot), episode)
            due[day + lead] = lot
    script.end(DAYS)
    return script


@pytest.mark.parametrize(("point", "lot", "lead"), [(30, 40, 3), (60, 72, 6), (10, 120, 4)])
def test_the_baseline_is_what_happened_when_lead_times_were_constant(point: int, lot: int, lead: int) -> None:
    recording = recorded_under_a_rule(point, lot, lead).record()
    rules = {PLACE: lot_rule(str(point), str(lot))}
    [stock] = run(recording, rules, rules, Assumption(7, UTC)).stocks
    assert set(stock.lead_times_ms) == {lead * DAY_MS}
    assert stock.old.figures == stock.actual.figures == stock.new.figures
    assert list(stock.old.curve) == list(stock.actual.curve)
    assert [one.at_ms for one in stock.old.signals] == [one.at_ms for one in stock.actual.signals]
    assert not stock.is_lead_assumed


def test_receipts_that_old_signals_caused_do_not_come_again() -> None:
    recording = recorded_under_a_rule(30, 40, 3).record()
    [stock] = run(recording, {PLACE: lot_rule("30", "40")}, {}, Assumption(1, UTC)).stocks
    assert stock.dropped == stock.actual.figures.signals - 1  # the last one is still on its way
    assert stock.dropped_quantity == stock.dropped * 40 * MICRO
    assert stock.new.figures.signals == 0
    assert stock.new.curve[-1] == (70 - DAYS * 10) * MICRO


def test_a_receipt_that_no_signal_caused_comes_again_and_is_on_order_before() -> None:
    script = Script()
    script.opening("100")
    script.add(1, "masterdata_changed", md={"dataset": "purchase_orders", "set": [{"id": "PO-7"}], "del": []})
    for day in range(2, 20):
        script.use(day, "10")
        if day == 9:
            script.receive(day + 0.25, "100", "PO-7")
    script.end(20)
    [stock] = backtest(script.record(), {}, {PLACE: lot_rule("30", "50")}).stocks
    assert (stock.kept, stock.dropped) == (1, 0)
    # at 30 left the order is known to come, so nothing is ordered until the position is 30
    assert [round((one.at_ms - START_MS) / DAY_MS, 2) for one in stock.new.signals] == [18.0]


def test_demand_that_was_undone_is_no_demand() -> None:
    plain, undone = Script(), Script()
    for script in (plain, undone):
        script.opening("50")
        for day in range(1, 4):
            script.use(day, "10")
            if script is undone:
                act = script.use(day + 0.1, "20")
                script.move(day + 0.11, "movement_undone", "20", None, "WH1", ref=act["id"], undoes="goods_issued")
        script.end(5)
    rules = {PLACE: lot_rule("20", "40")}
    one, other = (backtest(script.record(), {}, rules).stocks[0] for script in (plain, undone))
    assert one.new == other.new
    assert one.new.figures.used == 30 * MICRO


def test_an_undo_whose_stock_a_snapshot_had_given_back_leaves_the_right_level() -> None:
    script = Script()
    script.opening("50")
    act = script.use(1, "20")
    script.opening("50", day=2)  # the ERP never booked it
    script.add(3, "card_superseded", ref=act["id"], dsp={})  # nothing to give back
    script.end(4)
    series = script.series()
    assert sum(series.changes) == 50 * MICRO
    assert series.used(0) == 0


def test_periods_out_of_stock_are_marked_as_censored_demand() -> None:
    script = Script()
    script.opening("20")
    script.use(1, "20")
    script.receive(4, "30")
    script.use(6, "35")
    script.end(8)
    [stock] = backtest(script.record(), {}, {PLACE: lot_rule("5", "40")}).stocks
    marked = [tuple((at - START_MS) / DAY_MS for at in one) for one in stock.censored]
    assert marked == [(1, 4), (6, 8)]
    assert stock.actual.figures.stock_outs == 2


def varied() -> Recording:
    """Deliveries that took two to six days."""
    script, level, episode = Script(), 60, 0
    script.opening("60")
    due: dict[int, int] = {}
    for day in range(DAYS):
        if day in due:
            level += due[day]
            script.receive(day + 0.2, str(due.pop(day)))
        use = 5 + (day * 7) % 11
        script.use(day + 0.5, str(use))
        level -= use
        if level + sum(due.values()) <= 40:
            episode += 1
            script.signal(day + 0.5, "60", episode)
            due[day + 2 + (episode * 3) % 5] = 60
    script.end(DAYS)
    return script.record()


def test_the_same_seed_gives_the_same_answer_and_another_one_another() -> None:
    recording, rules = varied(), {PLACE: lot_rule("40", "60")}
    first, again, other = (run(recording, rules, rules, Assumption(seed, UTC)).as_json() for seed in (1, 1, 2))
    assert first == again
    assert first["stocks"][0]["old"] != other["stocks"][0]["old"]


def test_both_rule_sets_are_judged_on_the_same_demand_and_the_same_luck() -> None:
    recording, rules = varied(), {PLACE: lot_rule("40", "60")}
    [same] = run(recording, rules, rules, Assumption(3, UTC)).stocks
    assert same.old == same.new
    [stock] = run(recording, rules, {PLACE: lot_rule("90", "60")}, Assumption(3, UTC)).stocks
    assert stock.old.figures.used == stock.new.figures.used == stock.actual.figures.used > 0
    assert stock.new.figures.out_ms <= stock.old.figures.out_ms
    assert stock.new.figures.held > stock.old.figures.held


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(-3, 15)), min_size=1, max_size=60), st.integers(0, 30))
def test_judging_only_when_it_can_matter_is_judging_always(steps: list[tuple[int, int]], point: int) -> None:
    script, day = Script(), 0.0
    script.opening("40")
    for hours, used in steps:
        day += hours / 24
        if used > 0:
            script.use(day, str(used))
        elif used < 0:
            script.move(day, "goods_returned", str(-used), None, "WH1")
    script.end(day + 1)
    recording = script.record()
    for one in (
        rule(reorder_point=str(point), lot="25"),
        rule("below_safety", safety_stock=str(point), order_quantity="25"),
        rule("min_max", minimum=str(point), maximum="50", stock="on_hand"),
    ):
        quick = backtest(recording, {}, {PLACE: phases(one)}).stocks[0].new
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("gateway.backtest.simulation.slack_of", lambda *_: _always())
            thorough = backtest(recording, {}, {PLACE: phases(one)}).stocks[0].new
        assert quick == thorough


def _always() -> object:
    from gateway.backtest.slack import NONE

    return NONE


def test_one_shortage_is_one_signal_until_its_goods_come_and_then_it_is_judged_again() -> None:
    """K8: threshold 180; at 179 order 200, use 220, the receipt leaves 159: it must fire again."""
    script = Script()
    script.opening("180")
    script.use(1, "1")
    for day in range(10):
        script.use(1 + (day + 1) / 10, "22")
    script.end(10)
    order = rule("below_safety", safety_stock="180", order_quantity="200")
    [stock] = backtest(script.record(), {}, {PLACE: phases(order)}, lead_days=2.5).stocks
    times = [round((one.at_ms - START_MS) / DAY_MS, 2) for one in stock.new.signals]
    assert times == [1.0, 3.5]
    assert stock.new.curve[-1] == (180 - 1 - 220 + 400) * MICRO


def test_a_recording_of_seconds_has_a_curve_of_many_points_and_the_red_of_a_day() -> None:
    seconds = 1 / 86_400
    script = Script()
    script.opening("100")
    script.use(20 * seconds, "10")
    script.end(40 * seconds)
    [stock] = backtest(script.record(), {}, {PLACE: lot_rule("30", "40")}, lead_days=1).stocks
    assert stock.red_below == 3 * 10 * MICRO
    assert list(stock.actual.curve) == [100 * MICRO] * 50 + [90 * MICRO] * 50
    assert stock.actual.figures.cover_days == 9.5  # 95 on average, 10 in what is taken as a day


@pytest.mark.parametrize("from_day", [1, 97, 98.5, 99, 200])
def test_a_period_that_begins_in_the_middle_knows_what_was_on_order(from_day: float) -> None:
    recording = recorded_under_a_rule(30, 40, 3).record(from_day=from_day, to_day=300)
    rules = {PLACE: lot_rule("30", "40")}
    [stock] = run(recording, rules, rules, Assumption(7, UTC)).stocks
    assert stock.old.figures == stock.actual.figures
    assert list(stock.old.curve) == list(stock.actual.curve)
