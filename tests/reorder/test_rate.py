"""Rates: half-lives in working time, days of nothing count, holidays do not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.clock import offset_ms
from gateway.reorder.exact import ONE, ceil, decay, root_up, variance
from gateway.reorder.rate import closed_months, daily, deviation_squared, hourly_rate, window
from gateway.reorder.usage import History, from_days, used, watched
from gateway.reorder.working_time import ALWAYS, Calendar, Shift
from tests.reorder.situations import DAY_MS, HOUR_MS, MINUTE_MS, NOW_MS, TODAY, units

LONG_AGO_MS = NOW_MS - 400 * DAY_MS
WEEKDAYS = Calendar("weekdays", week=(True,) * 5 + (False,) * 2, shifts=(Shift(8 * 60, 16 * 60),))


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_power_of_two_is_as_good_as_a_float_and_the_same_everywhere(passed: int, half_life: int) -> None:
    assert decay(passed, half_life) / ONE == pytest.approx(2 ** (-passed / half_life), rel=1e-8, abs=1e-15)


def test_whole_half_lives_are_exact() -> None:
    assert [decay(n * 90, 90) for n in range(4)] == [ONE, ONE // 2, ONE // 4, ONE // 8]
    assert decay(1, 3) == 3660297618696243246  # the same integer on every machine, for ever


@given(st.fractions(min_value=0, max_value=10**12))
def test_a_root_is_the_smallest_integer_that_is_enough(value: Fraction) -> None:
    root = root_up(value)
    assert root * root >= value
    assert root == 0 or (root - 1) ** 2 < value


def test_variance_is_that_of_a_sample() -> None:
    assert variance([2, 4, 4, 4, 5, 5, 7, 9]) == Fraction(32, 7)
    assert ceil(Fraction(-7, 2)) == -3


def steady(per_minute: int, minutes: int, step: int = 1) -> History:
    history = watched(History(), NOW_MS - minutes * MINUTE_MS)
    for minute in range(minutes, 0, -step):
        history = used(history, NOW_MS - minute * MINUTE_MS, per_minute * step)
    return history


def test_steady_use_is_its_own_average_at_minute_resolution() -> None:
    rate = hourly_rate(steady(units(2), 115), ALWAYS, NOW_MS, HOUR_MS)
    assert rate is not None
    assert abs(rate - units(120)) < units("1.5")  # the minute that runs is not over


def test_after_a_half_life_without_use_the_rate_has_halved() -> None:
    history = steady(units(2), 600)
    now = hourly_rate(history, ALWAYS, NOW_MS, HOUR_MS)
    later = hourly_rate(history, ALWAYS, NOW_MS + HOUR_MS, HOUR_MS)
    assert now is not None
    assert later is not None
    assert abs(later / now - Fraction(1, 2)) < Fraction(1, 100)


def test_a_slow_item_does_not_stay_hot() -> None:
    history = used(watched(History(), LONG_AGO_MS), NOW_MS - 20 * DAY_MS, units(1000))
    rate = hourly_rate(history, ALWAYS, NOW_MS, 4 * HOUR_MS)
    assert rate is not None
    assert rate < 1


def test_what_is_used_in_a_burst_counts_over_the_time_the_item_is_known() -> None:
    history = used(watched(History(), NOW_MS - 10 * HOUR_MS), NOW_MS - MINUTE_MS, units(100))
    rate = hourly_rate(history, ALWAYS, NOW_MS, 1000 * HOUR_MS)
    assert rate is not None
    assert abs(rate - units(10)) < units("0.1")


def test_time_without_work_does_not_cool_an_item_down() -> None:
    friday_ms = WEEKDAYS.start_of(date(2025, 6, 13), 16 * 60)
    monday_ms = WEEKDAYS.start_of(date(2025, 6, 16), 8 * 60)
    history = watched(History(), WEEKDAYS.start_of(date(2025, 6, 13), 8 * 60))
    for minute in range(480):
        history = used(history, friday_ms - (480 - minute) * MINUTE_MS, units(1))
    before = hourly_rate(history, WEEKDAYS, friday_ms, 2 * HOUR_MS)
    after = hourly_rate(history, WEEKDAYS, monday_ms, 2 * HOUR_MS)
    assert before is not None
    assert after is not None
    assert abs(after / before - 1) < Fraction(1, 50)


def test_what_is_used_on_a_day_off_is_laid_upon_the_next_work() -> None:
    sunday_ms = WEEKDAYS.start_of(date(2025, 6, 15), 600)
    history = used(watched(History(), WEEKDAYS.start_of(date(2025, 6, 13))), sunday_ms, units(8))
    rate = hourly_rate(history, WEEKDAYS, WEEKDAYS.start_of(date(2025, 6, 16), 16 * 60), 1000 * HOUR_MS)
    assert rate is not None
    assert abs(rate - units("0.5")) < units("0.01")  # 8 in two days of 8 hours


def test_nothing_is_known_of_a_new_item() -> None:
    assert hourly_rate(History(), ALWAYS, NOW_MS, HOUR_MS) is None
    assert deviation_squared(History(), ALWAYS, NOW_MS, 28) is None
    assert closed_months(History(), ALWAYS, NOW_MS, 12) == ()


def test_days_without_use_are_days_of_nothing_but_holidays_are_none() -> None:
    days = {TODAY - 1: units(7), TODAY - 3: units(7)}
    assert daily(from_days(days, since_ms=LONG_AGO_MS), ALWAYS, NOW_MS, 4) == (0, units(7), 0, units(7))
    off = Calendar(holidays=frozenset({date(1970, 1, 1) + timedelta(days=TODAY - 2)}))
    assert daily(from_days(days, since_ms=LONG_AGO_MS), off, NOW_MS, 4) == (0, units(7), units(7))


def test_a_window_counts_closed_days_only_and_those_it_was_watched_in() -> None:
    days = {TODAY: units(100), TODAY - 1: units(4), TODAY - 7: units(3), TODAY - 8: units(9)}
    seen = window(from_days(days), ALWAYS, NOW_MS, 7)
    assert (seen.used, seen.working_days, seen.days_with_use, seen.is_known) == (units(7), 7, 2, True)
    new = window(from_days(days, since_ms=NOW_MS - 2 * DAY_MS), ALWAYS, NOW_MS, 10)
    assert (new.working_days, new.is_known) == (8, False)


def test_more_taken_back_than_used_counts_as_nothing_used() -> None:
    assert window(from_days({TODAY - 1: -units(4)}), ALWAYS, NOW_MS, 7).used == 0


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Asia/Shanghai", "America/St_Johns"])
def test_the_rate_of_steady_use_is_the_same_in_every_zone(zone: str) -> None:
    calendar = Calendar(zone=ZoneInfo(zone))
    ahead_ms = offset_ms(ZoneInfo(zone), NOW_MS)
    history = watched(History(), NOW_MS - 60 * HOUR_MS)
    for minute in range(60 * 60, 0, -1):
        history = used(history, NOW_MS - minute * MINUTE_MS, units(2), offset_ms=ahead_ms)
    rate = hourly_rate(history, calendar, NOW_MS, 8 * HOUR_MS)
    assert rate is not None
    assert abs(rate - units(120)) < units("0.5")


@pytest.mark.parametrize("change", [datetime(2025, 3, 30, 1, tzinfo=UTC), datetime(2025, 10, 26, 1, tzinfo=UTC)])
def test_a_change_of_the_clock_leaves_the_rate_where_it_is(change: datetime) -> None:
    calendar = Calendar(zone=ZoneInfo("Europe/Berlin"))
    change_ms = int(change.timestamp()) * 1000
    now_ms = change_ms + 30 * MINUTE_MS
    history = watched(History(), now_ms - 30 * HOUR_MS)
    for minute in range(30 * 60, 0, -1):
        at_ms = now_ms - minute * MINUTE_MS
        history = used(history, at_ms, units(2), offset_ms=offset_ms(ZoneInfo("Europe/Berlin"), at_ms))
    rate = hourly_rate(history, calendar, now_ms, HOUR_MS // 2)
    assert rate is not None
    assert abs(rate - units(120)) < units("0.01")
