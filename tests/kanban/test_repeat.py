"""The repeat filter arms on commit."""

from __future__ import annotations

import pytest

from gateway.model import Status, Verdict
from gateway.repeat import WAITERS_LIMIT, Fresh, Joined, Repeated, RepeatFilter

KEY = ("]Q1", b"K1.P1.K-1.1.22")
GOOD = Verdict(Status.OK, "CARD_EMPTIED", "Card K-1 is empty.", "K-1")
RED = Verdict(Status.FAILED, "STORE_FULL", "The disk is full.")


def a_filter(**options: int) -> RepeatFilter[str]:
    return RepeatFilter(**{"window_ms": 3000, **options})


def committed(at_ms: int = 0) -> RepeatFilter[str]:
    repeats = a_filter()
    repeats.begin(KEY, at_ms, "first")
    repeats.finish(KEY, at_ms, GOOD)
    return repeats


def test_2_6_double_scan_a_repeat_of_a_committed_read_is_answered_already_and_only_counted() -> None:
    repeats = committed()
    found = repeats.begin(KEY, 50, "second")
    assert isinstance(found, Repeated)
    assert found.verdict == Verdict(Status.ALREADY, "READ_REPEATED", "Card K-1 is empty.", "K-1")
    assert repeats.repeats == 1


def test_a_repeat_of_a_pending_read_gets_its_outcome() -> None:
    repeats = a_filter()
    assert isinstance(repeats.begin(KEY, 0, "first"), Fresh)
    assert isinstance(repeats.begin(KEY, 10, "second"), Joined)
    assert isinstance(repeats.begin(KEY, 20, "third"), Joined)
    assert repeats.finish(KEY, 30, RED) == ("second", "third")
    assert repeats.finish(KEY, 30, RED) == ()


@pytest.mark.parametrize("status", [Status.FAILED, Status.REFUSED, Status.ASK])
def test_a_repeat_of_a_failed_or_refused_read_is_a_fresh_try(status: Status) -> None:
    repeats = a_filter()
    repeats.begin(KEY, 0, "first")
    repeats.finish(KEY, 5, Verdict(status, "X"))
    assert isinstance(repeats.begin(KEY, 10, "second"), Fresh)


def test_a_failure_disarms_what_was_armed_before() -> None:
    repeats = committed()
    repeats.begin(KEY, 4000, "second")
    repeats.finish(KEY, 4001, RED)
    assert isinstance(repeats.begin(KEY, 4002, "third"), Fresh)


def test_the_window_ends_when_the_code_was_gone_for_its_length() -> None:
    assert isinstance(committed().begin(KEY, 3000, "late"), Fresh)
    repeats = committed()
    for at_ms in range(1000, 20_000, 2999):  # a card left under a presentation scanner
        assert isinstance(repeats.begin(KEY, at_ms, "again"), Repeated)


def test_another_symbology_or_another_code_is_another_read() -> None:
    repeats = committed()
    assert isinstance(repeats.begin(("]C0", KEY[1]), 10, "x"), Fresh)
    assert isinstance(repeats.begin((KEY[0], b"other"), 10, "x"), Fresh)


def test_a_window_of_zero_turns_the_filter_off() -> None:
    repeats = a_filter(window_ms=0)
    for at_ms in range(3):
        assert isinstance(repeats.begin(KEY, at_ms, "x"), Fresh)
        assert repeats.finish(KEY, at_ms, GOOD) == ()


def test_memory_is_bounded_and_forgets_the_longest_unseen() -> None:
    repeats = a_filter(limit=3)
    for number in range(5):
        key = ("", bytes([number]))
        repeats.begin(key, number, "x")
        repeats.finish(key, number, GOOD)
    found = [type(repeats.begin(("", bytes([number])), 10, "x")) for number in range(5)]
    assert found == [Fresh, Fresh, Repeated, Repeated, Repeated]


def test_pending_reads_and_waiters_are_bounded_too() -> None:
    repeats = a_filter(limit=1)
    repeats.begin(KEY, 0, "first")
    assert isinstance(repeats.begin(("", b"other"), 0, "x"), Fresh)
    assert isinstance(repeats.begin(("", b"other"), 0, "y"), Fresh)  # not remembered, so not joined
    answers = [type(repeats.begin(KEY, 1, str(n))) for n in range(WAITERS_LIMIT + 1)]
    assert answers == [Joined] * WAITERS_LIMIT + [Fresh]
    assert len(repeats.finish(KEY, 2, GOOD)) == WAITERS_LIMIT
