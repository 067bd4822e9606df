"""Reorder points: d * L + safety stock, by every formula, against hand-made numbers."""

from __future__ import annotations

from datetime import date, timedelta
from math import sqrt

import pytest

from gateway.reorder.finding import Way
from gateway.reorder.situation import Given, Source
from gateway.reorder.usage import History, from_days, used, watched
from gateway.reorder.working_time import Calendar, Shift
from tests.reorder.situations import DAY_MS, HOUR_MS, MINUTE_MS, NOW_MS, TODAY, found, held, units

LONG_AGO_MS = NOW_MS - 400 * DAY_MS
WEEK = (8, 12, 9, 11, 10, 10, 10)  # a mean of 10, a sum of squares of deviations of 10 a week


def weeks(count: int = 4) -> History:
    return from_days(
        {TODAY - 7 * week - day - 1: units(WEEK[day]) for week in range(count) for day in range(7)},
        since_ms=LONG_AGO_MS,
    )


def supplied(stock: int | str, *lead_days: int, planned: int = 4) -> Given:
    source = Source(
        "ACME", Way.PURCHASE, is_preferred=True, planned_ms=planned * DAY_MS,
        lead_times_ms=tuple(days * DAY_MS for days in lead_days),
    )  # fmt: skip
    return held(stock, history=weeks(), offered=(source,))


def test_the_reorder_point_is_the_demand_of_the_lead_time_and_a_fixed_safety_stock() -> None:
    assert found("reorder_point", supplied(45), safety_stock=5).quantity == units(1)
    assert not found("reorder_point", supplied("45.000001"), safety_stock=5).fires
    assert found("reorder_point", supplied(0), safety_stock=5, lot=20).quantity == units(60)


def test_with_a_review_period_the_stock_must_last_until_the_next_review() -> None:
    assert found("reorder_point", supplied(0), review="3 d").number("reorder_point") == units(70)


def test_three_deliveries_say_more_than_the_planned_lead_time() -> None:
    assert found("reorder_point", supplied(0, 9, 9)).number("lead_time") == 4 * DAY_MS
    assert found("reorder_point", supplied(0, 5, 6, 7)).number("lead_time") == 6 * DAY_MS


def test_safety_by_deviation_is_z_s_root_of_the_lead_time_rounded_up() -> None:
    finding = found("reorder_point_deviation", supplied(0), service_level="98 %")
    expected = 2.0537 * sqrt(40 / 27) * sqrt(4)
    safety = finding.number("safety_stock")
    assert safety is not None
    assert 0 <= safety - expected * 1_000_000 < 2
    assert finding.number("reorder_point") == units(40) + safety


def test_a_lead_time_that_varies_needs_more() -> None:
    finding = found("reorder_point_lead_time", supplied(0, 3, 4, 5), service_level="95 %")
    expected = 1.6449 * sqrt(4 * 40 / 27 + 10**2 * 1)
    safety = finding.number("safety_stock")
    assert safety is not None
    assert 0 <= safety - expected * 1_000_000 < 2


def test_one_delivery_does_not_say_how_much_they_vary() -> None:
    finding = found("reorder_point_lead_time", supplied(0, 3))
    assert finding.fault is not None
    assert finding.fault.code == "FEW_DELIVERIES"


def test_without_any_lead_time_nothing_is_decided() -> None:
    for kind in ("reorder_point", "reorder_point_deviation", "reorder_point_time", "dynamic_safety"):
        finding = found(kind, held(0, history=weeks()))
        assert finding.fault is not None, kind
        assert finding.fault.code == "NO_LEAD_TIME", kind
        assert not finding.fires


def test_two_hours_of_use_are_kept_at_the_line() -> None:
    history = watched(History(), NOW_MS - 10 * HOUR_MS)
    for minute in range(600, 0, -1):
        history = used(history, NOW_MS - minute * MINUTE_MS, units(1))
    line = held(0, history=history, offered=(Source("MILK", planned_ms=HOUR_MS),))
    finding = found("reorder_point_time", line, safety_hours=2, half_life="2 h")
    safety = finding.number("safety_stock")
    assert safety is not None
    assert abs(safety - units(120)) < units(1)


