"""A reader's own times on the gateway's clock."""

from __future__ import annotations

import pytest

from drivers.rfid_clock import WINDOW_MS, ReaderClock

UTC_US = 1_790_000_000_000_000


def _learned(*seen: tuple[int, int]) -> ReaderClock:
    clock = ReaderClock()
    for reader_ms, now_ms in seen:
        clock.learn(UTC_US + reader_ms * 1000, now_ms)
    return clock


def test_the_quickest_report_says_how_far_the_clocks_are_apart() -> None:
    clock = _learned((0, 1040), (100, 1103), (200, 1280))
    assert clock.to_ms(UTC_US + 200_000, 1280) == 1203


def test_reports_that_were_kept_have_the_times_when_their_tags_were_read() -> None:
    clock = _learned((0, 1000))
    clock.learn(UTC_US + 2_000_000, 9000)
    assert clock.to_ms(UTC_US + 2_000_000, 9000) == 3000


def test_without_a_time_of_the_reader_it_is_the_time_of_receipt() -> None:
    assert ReaderClock().to_ms(0, 77) == 77
    assert ReaderClock().to_ms(UTC_US, 77) == 77


def test_nothing_was_read_later_than_now() -> None:
    assert _learned((0, 1000)).to_ms(UTC_US + 5_000_000, 1200) == 1200


def test_a_greeting_makes_all_before_void() -> None:
    clock = _learned((50_000, 60_000))
    clock.set(1_000_000, 61_000)  # started again: its uptime begins anew
    assert clock.to_ms(1_500_000, 61_700) == 61_500


@pytest.mark.promise("R7")
@pytest.mark.parametrize("jump_ms", [-3_600_000, 3_600_000])
def test_a_readers_clock_that_jumps_is_followed(jump_ms: int) -> None:
    clock = ReaderClock()
    step_ms = WINDOW_MS // 10
    for n in range(60):
        jumped = jump_ms if n >= 20 else 0
        clock.learn(UTC_US + (n * step_ms + jumped) * 1000, 1000 + n * step_ms)
    assert clock.to_ms(UTC_US + (59 * step_ms + jump_ms) * 1000, 1000 + 59 * step_ms) == 1000 + 59 * step_ms


def test_a_link_that_stalls_within_a_window_moves_nothing() -> None:
    clock = _learned((0, 1000), (1000, 2000))
    clock.learn(UTC_US + 2_000_000, 1000 + WINDOW_MS)
    assert clock.to_ms(UTC_US + 2_000_000, 1000 + WINDOW_MS) == 3000
