"""Wrong tokens: who must wait, how long, and how much of it is remembered."""

from __future__ import annotations

import pytest

from drivers.http_guard import ADDRESSES_REMEMBERED, FAILURES_LIMIT, WINDOW_MS, FailedTries

pytestmark = pytest.mark.promise("R10")


def test_an_address_waits_until_its_window_is_over_and_others_do_not() -> None:
    tries = FailedTries()
    for n in range(FAILURES_LIMIT):
        assert tries.wait_ms("a", n) == 0
        tries.note("a", n)
    assert tries.wait_ms("a", 1000) == WINDOW_MS - 1000
    assert tries.wait_ms("b", 1000) == 0
    assert tries.wait_ms("a", WINDOW_MS) == 0


def test_failures_of_an_old_window_do_not_count() -> None:
    tries = FailedTries()
    for _ in range(FAILURES_LIMIT - 1):
        tries.note("a", 0)
    tries.note("a", WINDOW_MS)
    assert tries.wait_ms("a", WINDOW_MS) == 0


def test_only_so_many_addresses_are_remembered_and_the_oldest_window_goes_first() -> None:
    tries = FailedTries()
    for n in range(FAILURES_LIMIT):
        tries.note("first", n)
    for n in range(ADDRESSES_REMEMBERED - 1):
        tries.note(f"other-{n}", 100 + n)
    assert tries.wait_ms("first", 500) > 0
    tries.note("one more", 600)
    assert tries.wait_ms("first", 700) == 0
