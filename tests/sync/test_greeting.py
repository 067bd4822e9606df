"""Births until somebody answers, and warnings that do not flood."""

from __future__ import annotations

from sync.greeting import Greeting
from sync.warning import QUIET_MS, WarningBook
from tests.sync.desk import SimClock


def test_the_birth_is_repeated_with_back_off_until_the_erp_answers() -> None:
    greeting = Greeting(lambda low, high: high)
    moments = []
    for now in range(0, 200_000, 1_000):
        if greeting.is_due(now, is_answered=now > 120_000):
            greeting.on_said(now)
            moments.append(now)
    assert moments == [0, 5_000, 15_000, 35_000, 75_000]


def test_the_first_birth_is_said_even_if_a_retained_acknowledgement_came_before() -> None:
    greeting = Greeting(lambda low, high: high)
    assert greeting.is_due(0, is_answered=True)
    greeting.on_said(0)
    assert not greeting.is_due(100_000, is_answered=True)
    greeting.restart()
    assert greeting.is_due(0, is_answered=True)


def test_a_flood_of_one_warning_is_counted_but_told_once_in_a_while() -> None:
    clock = SimClock()
    told: list[str] = []
    book = WarningBook(lambda code, text: told.append(text), clock)
    for n in range(1000):
        book.tell("MALFORMED", f"message {n}")
    assert told == ["message 0"]
    clock.now += QUIET_MS
    book.tell("MALFORMED", "message 1000")
    assert told == ["message 0", "message 1000"]
    assert book.counts["MALFORMED"] == 1001


def test_a_condition_that_ended_is_told_at_once_when_it_comes_back() -> None:
    told: list[str] = []
    ended: list[str] = []
    book = WarningBook(lambda code, text: told.append(code), SimClock(), ended.append)
    book.end("BROKER_UNREACHABLE")
    book.tell("BROKER_UNREACHABLE", "refused")
    book.end("BROKER_UNREACHABLE")
    book.tell("BROKER_UNREACHABLE", "refused")
    assert (told, ended) == (["BROKER_UNREACHABLE"] * 2, ["BROKER_UNREACHABLE"])
