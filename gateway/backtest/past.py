"""Master data as they were, and so which rules held where and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from zoneinfo import ZoneInfo

from gateway.backtest.demand import Place
from gateway.backtest.phase import Phase, Ruled
from gateway.backtest.recording import KEPT, MasterChange
from gateway.backtest.ticker import Ticker
from gateway.kanban.mode import LIVE, TRAINING
from gateway.master import PARSERS
from gateway.model import Stamp
from gateway.reorder.binding import Bindings
from gateway.reorder.local import Local
from gateway.reorder.plan import Plan
from gateway.reorder.rule import Rule, RuleSet
from gateway.reorder.working_time import Calendar
from gateway.view import View

Rows = Mapping[str, Mapping[str, dict[str, Any]]]  # by dataset and id


class Past:
    """The part of a `View` that binding a rule asks for, at one instant."""

    def __init__(self, rows: Rows, number: int, at_ms: int) -> None:
        self.now = Stamp(at_ms, at_ms, "past", "ntp")
        self._rows = rows
        self._number = number
        self._parsed: dict[tuple[str, str], Any] = {}
        self._words: dict[str, dict[str, tuple[str, ...]]] = {}

    def master(self, dataset: str, key: str) -> Any:
        place = (dataset, key)
        if place not in self._parsed:
            row = self._rows.get(dataset, {}).get(key)
            self._parsed[place] = PARSERS[dataset](row) if row is not None else None
        return self._parsed[place]

    def master_rows(self, dataset: str) -> Mapping[str, dict[str, Any]]:
        return self._rows.get(dataset, {})

    def master_version(self, dataset: str) -> tuple[int, str]:
        return (self._number, dataset)

    def find(self, dataset: str, word: str) -> tuple[str, ...]:
        if dataset not in self._words:
            found: dict[str, tuple[str, ...]] = {}
            for key in sorted(self._rows.get(dataset, {})):
                for one in getattr(self.master(dataset, key), "words", ()):
                    found[one] = (*found.get(one, ()), key)
            self._words[dataset] = found
        return self._words[dataset].get(word, ())

    def fact(self, kind: str, key: str) -> None:
        """What was learned since is no part of it: lead times come from the recording."""
        return

    def area(self, location: str) -> str:
        row = self._rows.get("locations", {}).get(location)
        return str(row.get("area") or location) if row else location


def pasts_of(changes: Sequence[MasterChange], from_ms: int) -> list[Past]:
    """Master data at `from_ms` and after every change since then."""
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    found: list[Past] = []
    started = False
    for change in [one for one in changes if one.dataset in KEPT]:
        if change.at_ms > from_ms and not started:
            found.append(Past(dict(rows), 0, from_ms))
            started = True
        known = dict(rows.get(change.dataset, {}))  # earlier ones keep theirs
        known.update({str(row["id"]): dict(row) for row in change.rows})
        for key in change.gone:
            known.pop(key, None)
        rows[change.dataset] = known
        if started:
            found.append(Past(dict(rows), len(found), change.at_ms))
    return found or [Past(dict(rows), 0, from_ms)]


@dataclass(frozen=True, slots=True)
class Epoch:
    """A rule set that is in force from `at_ms` on; `None`: none is."""

    at_ms: int
    rules: RuleSet | None


def phases_of(
    epochs: Sequence[Epoch], pasts: Sequence[Past], places: Iterable[Place], zone: ZoneInfo, *, with_shadow: bool
) -> dict[Place, list[Phase]]:
    """What holds at each place and from when on. `with_shadow`: rules in shadow are judged as if they were live."""
    plan = Plan(zone)
    bindings = Bindings(plan)
    found: dict[Place, list[Phase]] = {place: [] for place in places}
    for at_ms, epoch, past in _instants(epochs, pasts):
        view = cast(View, past)  # binding asks for nothing else
        for place, phases in found.items():
            phase = _phase(at_ms, epoch, view, place, (bindings, plan), with_shadow)
            if not phases or (phase.rules, phase.sources) != (phases[-1].rules, phases[-1].sources):
                phases.append(phase)
    return {place: phases for place, phases in found.items() if any(phase.rules for phase in phases)}


def _instants(epochs: Sequence[Epoch], pasts: Sequence[Past]) -> Iterable[tuple[int, Epoch, Past]]:
    first_ms = pasts[0].now.wall_ms
    times = sorted({max(one.at_ms, first_ms) for one in epochs} | {one.now.wall_ms for one in pasts})
    for at_ms in times:
        epoch = [one for one in epochs if one.at_ms <= at_ms] or [Epoch(at_ms, None)]
        yield at_ms, epoch[-1], [one for one in pasts if one.now.wall_ms <= at_ms][-1]


def _phase(
    at_ms: int, epoch: Epoch, view: View, place: Place, of: tuple[Bindings, Plan], with_shadow: bool
) -> Phase:  # fmt: skip
    bindings, plan = of
    item, area = place
    if epoch.rules is None:
        return Phase(at_ms)
    bounds = bindings.rules_at(epoch.rules, item, area, view)
    ruled = tuple(
        Ruled(bound.rule, bound.parameters, bound.named, ticks_of(bound.rule, plan, view))
        for bound in bounds
        if bound.parameters is not None and (bound.rule.mode == LIVE or (with_shadow and bound.rule.mode != TRAINING))
    )
    here = Local(item, area, view, plan)
    return Phase(at_ms, ruled, here.sources(), here.calendar())


def ticks_of(rule: Rule, plan: Plan, view: View) -> Callable[[int], int] | None:
    """The next scheduled judgement after an instant; None for a rule that follows every movement."""
    schedule = rule.schedule
    if schedule is None:
        return None
    calendar = plan.calendar(schedule.calendar, view) if schedule.calendar else Calendar(zone=plan.zone)
    return Ticker(schedule, calendar).after
