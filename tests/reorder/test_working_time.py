"""Working time and slots of deliveries, through holidays, shifted workdays, nights and changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reorder.finding import Way
from gateway.reorder.situation import Source
from gateway.reorder.source import choose, due, order_by
from gateway.reorder.working_time import (
    ALWAYS,
    Calendar,
    Shift,
    Slot,
    after_work,
    last_slot,
    next_slot,
    worked_ms,
    working_days,
)
from tests.reorder.situations import DAY_MS, HOUR_MS, NOW_MS, found, held

SHANGHAI = ZoneInfo("Asia/Shanghai")
# National Day 2025: off from 1 to 8 October, worked on Sunday 28 September and Saturday 11 October instead.
PLANT = Calendar(
    "plant", SHANGHAI, (True,) * 5 + (False,) * 2,
    holidays=frozenset(date(2025, 10, day) for day in range(1, 9)),
    workdays=frozenset({date(2025, 9, 28), date(2025, 10, 11)}),
    shifts=(Shift(8 * 60, 12 * 60), Shift(13 * 60, 17 * 60)),
    slots=(Slot(9 * 60), Slot(14 * 60), Slot(16 * 60, weekday=4)),
)  # fmt: skip


def at(text: str) -> int:
    """The instant of a local time in Shanghai."""
    return int(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp()) * 1000


@pytest.mark.decision("K17")
@pytest.mark.parametrize(
    ("earliest", "slot"),
    [
        ("2025-09-30T08:00", "2025-09-30T09:00"),
        ("2025-09-30T09:00", "2025-09-30T09:00"),  # the slot itself
        ("2025-09-30T14:01", "2025-10-09T09:00"),  # over the whole holiday
        ("2025-09-26T14:01", "2025-09-26T16:00"),  # the Friday run
        ("2025-09-26T16:01", "2025-09-28T09:00"),  # a Sunday that is worked
        ("2025-10-10T20:00", "2025-10-11T09:00"),  # a Saturday that is worked
        ("2025-10-11T14:01", "2025-10-13T09:00"),
    ],
)
def test_the_due_date_is_the_next_slot_of_the_suppliers_calendar(earliest: str, slot: str) -> None:
    assert next_slot(PLANT, at(earliest)) == at(slot)


@pytest.mark.decision("K17")
def test_an_order_is_due_at_the_suppliers_slot_after_its_lead_time() -> None:
    source = Source("ACME", Way.PURCHASE, is_preferred=True, planned_ms=2 * DAY_MS, calendar=PLANT)
    situation = held(1, offered=(source,))
    finding = found("below_safety", situation, safety_stock=5)
    assert finding.due_ms == next_slot(PLANT, NOW_MS + 2 * DAY_MS)
    assert finding.due_ms != NOW_MS + 2 * DAY_MS


def test_it_comes_at_the_last_slot_before_it_is_needed_and_not_earlier() -> None:
    source = Source("ACME", planned_ms=DAY_MS, calendar=PLANT)
    choice = choose(held(1, offered=(source,)))
    now_ms, need_ms = at("2025-09-22T08:00"), at("2025-09-25T12:00")
    assert due(choice, now_ms, need_ms) == at("2025-09-25T09:00")
    assert order_by(choice, need_ms) == need_ms - DAY_MS
    assert due(choice, now_ms, now_ms) == at("2025-09-23T09:00")  # too late: as soon as it can be there
    assert last_slot(PLANT, at("2025-10-05T00:00")) == at("2025-09-30T14:00")


def test_an_unknown_lead_time_has_no_due_date() -> None:
    finding = found("below_safety", held(1, offered=(Source("ACME"),)), safety_stock=5)
    assert finding.fires
    assert (finding.source, finding.due_ms) == ("ACME", None)


def test_work_is_counted_within_shifts_only() -> None:
    assert worked_ms(PLANT, at("2025-09-30T11:00"), at("2025-10-09T09:00")) == 6 * HOUR_MS
    assert after_work(PLANT, at("2025-09-30T16:00"), 2 * HOUR_MS) == at("2025-10-09T09:00")
    assert working_days(PLANT, at("2025-09-30T00:00"), at("2025-10-10T00:00")) == 2


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    nights = Calendar(week=(True,) * 5 + (False,) * 2, shifts=(Shift(22 * 60, 30 * 60),))
    saturday_ms = nights.start_of(date(2025, 6, 14))
    assert worked_ms(nights, saturday_ms, saturday_ms + DAY_MS) == 6 * HOUR_MS
    assert next_slot(nights, saturday_ms + HOUR_MS) == saturday_ms + HOUR_MS
    assert next_slot(nights, saturday_ms + 7 * HOUR_MS) == nights.start_of(date(2025, 6, 16), 22 * 60)


def test_a_day_on_which_the_clock_changes_is_shorter_or_longer() -> None:
    berlin = Calendar(zone=ZoneInfo("Europe/Berlin"))
    spring = datetime(2025, 3, 29, 23, tzinfo=UTC)
    autumn = datetime(2025, 10, 25, 22, tzinfo=UTC)
    for begin, hours in ((spring, 23), (autumn, 25)):
        begin_ms = int(begin.timestamp()) * 1000
        day = berlin.day_of(begin_ms)
        assert berlin.start_of(day) == begin_ms
        assert worked_ms(berlin, begin_ms, begin_ms + hours * HOUR_MS) == hours * HOUR_MS
        assert berlin.day_of(begin_ms + hours * HOUR_MS - 1) == day
        assert berlin.day_of(begin_ms + hours * HOUR_MS) != day


def test_a_plant_that_never_works_has_no_slot_and_no_end_of_work() -> None:
    closed = Calendar(week=(False,) * 7)
    assert next_slot(closed, NOW_MS) is None
    assert last_slot(closed, NOW_MS) is None
    assert after_work(closed, NOW_MS, 1) is None
    assert worked_ms(closed, NOW_MS, NOW_MS + DAY_MS) == 0


@given(st.integers(0, 30 * DAY_MS), st.integers(0, 10 * DAY_MS), st.integers(0, 10 * DAY_MS))
def test_working_time_adds_up_and_can_be_walked_back(start: int, first: int, second: int) -> None:
    a = NOW_MS + start
    b, c = a + first, a + first + second
    assert worked_ms(PLANT, a, b) + worked_ms(PLANT, b, c) == worked_ms(PLANT, a, c)
    work_ms = worked_ms(PLANT, a, c)
    reached = after_work(PLANT, a, work_ms)
    assert reached is not None
    assert reached <= c or work_ms == 0
    assert worked_ms(PLANT, a, reached) == work_ms


@given(st.integers(0, 400 * DAY_MS))
def test_every_slot_is_on_a_working_day_and_not_early(after_ms: int) -> None:
    slot = next_slot(PLANT, NOW_MS + after_ms)
    assert slot is not None
    assert slot >= NOW_MS + after_ms
    assert PLANT.is_working(PLANT.day_of(slot))
    assert next_slot(ALWAYS, NOW_MS + after_ms) == NOW_MS + after_ms
    assert last_slot(PLANT, slot) == slot
