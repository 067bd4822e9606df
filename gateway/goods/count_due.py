"""A19: counts that are due become tasks: A items often, C items seldom, a few at once and each once in its period.

The class of an item at a place is what the ERP says in order_points; what has none counts as C. Only what lies there is
counted. A period begins with the count that was made or, when nobody counted, with the task. What was never counted is
spread over its first period. What fell due while the gateway was off is asked for afterwards, but never more than so
many in a day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any

from gateway.kanban.answer import task
from gateway.kanban.moment import is_trusted
from gateway.master import OrderPoint
from gateway.model import Event
from gateway.reorder.abc_class import Classified
from gateway.reorder.count_plan import Due, Intervals, due_counts
from gateway.reorder.working_time import ALWAYS
from gateway.text.sentence import say
from gateway.view import View

PLAN_FACT = "count_plan"  # by item and place: days of the last count and of the last task; "" is the plan itself
EVERY_MIN = 10
AT_ONCE = 5

Fact = Mapping[str, Any]


_NEVER = Intervals(0, 0, 0)


@dataclass(frozen=True, slots=True)
class CountPlan:
    """Days between two counts by class, 0 for never, and how many counts are asked for in a day."""

    intervals: Intervals = _NEVER
    most_a_day: int = 20

    @property
    def is_on(self) -> bool:
        return any((self.intervals.a, self.intervals.b, self.intervals.c))


NO_COUNTS = CountPlan()


def counts_due(minute: int, view: View, plan: CountPlan, zone: tzinfo) -> list[Event]:
    """Tasks for what is due; never by a clock that cannot be trusted."""
    if not plan.is_on or minute % EVERY_MIN or not is_trusted(view.now.quality):
        return []
    today = day_of(view.now.wall_ms, zone)
    state = view.fact(PLAN_FACT, "") or {"since": today, "day": today, "asked": 0}
    asked = state["asked"] if state["day"] == today else 0
    if asked >= plan.most_a_day:
        return []
    stocked = {(item, view.area(location)) for (item, location, _, _), quantity in view.all_stock().items() if quantity}
    planned = (
        OrderPoint.parse({**row, "location": view.area(row["location"])})
        for row in view.master_rows("order_points").values()
        if row.get("deciding_gateway", "") in ("", view.gateway)
    )
    points = [one for one in planned if (one.item, one.location) in stocked]
    known = {**view.facts(PLAN_FACT), "": state}
    events = []
    for due in due_places(points, known, plan, today)[: min(AT_ONCE, plan.most_a_day - asked)]:
        asked += 1
        item, place = due.item.split("\n")
        after = {**known.get(due.item, {}), "asked": today}
        facts = [[PLAN_FACT, due.item, after], [PLAN_FACT, "", {**state, "day": today, "asked": asked}]]
        text = say("COUNT_DUE", item=item, place=place, letter=due.letter)
        row = task(task_of(item, place), "count", "COUNT_DUE", text)
        events.append(Event("count_due", "", "", {"item": item, "location": place, "task": row, "facts": facts}))
    return events


def due_places(points: Sequence[OrderPoint], known: Mapping[str, Fact], plan: CountPlan, today: int) -> tuple[Due, ...]:
    """What is to be counted today, A before C and the latest first; `item` is item and place, as in the facts."""
    since = known.get("", {}).get("since", today)
    places: dict[str, Classified] = {}
    last: dict[str, int] = {}
    for point in sorted(points, key=lambda one: (one.item, one.location)):
        letter = point.class_.strip().upper()[:1]
        letter = letter if letter in ("A", "B") else "C"
        interval = plan.intervals.of(letter)
        if interval:
            key = key_of(point.item, point.location)
            fact = known.get(key, {})
            places.setdefault(key, Classified(key, letter, 0, 0))
            last[key] = max(fact.get("counted", 0), fact.get("asked", 0)) or since + len(last) % interval - interval
    return due_counts(tuple(places.values()), last, today, intervals=plan.intervals)


def counted_now(item: str, location: str, view: View, zone: tzinfo) -> tuple[list[Any], list[str]]:
    """The fact that a count was made today, and the task that it closes."""
    key, name = key_of(item, view.area(location)), task_of(item, view.area(location))
    fact = [PLAN_FACT, key, {**(view.fact(PLAN_FACT, key) or {}), "counted": day_of(view.now.wall_ms, zone)}]
    return fact, [name] if view.open_task(name) else []


def key_of(item: str, place: str) -> str:
    return f"{item}\n{place}"  # a line feed stands in no id


def task_of(item: str, place: str) -> str:
    return f"count/{item}/{place}"


def day_of(wall_ms: int, zone: tzinfo) -> int:
    """The plant's own day, counted from the year 1."""
    return replace(ALWAYS, zone=zone).day_of(wall_ms).toordinal()
