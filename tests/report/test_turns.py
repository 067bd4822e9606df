"""Turns of a stock, by hand."""

from __future__ import annotations

from gateway.backtest.meter import SHORT
from gateway.report.turns import turns
from tests.backtest.script import ITEM, STORE, Script


def test_turns_are_use_in_a_year_against_the_average_stock_whatever_the_fraction() -> None:
    script = Script()
    script.opening("100")
    script.use(1, "40")
    script.receive(2, "10")
    script.end(3)
    [row] = turns(script.record(), {ITEM: "PCE"}).rows
    # a day of 100, one of 60 and one of 70: 230 in three days
    assert row == (ITEM, STORE, "PCE", "40", "76.67", round(40 * 365 / 230, 1), round(230 / 40, 2), 0)


def test_the_use_of_less_than_a_day_is_taken_as_a_days_and_that_is_said() -> None:
    script = Script()
    script.opening("100")
    script.use(0.25, "40")
    script.end(0.5)
    answer = turns(script.record(), {ITEM: "PCE"})
    [row] = answer.rows
    assert row == (ITEM, STORE, "PCE", "40", "80", 40 * 365 / 80, 2.0, 0)
    assert answer.notes == [SHORT]


def test_a_stock_that_was_never_there_has_no_row() -> None:
    script = Script()
    script.opening("0")
    script.end(3)
    assert turns(script.record(), {}).rows == []
