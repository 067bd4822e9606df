"""The planner: after every event the rules that it touched are judged, and what follows is appended behind it.

Called again with what it said itself until nothing follows any more, so that each judgement sees what the one before
it did. It keeps nothing but indexes that are good for one version, and the queue of places that are still to be
looked at; what it knows of needs stands in the journal.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from gateway.kanban.mode import LIVE, MODE_FACT, MODES
from gateway.kanban.moment import Since, since_of
from gateway.master import Loop
from gateway.model import Event, Intake, Tick
from gateway.quantity import parse_quantity
from gateway.reorder.answer import answered
from gateway.reorder.binding import PLACES_REMEMBERED, Bindings
from gateway.reorder.flag import cleared, flag_of, flagged
from gateway.reorder.judgement import AWAIT_MS, Judge, Judgement
from gateway.reorder.local import Local
from gateway.reorder.need import REFUSED
from gateway.reorder.plan import Plan
from gateway.reorder.rule import Rule, RuleSet, Schedule
from gateway.reorder.ruledocument import rules_of
from gateway.reorder.schedule import SCHEDULE_FACT, Run, is_due, is_kept
from gateway.reorder.situation import AVAILABLE
from gateway.text.sentence import say
from gateway.view import View

RULES_FACT = ("reorder", "rules")  # version, hash, name and document of the rules that hold
SWEEP_PLACES = 50  # looked at with each tick, about one a second
SWEEP_EVERY_MS = 3_600_000  # everything is looked at so often, because time alone changes much
STOCK = "stock"  # the name under which what is wrong with stock itself is told
# New rows of these may change what any rule says.
_CHANGES_ALL = frozenset({
    "items", "units", "order_points", "sources", "calendars", "boms", "work_orders", "shipments", "locations", "loops",
    "lots", "ship_notices",
})  # fmt: skip

Body = dict[str, Any]
Place = tuple[str, str]  # item, area


class Planner:
    """Callable for the writer, after each of its appends."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.plan = Plan(zone)
        self._bindings = Bindings(self.plan)
        self._judge = Judge(self.plan)
        self._known: tuple[Any, RuleSet] | None = None  # the fact and what it means
        self._queue: deque[Place] = deque()
        self._swept_ms: int | None = None  # when all places were last put into the queue
        self._generation = 0
        self._postponed: list[Place] = []  # of an item that was just asked for at another place
        self._unanswered: list[Body] = []  # bodies that say more of a place than one event can
        self._awaited: dict[Place, int] = {}  # when a place whose goods are on their way by snapshot is looked at again
        self._distances: dict[Place, dict[str, int]] = {}  # by rule: how far stock may fall before it can fire
        self._modes: dict[str, str] | None = None  # of rules and items, by `rule/<id>` and `item/<item>@<place>`
        self._run: Run | None = None  # of a rule with a schedule
        self._last_runs: dict[str, Since] = {}

    def __call__(self, intake: Intake, bodies: Sequence[Body], view: View) -> tuple[Event, ...]:
        self._begin_anew_after_a_rollback(view)
        rules = self.rules(view)
        events = self._answered(bodies, view)
        if rules is None:
            return tuple(events)
        places: dict[Place, int | None] = dict.fromkeys(self._postponed)
        self._postponed = []
        for body in bodies:
            for place, fall in self._touched(body, view):
                before = places.get(place, 0)
                places[place] = None if before is None or fall is None else before + fall
        if isinstance(intake, Tick) and not bodies:
            places |= dict.fromkeys(self._swept(view))
        answered_for = {(event.body["item"], event.body["location"]) for event in events}
        for place, fall in places.items():
            if place in answered_for:  # they are looked at once that is known
                continue
            if any(_asks_for(place[0], event) for event in events):  # what it asks for is promised once
                self._postponed.append(place)
            else:
                events += self._looked_at(place, fall, rules, view)
        if isinstance(intake, Tick) and not (bodies or events):
            events += self._ran(rules, view)
        return tuple(events)

    def _answered(self, bodies: Sequence[Body], view: View) -> list[Event]:
        """What the ERP's words change, one event of a place; the others are asked again once that is known."""
        found: dict[Place, Event] = {}
        asked, self._unanswered = [*self._unanswered, *bodies], []
        for body in asked:
            for event in answered(body, view) if "origin" not in body else ():
                place = (event.body["item"], event.body["location"])
                if found.setdefault(place, event) is not event and body not in self._unanswered:
                    self._unanswered.append(body)
        return list(found.values())

    def _begin_anew_after_a_rollback(self, view: View) -> None:
        """What was looked at in a transaction that never was is looked at again."""
        if self._generation != view.generation:
            self._generation = view.generation
            self._run, self._swept_ms = None, None
            self._postponed = []
            self._last_runs.clear()
            self._unanswered, self._modes = [], None
            self._awaited.clear()  # the sweep looks at all of them
            self._distances.clear()

    def rules(self, view: View) -> RuleSet | None:
        """The rules that hold; None before any were loaded."""
        told = view.fact(*RULES_FACT)
        if self._known is None or self._known[0] is not told:
            rules = rules_of(told["document"], version=told["version"])[0] if told else RuleSet()
            self._known = (told, rules)
        return self._known[1] if told else None

    def judgements(self, item: str, area: str, view: View) -> list[Judgement]:
        """What every rule says at a place now; nothing is appended."""
        rules = self.rules(view)
        if rules is None:
            return []
        bounds = self._bindings.rules_at(rules, item, area, view)
        situation = Local(item, area, view, self.plan)
        return [self._judge.judged(one, situation, rules, self._mode_at(one.rule, item, area, view)) for one in bounds]

    @property
    def is_waiting(self) -> bool:
        """Whether places are still to be looked at."""
        return bool(self._queue)

    # -- what was touched ----------------------------------------------------------------------

    def _touched(self, body: Body, view: View) -> Iterator[tuple[Place, int | None]]:
        """The places, and by how much usable stock fell there if nothing else happened."""
        if "origin" in body:
            return
        for move in body.get("mv", ()):
            if move["from"] is not None:
                is_usable = move.get("status", AVAILABLE) == AVAILABLE
                yield (move["item"], view.area(move["from"])), parse_quantity(move["base"]) if is_usable else None
            if move["to"] is not None:
                yield (move["item"], view.area(move["to"])), None
        if body["t"].startswith("reorder_") and body.get("why") != REFUSED:  # not at once: the next movement asks again
            yield (body["item"], body["location"]), None
        elif "tr" in body or "closes" in body or "reopens" in body or "doc" in body:
            yield from ((place, None) for place in _of_a_loop(body.get("loop", ""), view))
        elif body["t"] in ("rules_loaded", "stock_adopted", "mode_changed"):
            self._modes = None
            self._distances.clear()
            self._put_all(view)
        if "md" in body:
            self._put_changed(body["md"], view)

    def _put_changed(self, change: Body, view: View) -> None:
        self._distances.clear()
        if change["dataset"] == "purchase_orders":
            lines = [line for row in change["set"] for line in row.get("lines", ())]
            self._put({(line["item"], self._area_of(line, view)): None for line in lines})
        elif change["dataset"] in _CHANGES_ALL:
            self._put_all(view)

    def _area_of(self, line: Body, view: View) -> str:
        """Where an order line counts; one that does not say where, where the item is at home."""
        location = line.get("location", "")
        return view.area(location) if location else self.plan.home_of(line["item"], view)

    # -- looking at places ---------------------------------------------------------------------

    def _looked_at(self, place: Place, fall: int | None, rules: RuleSet, view: View) -> list[Event]:
        """At most one event of a place: it is looked at again once that is known.

        `fall`: by how much its usable stock fell if nothing else happened there; None: look at every rule.
        """
        item, area = place
        bounds = self._bindings.rules_at(rules, item, area, view)
        if not bounds:
            return []
        situation = Local(item, area, view, self.plan)
        if (event := self._negative(situation)) is not None:
            return [event]
        known = self._distances.pop(place, {})
        before = known if fall is not None else {}
        left: dict[str, int] = {}
        for bound in bounds:
            if bound.rule.schedule is not None:
                continue
            distance = before.get(bound.rule.id, 0) - (fall or 0)
            if distance <= 0:
                judgement = self._judge.judged(bound, situation, rules, self._mode_at(bound.rule, item, area, view))
                if judgement.event is not None:
                    return [judgement.event]
                if judgement.outcome == "awaited":
                    self._awaited[place] = view.now.mono_ms + AWAIT_MS
                distance = judgement.distance
            if distance > 0:
                left[bound.rule.id] = distance
        self._remember(place, left)
        return []

    def _remember(self, place: Place, left: dict[str, int]) -> None:
        if left:
            if len(self._distances) >= PLACES_REMEMBERED:
                self._distances.clear()
            self._distances[place] = left

    def _mode_at(self, rule: Rule, item: str, area: str, view: View) -> str:
        """The most careful of what the file says of a rule, and people of the rule and of the item at this place."""
        if self._modes is None:
            self._modes = {name: told["mode"] for name, told in view.facts(MODE_FACT).items()}
        if not self._modes:
            return rule.mode
        said = (self._modes.get(f"rule/{rule.id}", LIVE), self._modes.get(f"item/{item}@{area}", LIVE), rule.mode)
        return next(mode for mode in MODES if mode in said)

    def _negative(self, situation: Local) -> Event | None:
        """Stock below nothing is told and counted as it is: it says that something was never booked."""
        item, area, view = situation.item, situation.location, situation.view
        if any(row.quantity < 0 for row in situation.stock()):
            text = say("REORDER_NEGATIVE", item=item, place=area)
            return flagged((item, area, STOCK), "NEGATIVE_STOCK", text, view)
        return cleared((item, area, STOCK), view) if flag_of((item, area, STOCK), view) else None

    # -- rules that have times of their own ----------------------------------------------------

    def _ran(self, rules: RuleSet, view: View) -> list[Event]:
        """A part of the run that is under way, or the beginning of the next one that is due."""
        if self._run is None:
            due = next((one for one in rules.rules if one.schedule and self._is_due(one, one.schedule, view)), None)
            if due is None:
                return []
            self._run = Run(due.id, since_of(view.now), deque(self.places(view)))
        run, events = self._run, list[Event]()
        for _ in range(min(SWEEP_PLACES, len(run.places))):
            if any(_asks_for(run.places[0][0], event) for event in events):
                break  # what it asks for is promised once: it is known with the next tick
            events += self._judged_by(run.rule, run.places.popleft(), rules, view)
        if not run.places:
            self._run = None
            self._last_runs[run.rule] = run.since
            rule = rules.rule(run.rule)
            if rule is not None and rule.schedule is not None and is_kept(rule.schedule):
                facts = [[SCHEDULE_FACT, run.rule, {"since": list(run.since)}]]
                events.append(Event("rule_ran", "", "", {"rule": run.rule, "facts": facts}))
        return events

    def _is_due(self, rule: Rule, schedule: Schedule, view: View) -> bool:
        last = self._last_runs.get(rule.id)
        if last is None and (known := view.fact(SCHEDULE_FACT, rule.id)) is not None:
            wall_ms, mono_ms, boot = known["since"]
            last = (wall_ms, mono_ms, boot)
        return is_due(schedule, last, view.now, self.plan.calendar(schedule.calendar, view), self.plan.zone)

    def _judged_by(self, name: str, place: Place, rules: RuleSet, view: View) -> list[Event]:
        bounds = self._bindings.rules_at(rules, *place, view)
        situation = Local(*place, view, self.plan)
        found = [self._judge.judged(one, situation, rules, self._mode_at(one.rule, *place, view))
                 for one in bounds if one.rule.id == name]  # fmt: skip
        return [one.event for one in found if one.event is not None]

    # -- looking at everything, a few places at a time -----------------------------------------

    def _swept(self, view: View) -> list[Place]:
        now = view.now.mono_ms
        due = [place for place, at_ms in self._awaited.items() if now >= at_ms]
        for place in due:
            del self._awaited[place]
        self._queue.extendleft(due)
        if self._swept_ms is None or now - self._swept_ms >= SWEEP_EVERY_MS:
            self._swept_ms = now
            self._put_all(view)
        count = min(SWEEP_PLACES, len(self._queue))
        return [self._queue.popleft() for _ in range(count)]

    def _put_all(self, view: View) -> None:
        self._put(self.places(view))

    def _put(self, places: Iterable[Place]) -> None:
        waiting = set(self._queue)
        self._queue.extend(place for place in places if place not in waiting)

    def places(self, view: View) -> list[Place]:
        """Every item at every place where the ERP plans it or stock of it was ever booked, in order."""
        stocked = {(item, view.area(location)) for item, location, _, _ in view.all_stock()}
        planned = {(row["item"], view.area(row["location"])) for row in view.master_rows("order_points").values()}
        return sorted(stocked | planned)


def _asks_for(item: str, event: Event) -> bool:
    return event.kind == "reorder_triggered" and event.body["item"] == item


def _of_a_loop(name: str, view: View) -> Iterator[Place]:
    loop: Loop | None = view.master("loops", name) if name else None
    if loop is not None:
        yield loop.item, view.area(loop.consumer)
