"""Histories: bounded, the same in any order and on any machine, without floats."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from gateway.reorder.usage import (
    DAYS,
    HOURS,
    MINUTES,
    MONTHS,
    History,
    from_json,
    month_number,
    to_json,
    used,
    watched,
)
from tests.reorder.situations import DAY_MS, HOUR_MS, NOW_MS, units

uses = st.lists(st.tuples(st.integers(0, 70 * DAY_MS), st.integers(-5_000_000, 50_000_000)), max_size=40)


def folded(rows: list[tuple[int, int]]) -> History:
    history = History()
    for after_ms, quantity in rows:
        history = used(history, NOW_MS + after_ms, quantity)
    return history


@given(uses)
def test_a_history_survives_json_without_floats(rows: list[tuple[int, int]]) -> None:
    history = folded(rows)
    text = json.dumps(to_json(history))
    assert "." not in text
    assert from_json(json.loads(text)) == history


@given(st.lists(st.tuples(st.integers(0, HOUR_MS), st.integers(1, 50_000_000)), max_size=20), st.randoms())
def test_late_movements_give_the_same_history_in_any_order(rows: list[tuple[int, int]], chance: object) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert folded(shuffled) == folded(rows)


def test_a_history_stays_small_however_often_and_long_an_item_is_used() -> None:
    history = History()
    for minute in range(0, 70 * 1440, 7):
        history = used(history, NOW_MS + minute * 60_000, units(1))
    sizes = (len(history.minutes), len(history.hours), len(history.days), len(history.months))
    assert all(size <= limit for size, limit in zip(sizes, (MINUTES, HOURS, DAYS, MONTHS), strict=True))
    assert len(json.dumps(to_json(history))) < 5000


def test_what_is_taken_back_leaves_no_trace() -> None:
    history = used(watched(History(), NOW_MS - DAY_MS), NOW_MS, units(3))
    back = used(history, NOW_MS, -units(3))
    assert (back.minutes, back.hours, back.days, back.months) == ((), (), (), ())


def test_a_clock_that_was_not_set_counts_at_the_newest_known_instant() -> None:
    assert used(History(), 1000, units(1)) == History()
    history = used(History(), NOW_MS, units(1))
    assert used(history, 1000, units(1)) == used(history, NOW_MS, units(1))


def test_days_and_months_are_the_plants_own() -> None:
    shanghai = 8 * HOUR_MS
    at = datetime(2025, 11, 30, 23, 30, tzinfo=UTC)  # 07:30 on 1 December in Shanghai
    history = used(History(), int(at.timestamp()) * 1000, units(1), offset_ms=shanghai)
    assert history.months == ((2025 * 12 + 11, units(1)),)


@given(st.dates(min_value=datetime(1900, 1, 1).date()))  # noqa: DTZ001 - a date has no zone
def test_months_are_those_of_the_gregorian_calendar(day: object) -> None:
    ordinal = day.toordinal() - datetime(1970, 1, 1).toordinal()  # type: ignore[attr-defined]  # noqa: DTZ001
    assert month_number(ordinal * DAY_MS) == day.year * 12 + day.month - 1  # type: ignore[attr-defined]


@given(uses)
def test_a_day_holds_the_sum_of_its_uses_however_they_came(rows: list[tuple[int, int]]) -> None:
    sums: dict[int, int] = {}
    for after_ms, quantity in rows:
        day = (NOW_MS + after_ms) // DAY_MS
        sums[day] = sums.get(day, 0) + quantity
    newest = max(sums, default=0)
    shown = dict(folded(rows).days)
    kept = {day: total for day, total in sums.items() if total and day > newest - DAYS}
    assert {day: total for day, total in shown.items() if day > newest - DAYS} == kept
