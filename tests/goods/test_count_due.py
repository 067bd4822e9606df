"""A19: counts that are due by class become tasks, a few at once, each once in its period, closed by the count."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.goods.count_due import CountPlan
from gateway.model import Event, Status, Tick
from gateway.reorder.count_plan import Intervals
from tests.goods.store import Store

PLAN = CountPlan(Intervals(10, 30, 90), most_a_day=2)
DAY_MIN = 1440


def store_with(*points: tuple[str, str, str], plan: CountPlan = PLAN) -> Store:
    """Items by place and class."""
    store = Store(counts=plan)
    rows: list[dict[str, Any]] = [
        {"id": str(n), "item": item, "location": place, "class": letter}
        for n, (item, place, letter) in enumerate(points)
    ]
    store.load("order_points", rows)
    for item in {item for item, _, _ in points}:
        move = {"item": item, "qty": "100", "uom": "PCE", "base": "100", "from": None, "to": "DOCK"}
        store.view.append(Event("goods_received", "mov", "", {"mv": [move]}), 0, None)
    return store


def days(store: Store, count: int, *, every_min: int = 10) -> list[str]:
    """What is asked for within so many days, one tick each `every_min`."""
    asked = []
    for n in range(count * DAY_MIN // every_min):
        decision = store.submit(Tick(minute=n * every_min))
        asked += [event.body["item"] for event in decision.events if event.kind == "count_due"]
        store.wait(every_min * 60)
    return asked


def test_an_item_of_class_a_is_asked_for_more_often_than_one_of_class_c() -> None:
    store = store_with(("SCREW", "DOCK", "A"), ("NUT", "DOCK", ""))
    asked = days(store, 90, every_min=DAY_MIN)
    assert (asked.count("SCREW"), asked.count("NUT")) == (9, 1)


def test_a_count_that_was_made_closes_its_task_and_begins_the_next_period() -> None:
    store = store_with(("NUT", "DOCK", "A"))
    assert days(store, 1) == ["NUT"]
    assert store.view.tasks["count/NUT/DOCK"]["msg"] == "Please count NUT at DOCK: class A, its count is due."
    assert days(store, 3) == []
    assert store.do("count", {"item": "NUT"}, 100).verdict.status is Status.OK
    assert store.view.tasks == {}
    assert days(store, 10, every_min=DAY_MIN) == []
    assert days(store, 1) == ["NUT"]


def test_after_a_long_stop_what_is_due_is_asked_for_without_a_burst() -> None:
    items = ("SCREW", "NUT", "BIKE", "CRATE")
    store = store_with(*((item, "DOCK", "A") for item in items))
    days(store, 4, every_min=DAY_MIN)
    store.wait(100 * 86_400 + (-store.view.now.wall_ms // 1000) % 86_400)  # midnight
    assert len(days(store, 1)) == 2
    assert len(days(store, 1)) == 2
    assert len(days(store, 1)) == 0


def test_what_does_not_lie_there_is_not_counted() -> None:
    store = store_with(("NUT", "A-01", "A"))
    assert days(store, 3) == []


@pytest.mark.parametrize("plan", [CountPlan(), CountPlan(Intervals(0, 30, 0))])
def test_nothing_is_asked_for_that_is_not_in_the_plan(plan: CountPlan) -> None:
    store = store_with(("SCREW", "DOCK", "A"), ("NUT", "DOCK", "C"), plan=plan)
    assert days(store, 3) == []
    assert store.do("count", {"item": "NUT"}, 100).verdict.status is Status.OK
