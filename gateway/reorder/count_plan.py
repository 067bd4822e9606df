"""A19: which items are to be counted on a day: A often, C seldom, spread so that no day has them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.reorder.abc_class import Classified


@dataclass(frozen=True, slots=True)
class Intervals:
    """Days between two counts of an item."""

    a: int = 30
    b: int = 90
    c: int = 180

    def of(self, letter: str) -> int:
        return {"A": self.a, "B": self.b}.get(letter, self.c)


@dataclass(frozen=True, slots=True)
class Due:
    """An item that is to be counted, and by how many days its count is late."""

    item: str
    letter: str
    late_days: int


def due_counts(
    items: Sequence[Classified], counted: Mapping[str, int], today: int, *, intervals: Intervals = Intervals(),
    most: int = 0,
) -> tuple[Due, ...]:  # fmt: skip
    """What is due `today` (days since 1970): A before B before C, then the latest; at most `most`, 0 for all.

    `counted` is the day of the last count. An item never counted is spread over its interval by its place in the list,
    so that a new plant does not count everything on the first day; what has the first place is due at once.
    """
    due = []
    for place, one in enumerate(items):
        interval = max(1, intervals.of(one.letter))
        if one.item in counted:
            late = today - counted[one.item] - interval
        else:
            late = 0 if (today + place) % interval == 0 or place == 0 else -1
        if late >= 0:
            due.append(Due(one.item, one.letter, late))
    due.sort(key=lambda one: (one.letter, -one.late_days, one.item))
    return tuple(due[:most] if most else due)
