"""How long is waited between attempts: full jitter, but never sooner than the other side asks for."""

from __future__ import annotations

import threading

import pytest

from sync.retry import CONNECT_LIMIT_S, SlicedPause, connect_attempts, full_jitter_ms


class HoldError(Exception):
    """An error that says how long to wait."""

    def __init__(self, wait_s: float) -> None:
        super().__init__("not now")
        self.wait_s = wait_s


def waits(wait_s: float, attempts: int) -> list[float]:
    """The pauses before each repetition."""
    stop, pauses = threading.Event(), list[float]()

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == attempts:
            stop.set()

    def try_on() -> None:
        for attempt in connect_attempts(stop, HoldError, pause):
            with attempt:
                raise HoldError(wait_s)

    with pytest.raises(HoldError):
        try_on()
    return pauses


def test_a_pause_is_never_shorter_than_what_was_asked_for() -> None:
    assert all(pause >= 300 for pause in waits(300, 8))


def test_without_a_wish_the_pauses_are_full_jitter_up_to_a_minute() -> None:
    pauses = waits(0, 40)
    assert all(0 <= pause <= CONNECT_LIMIT_S for pause in pauses)
    assert all(pause <= 2.0**place for place, pause in enumerate(pauses[:5]))


def test_full_jitter_doubles_up_to_its_limit() -> None:
    limits = [full_jitter_ms(attempt, 1_000, 60_000, lambda low, high: high) for attempt in range(9)]
    assert limits == [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]
    assert full_jitter_ms(3, 1_000, 60_000, lambda low, high: low) == 0


def test_a_pause_ends_early_when_what_was_missing_is_there() -> None:
    beats: list[int] = []
    pause = SlicedPause(threading.Event(), lambda: beats.append(1), lambda: len(beats) >= 1)
    pause(3_600)
    assert beats == [1]
