"""Age and death of stock, at the edges of A11 (V7)."""

from __future__ import annotations

import pytest

from gateway.quantity import MICRO
from gateway.report.age import Held, ageing, dead_stock, held_of
from gateway.timeline import DAY_MS

NOW = 1_800_000_000_000


def held(days: int | None, *, used: int | None = None, lot: str = "L", item: str = "GLUE", quantity: int = 5) -> Held:
    since = NOW - days * DAY_MS if days is not None else 0
    return Held(item, "WH", "available", lot, quantity * MICRO, since, NOW - used * DAY_MS if used is not None else 0)


@pytest.mark.parametrize(
    ("days", "used", "is_dead"),
    [(181, 31, True), (180, 31, False), (181, 30, False), (181, None, True), (400, 0, False), (None, None, False)],
)
def test_dead_is_older_than_180_days_and_unused_for_more_than_30(
    days: int | None, used: int | None, is_dead: bool
) -> None:
    answer = dead_stock([held(days, used=used)], NOW)
    assert answer.total["dead rows"] == int(is_dead)


def test_the_share_of_dead_stock_counts_rows_and_items() -> None:
    rows = [held(200, lot="A"), held(10, lot="B"), held(300, item="NUT"), held(1, item="BOLT"), held(300, quantity=0)]
    answer = dead_stock(rows, NOW)
    assert answer.total == {
        "rows": 4, "dead rows": 2, "dead rows %": 50.0, "items": 3, "items with dead stock": 2,
    }  # fmt: skip
    assert [row[:5] for row in answer.rows] == [("NUT", "WH", "L", "5", 300), ("GLUE", "WH", "A", "5", 200)]


def test_every_row_stands_in_one_bucket() -> None:
    answer = ageing([held(days) for days in (0, 30, 31, 60, 90, 91, 180, 181)], NOW)
    assert answer.total == {"0-30 d": 2, "31-60 d": 2, "61-90 d": 1, "91-180 d": 2, ">180 d": 1}
    assert all(sum(cell is not None for cell in row[6:]) == 1 for row in answer.rows)


def test_what_came_by_a_clock_that_was_ahead_came_now() -> None:
    assert ageing([held(-40)], NOW).rows[0][5] == 0


def test_when_an_item_was_used_counts_for_its_whole_area() -> None:
    row = {"item": "GLUE", "location": "BIN-7", "status": "available", "lot": "", "quantity": 5, "since_ms": 3}
    [one] = held_of([row], {("GLUE", "STORE"): 77}, {"BIN-7": "STORE"})
    assert one.used_ms == 77
