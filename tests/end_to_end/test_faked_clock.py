"""The real daemon on a machine whose clock is wrong, set late, stepped, or changes to winter time (R7)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from firmware_sim.erp.moment import corrected_time, posting_date
from firmware_sim.erp.schema import connect_reader
from firmware_sim.scanner import Answer
from tests.end_to_end.floor import Floor
from tests.faked_clock import FakedClock

pytestmark = [pytest.mark.slow, pytest.mark.promise("R7")]

TODAY = datetime(2027, 3, 3, 9, 30, tzinfo=UTC)
CLOSE = timedelta(seconds=60)  # how far a busy machine may be behind what a test says


@contextmanager
def floor_with_clock(directory: Path, moment: datetime, zone: str = "UTC") -> Iterator[tuple[Floor, FakedClock]]:
    clock = FakedClock(directory / "machine", zone)
    clock.set(moment)
    with Floor(directory, cards=6, machine=clock.command) as floor:
        yield floor, clock


def emptied(floor: Floor) -> list[dict[str, Any]]:
    return floor.events("card_emptied")


def use(floor: Floor, card: str) -> None:
    """Scan until green; when this returns, whatever was scanned before has been decided too."""
    floor.consume.scan_until_green(floor.code(card))
    floor.wait_until(lambda: card in {event["card"] for event in emptied(floor)}, f"{card} is empty")


def wall(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["w"])


def test_a_box_that_boots_in_1970_works_and_its_time_stamps_are_corrected_once_it_learns_the_time(
    tmp_path: Path,
) -> None:
    with floor_with_clock(tmp_path, datetime(1970, 1, 1, 0, 0, 20, tzinfo=UTC)) as (floor, clock):
        use(floor, "K-0001")
        clock.set(TODAY)
        clock.synchronise()
        floor.wait_until(lambda: bool(floor.events("clock_corrected")), "the gateway knows the time")
        use(floor, "K-0002")
        first, second = emptied(floor)
        assert (first["q"], second["q"]) == ("untrusted", "ntp")
        assert first["w"].startswith("1970-01-01T00:0")
        assert abs(wall(second) - TODAY) < 2 * CLOSE
        assert [event["jump_ms"] > 0 for event in floor.events("clock_jumped")] == [True]
        floor.settle()
        ledger = connect_reader(floor.ledger)
        try:
            corrected = corrected_time(ledger, first, "G1")
            assert corrected is not None
            apart = wall(second) - corrected - timedelta(milliseconds=second["m"] - first["m"])
            assert abs(apart) < timedelta(seconds=1)  # the two clocks of a moment are read one after the other
            assert posting_date(ledger, first, "G1", ZoneInfo("Asia/Shanghai")) == TODAY.date()
        finally:
            ledger.close()
        assert floor.gateway.ask("verify")["ok"]


@pytest.mark.parametrize("hours", [2, -2], ids=["forward", "back"])
def test_a_step_of_the_time_service_is_told_and_neither_reorders_nor_opens_the_lock(tmp_path: Path, hours: int) -> None:
    with floor_with_clock(tmp_path, TODAY) as (floor, clock):
        clock.synchronise()
        use(floor, "K-0001")
        clock.step(hours * 3600)
        floor.wait_until(lambda: bool(floor.events("clock_jumped")), "the step is told")
        floor.consume.scan_until_green(floor.code("K-0001"))  # the same emptying, whatever the wall says
        use(floor, "K-0002")
        first, second = emptied(floor)
        assert (first["card"], second["card"]) == ("K-0001", "K-0002")
        assert (wall(second) > wall(first)) is (hours > 0)
        assert second["m"] > first["m"]
        assert floor.cards()["K-0001"] == ("EMPTY", 1)
        assert [round(event["jump_ms"] / 3_600_000) for event in floor.events("clock_jumped")] == [hours]
        floor.settle()
        assert floor.orders()["K-0001"] == 1


@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        ("Europe/Berlin", (datetime(2026, 10, 25, 1, 0, tzinfo=UTC), datetime(2027, 3, 28, 1, 0, tzinfo=UTC))),
        ("America/New_York", (datetime(2026, 11, 1, 6, 0, tzinfo=UTC), datetime(2027, 3, 14, 7, 0, tzinfo=UTC))),
    ],
)
def test_summer_and_winter_time_are_no_step(tmp_path: Path, zone: str, changes: tuple[datetime, datetime]) -> None:
    with floor_with_clock(tmp_path, changes[0] - timedelta(hours=1), zone) as (floor, clock):
        for number, change in enumerate(changes):
            before, after = ((change + timedelta(seconds=one)).astimezone(ZoneInfo(zone)) for one in (-1, 1))
            assert before.utcoffset() != after.utcoffset()
            _cross(floor, clock, change, [f"K-{3 * number + one:04d}" for one in range(3)])


def _cross(floor: Floor, clock: FakedClock, change: datetime, cards: list[str]) -> None:
    """Scan right before and right after the change, and the first card once more."""
    jumps = len(floor.events("clock_jumped")) + 1
    clock.set(change - timedelta(seconds=3))
    floor.wait_until(lambda: len(floor.events("clock_jumped")) == jumps, "the way there is told")
    use(floor, cards[0])
    floor.wait_until(lambda: clock.now > change + timedelta(seconds=1.2), "the change")
    use(floor, cards[1])
    floor.consume.scan_until_green(floor.code(cards[0]))  # its lock window knows no zone
    use(floor, cards[2])
    first, second, third = emptied(floor)[-3:]
    assert [first["card"], second["card"], third["card"]] == cards
    assert wall(first) < wall(second) < wall(first) + CLOSE
    assert len(floor.events("clock_jumped")) == jumps


@pytest.mark.decision("K2")
@pytest.mark.parametrize(
    ("off_s", "is_set", "code"),
    [(0, True, "ALREADY_EMPTY"), (7200, True, "CARD_EMPTIED"), (7200, False, "ask"), (-7200, True, "ask")],
    ids=["within the window", "after a refill time", "a clock nobody has set", "a clock that went back"],
)
def test_the_lock_window_holds_across_a_reboot_as_far_as_the_clocks_can_be_trusted(
    tmp_path: Path, off_s: int, is_set: bool, code: str
) -> None:
    with floor_with_clock(tmp_path, TODAY) as (floor, clock):
        clock.synchronise()
        floor.gateway.restart()  # it looks at the clock's quality when it starts
        use(floor, "K-0001")
        floor.gateway.kill()
        clock.reboot()
        clock.step(off_s)
        if is_set:
            clock.synchronise()
        floor.gateway.start()
        assert floor.consume.scan_until_answered(floor.code("K-0001")) is not Answer.SILENCE
        use(floor, "K-0002")
        cycles = [event["cycle"] for event in emptied(floor) if event["card"] == "K-0001"]
        boots = {event["boot"] for event in emptied(floor) if event["card"] == "K-0001"}
        if code == "CARD_EMPTIED":
            assert cycles == [1, 2]
            assert len(boots) == 2
        else:
            assert cycles == [1]
        tasks = floor.gateway.ask("status")["resolve"]
        assert (len(tasks) > 0) is (code == "ask"), json.dumps(tasks)
