"""Lock windows when nobody can say how much time has passed (R7, K2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.kanban.moment import error_ms, is_later, is_trusted
from tests.kanban.floor import Floor, kinds


def _with_clock(floor: Floor, quality: str) -> None:
    floor.view.now = replace(floor.view.now, quality=quality)


@pytest.mark.promise("R7")
def test_a_card_emptied_just_before_a_reboot_and_scanned_just_after_is_a_double_scan() -> None:
    floor = Floor()
    floor.empty()
    floor.reboot(wall_jump_s=40)
    assert floor.empty().verdict.code == "ALREADY_EMPTY"
    assert floor.orders() == ["card/P1/C1/1/empty"]


@pytest.mark.promise("R7")
@pytest.mark.parametrize(("before", "after"), [("unsynced", "ntp:3ms"), ("ntp:3ms", "untrusted"), ("free", "free")])
@pytest.mark.parametrize("jump_s", [-365 * 86_400, 40, 3600, 365 * 86_400])
def test_across_a_reboot_without_the_time_the_person_is_asked(before: str, after: str, jump_s: int) -> None:
    floor = Floor()
    _with_clock(floor, before)
    floor.empty()
    floor.reboot(wall_jump_s=jump_s)
    _with_clock(floor, after)
    assert floor.empty().verdict.code == "REFILL_NOT_SEEN"
    assert floor.orders() == ["card/P1/C1/1/empty"]


@pytest.mark.promise("R7")
def test_within_one_boot_no_wall_clock_is_asked() -> None:
    floor = Floor()
    _with_clock(floor, "untrusted")
    floor.empty()
    floor.view.now = replace(floor.view.now, wall_ms=17_000)
    floor.wait(10)
    assert floor.empty().verdict.code == "ALREADY_EMPTY"
    floor.wait(7200)
    assert kinds(floor.empty()) == ["card_filled", "card_emptied"]


@pytest.mark.parametrize(
    ("quality", "trusted", "error"),
    [("ntp", True, 1000), ("ntp:12ms", True, 12), ("unsynced", False, 1000), ("untrusted", False, 1000),
     ("", False, 1000), ("ntpish", False, 1000), ("ntp:ms", True, 1000)],
)  # fmt: skip
def test_the_quality_says_if_and_how_far_a_clock_can_be_trusted(quality: str, trusted: bool, error: int) -> None:
    assert is_trusted(quality) is trusted
    assert error_ms(quality) == error


def test_two_acts_closer_than_the_clocks_are_exact_have_no_order() -> None:
    assert is_later(10_000, "ntp:5ms", 8_000, "ntp:5ms") is True
    assert is_later(8_000, "ntp:5ms", 10_000, "ntp:5ms") is False
    assert is_later(10_000, "ntp:2000ms", 8_000, "ntp:5ms") is None
    assert is_later(10_000, "ntp:5ms", 9_500, "ntp:5ms") is None
    assert is_later(90_000, "unsynced", 1_000, "ntp:5ms") is None
    assert is_later(90_000, "ntp", 0, "ntp") is None
