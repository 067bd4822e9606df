"""A short run of the mutations; the campaign makes ten million (`python -m tests.faults.campaign --only hostile`)."""

from __future__ import annotations

import time
from random import Random

import pytest

from tests.faults import hostile
from tests.faults.hostile_door import Door, doors


@pytest.mark.figure("F7")
@pytest.mark.promise("R10")
def test_no_mutation_of_any_input_is_answered_otherwise_than_its_door_says() -> None:
    tally = hostile.attempt(1, 20_000)
    assert tally.broken == 0, str(tally)
    assert set(tally.counts) == {door.name for door in doors()}
    assert tally.tried > 19_000


def test_what_a_door_should_not_have_raised_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def take(data: bytes, random: Random) -> None:
        if b"<script>" in data:
            raise KeyError("nobody expected this")
        if b"DROP" in data:
            raise ValueError("refused")

    monkeypatch.setattr(hostile, "doors", lambda: (Door("careless", 1, (b"sound",), take, (ValueError,)),))
    tally = hostile.attempt(1, 300)
    assert 0 < tally.broken < 100
    assert all("careless: KeyError" in failure and "<script>" in failure for failure in tally.failures)


def test_an_answer_that_takes_too_long_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def take(data: bytes, random: Random) -> None:
        end_s = time.thread_time() + 2 * hostile.TIME_LIMIT_MS / 1000
        while b"DROP" in data and time.thread_time() < end_s:
            pass

    monkeypatch.setattr(hostile, "doors", lambda: (Door("slow", 1, (b"sound",), take),))
    tally = hostile.attempt(1, 100)
    assert 0 < tally.broken < 20
    assert " ms for " in tally.failures[0]