def test_a_day_of_use_is_a_working_day_whatever_its_shifts() -> None:
    two_shifts = Calendar("two", shifts=(Shift(6 * 60, 22 * 60),))
    history = watched(History(), two_shifts.start_of(two_shifts.day_of(NOW_MS) - timedelta(days=5)))
    for day in range(5):
        start_ms = two_shifts.start_of(two_shifts.day_of(NOW_MS) - timedelta(days=5 - day), 6 * 60)
        for hour in range(16):
            history = used(history, start_ms + hour * HOUR_MS, units(10))
    key_part = held(0, history=history, worked=two_shifts, offered=(Source("ACME", planned_ms=DAY_MS),))
    finding = found("reorder_point_time", key_part, safety_days=1, half_life="100 d")
    safety = finding.number("safety_stock")
    assert finding.number("safety_hours") == units(16)
    assert safety is not None
    assert units(140) < safety < units(147)  # 10 an hour, and none today until now


def test_holidays_in_the_lead_time_need_no_stock() -> None:
    today = date(1970, 1, 1) + timedelta(days=TODAY)
    closed = Calendar(holidays=frozenset({today + timedelta(days=1), today + timedelta(days=2)}))
    source = Source("ACME", planned_ms=4 * DAY_MS)
    situation = held(0, history=weeks(), offered=(source,), worked=closed)
    assert found("reorder_point", situation).number("lead_days") == units(2)


SEASONS = [{"from": "06-01", "until": "08-31", "factor": "1.5"}, {"from": "11-15", "until": "02-15", "factor": "0.8"}]


def test_a_season_raises_the_safety_stock_within_its_bounds() -> None:
    high = found("dynamic_safety", held(149), safety_stock=100, seasons=SEASONS)
    assert (high.fires, high.quantity) == (True, units(1))
    assert not found("dynamic_safety", held(150), safety_stock=100, seasons=SEASONS).fires
    bounded = found("dynamic_safety", held(0), safety_stock=100, seasons=SEASONS, most_factor="1.2")
    assert bounded.number("factor_asked") == units("1.5")
    assert bounded.number("dynamic_safety_stock") == units(120)
    assert found("dynamic_safety", held(0), safety_stock=100, seasons=SEASONS, most=110).quantity == units(110)


def test_a_season_may_run_over_the_turn_of_the_year() -> None:
    january = type(held(0))(now_ms=NOW_MS + 220 * DAY_MS, rows=held(79).rows)
    finding = found("dynamic_safety", january, safety_stock=100, seasons=SEASONS)
    assert finding.number("dynamic_safety_stock") == units(80)
    assert finding.fires


def test_a_supplier_that_got_slower_raises_the_safety_stock_but_never_beyond_the_bound() -> None:
    slower = supplied(0, 4, 6, 6, 6)
    finding = found("dynamic_safety", slower, safety_stock=100, follow_supply=True)
    assert finding.number("dynamic_safety_stock") == units(150)
    broken = found("dynamic_safety", supplied(0, 3000, 3000, 3000), safety_stock=100, follow_supply=True)
    assert broken.number("dynamic_safety_stock") == units(200)


@pytest.mark.parametrize(
    "seasons",
    ["summer", [{"from": "13-01", "until": "08-31", "factor": 1}], [{"from": "06-01", "until": "08-31"}],
     [{"from": "06-01", "until": "08-31", "factor": 1.5}], [{"from": "06-01", "until": "08-31", "factor": 100}]],
)  # fmt: skip
def test_a_season_that_is_none_is_a_mistake(seasons: object) -> None:
    from gateway.reorder.kind import parameters_of

    _, mistakes = parameters_of("dynamic_safety", {"safety_stock": 1, "seasons": seasons})
    assert [one.member for one in mistakes] == ["seasons"]
    assert "factors from 0.1 to 10" in mistakes[0].expected
