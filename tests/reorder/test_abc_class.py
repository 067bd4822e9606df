"""Classes by value that do not flap, and the counts that follow from them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.reorder.abc_class import classified
from gateway.reorder.count_plan import Intervals, due_counts

VALUES = {"screw": 50, "chip": 700, "case": 150, "cable": 60, "label": 40, "tape": 0}


def letters(values: dict[str, int], before: dict[str, str] | None = None) -> dict[str, str]:
    return {one.item: one.letter for one in classified(values, before)}


def test_the_item_that_crosses_the_border_belongs_to_it() -> None:
    assert letters(VALUES) == {"chip": "A", "case": "A", "cable": "B", "screw": "B", "label": "C", "tape": "C"}
    assert letters({"all": 100}) == {"all": "A"}


def test_exactly_80_percent_before_is_not_a_any_more() -> None:
    assert letters({"a": 80, "b": 15, "c": 5}) == {"a": "A", "b": "B", "c": "C"}


def test_an_item_near_the_border_keeps_its_class() -> None:
    near = {"big": 790, "near": 110, "rest": 100}  # 79 % before it: A when new
    assert letters(near)["near"] == "A"
    assert letters(near, {"near": "B"})["near"] == "B"
    beyond = {"big": 815, "near": 110, "rest": 75}
    assert letters(beyond)["near"] == "B"
    assert letters(beyond, {"near": "A"})["near"] == "A"
    far = {"big": 825, "near": 110, "rest": 65}
    assert letters(far, {"near": "A"})["near"] == "B"


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(-5, 1000)))
def test_a_class_once_given_is_given_again(values: dict[str, int]) -> None:
    first = letters(values)
    again = letters(values, first)
    assert again == first
    assert sorted(first.values()) == [first[one.item] for one in classified(values)] or not first


def test_a_items_are_counted_often_and_before_the_others() -> None:
    items = classified(VALUES)
    counted = {"chip": 100, "case": 101, "cable": 50, "screw": 41, "label": 0, "tape": 0}
    assert [one.item for one in due_counts(items, counted, 130)] == ["chip"]
    due = due_counts(items, counted, 141)
    assert [(one.item, one.late_days) for one in due] == [("chip", 11), ("case", 10), ("screw", 10), ("cable", 1)]
    assert [one.item for one in due_counts(items, counted, 141, most=1)] == ["chip"]


def test_a_new_plant_does_not_count_everything_on_the_first_day() -> None:
    items = classified({f"item{n:03}": 1000 - n for n in range(200)})
    days = [due_counts(items, {}, day) for day in range(30)]
    assert max(map(len, days)) < 20
    seen = {one.item for day in days for one in day if one.letter == "A"}
    assert seen == {one.item for one in items if one.letter == "A"}


def test_every_class_has_its_interval() -> None:
    assert [Intervals().of(letter) for letter in "ABC"] == [30, 90, 180]
