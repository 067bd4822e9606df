"""Rules with times of their own: due when they say, made up for once after a power cut; no clock can hurt them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.model import Stamp
from gateway.reorder.rule import Schedule
from gateway.reorder.schedule import is_due
from gateway.reorder.working_time import ALWAYS, Calendar
from tests.reorder.shop import BELOW, Shop
from tests.store.rig import HandClock

UTC_ZONE, CHINA = ZoneInfo("UTC"), ZoneInfo("Asia/Shanghai")
DAILY = Schedule(at_min=(6 * 60,))
OFTEN = Schedule(every_ms=30 * 60_000)


def at(text: str, *, boot: str = "b", mono_ms: int = 10**9) -> Stamp:
    wall_ms = round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)
    return Stamp(wall_ms, mono_ms, boot, "ntp")


def since(stamp: Stamp) -> tuple[int, int, str]:
    return (stamp.wall_ms, stamp.mono_ms, stamp.boot)


def test_a_time_of_day_is_the_plants_own() -> None:
    before = since(at("2026-11-27T23:00:00", mono_ms=1))
    assert is_due(DAILY, before, at("2026-11-27T22:30:00"), ALWAYS, CHINA) is False
    ran = since(at("2026-11-27T20:00:00", mono_ms=1))
    assert is_due(DAILY, ran, at("2026-11-27T21:59:00"), ALWAYS, CHINA) is False
    assert is_due(DAILY, ran, at("2026-11-27T22:00:00"), ALWAYS, CHINA) is True  # 06:00 in Shanghai


def test_a_week_without_power_is_made_up_for_once() -> None:
    ran = since(at("2026-11-01T06:00:00"))
    now = at("2026-11-08T09:00:00", boot="later")
    assert is_due(DAILY, ran, now, ALWAYS, UTC_ZONE) is True
    assert is_due(DAILY, since(now), replace(now, mono_ms=now.mono_ms + 900_000), ALWAYS, UTC_ZONE) is False


def test_it_rests_on_holidays_and_runs_on_a_shifted_workday() -> None:
    plant = Calendar(week=(True,) * 5 + (False,) * 2, holidays=frozenset({date(2026, 10, 1)}),
                     workdays=frozenset({date(2026, 10, 10)}))  # fmt: skip
    daily = replace(DAILY, calendar="CN")
    ran = since(at("2026-09-30T06:00:00", mono_ms=1))
    assert is_due(daily, ran, at("2026-10-01T07:00:00"), plant, UTC_ZONE) is False
    assert is_due(daily, ran, at("2026-10-02T07:00:00"), plant, UTC_ZONE) is True
    ran = since(at("2026-10-09T06:00:00", mono_ms=1))
    assert is_due(daily, ran, at("2026-10-10T07:00:00"), plant, UTC_ZONE) is True  # a Saturday


@pytest.mark.promise("R7")
def test_how_often_is_counted_by_the_monotonic_clock() -> None:
    ran = since(at("2026-11-27T12:00:00", mono_ms=1_000_000))
    jumped = at("2027-11-27T12:00:00", mono_ms=1_000_000 + 29 * 60_000)
    assert is_due(OFTEN, ran, jumped, ALWAYS, UTC_ZONE) is False
    assert is_due(OFTEN, ran, replace(jumped, mono_ms=1_000_000 + 30 * 60_000), ALWAYS, UTC_ZONE) is True


def shop_at(directory: Path, clock: HandClock, *rules: dict[str, object]) -> Shop:
    return Shop(directory, *rules, clock=clock)


def test_a_scheduled_rule_waits_for_its_time_and_runs_once(tmp_path: Path) -> None:
    clock = HandClock(wall_ms=at("2026-11-27T03:00:00").wall_ms)
    shop = shop_at(tmp_path, clock, {**BELOW, "at": "06:00"})
    for _ in range(3):
        shop.tick()
    shop.receive(100)
    shop.tick(60)
    assert shop.asked() == []
    shop.tick(125)
    assert shop.asked() == ["SCREW/WH/low/1 200"]
    for _ in range(5):
        shop.tick(1)
    assert len(shop.events("rule_ran")) == 2  # at its beginning, and at six
    shop.close()
    clock.boot, clock.mono = "after", 1000
    clock.wall += 3 * 86_400_000
    shop = shop_at(tmp_path, clock)
    for _ in range(5):
        shop.tick(1)
    assert len(shop.events("rule_ran")) == 3


def test_a_rule_that_runs_often_follows_its_interval(tmp_path: Path) -> None:
    clock = HandClock()
    shop = shop_at(tmp_path, clock, {**BELOW, "every": "30 min"})
    shop.tick()
    shop.receive(100)
    shop.tick(10)
    assert shop.asked() == []
    shop.tick(25)
    assert shop.asked() == ["SCREW/WH/low/1 200"]
    assert shop.events("rule_ran") == []
