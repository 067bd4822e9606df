"""One stock lived through again: recorded demand, simulated arrivals, rules judged as the gateway judges them.

An order is sent when an episode begins (K8): one shortage is one signal until its goods have come, or the rule would
not ask for them any more if it never had; then it is judged again. What is on order and asked for counts against a
need, as in `gateway/reorder/netting.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from heapq import heappop, heappush

from gateway.backtest.figure import figures_of
from gateway.backtest.meter import Meter, step_of
from gateway.backtest.outcome import Outcome
from gateway.backtest.phase import Phase, Ruled
from gateway.backtest.recording import DROPPED, Begin, Series, Signalled
from gateway.backtest.scene import Scene
from gateway.backtest.slack import FOR_EVER, NONE, Slack, slack_of
from gateway.reorder.expression import ExpressionError, evaluate
from gateway.reorder.finding import Act, Finding
from gateway.reorder.kind import judge
from gateway.reorder.known_number import number_of
from gateway.reorder.netting import netted
from gateway.reorder.situation import Receipt


@dataclass(slots=True)
class _Watch:
    """One rule while it is simulated."""

    rule: Ruled
    slack: Slack = NONE
    fallen: int = 0  # since it was judged last
    is_open: bool = False  # an episode
    receipt: Receipt | None = None  # what it asked for, until that comes
    tick_ms: int = FOR_EVER


@dataclass(order=True, slots=True)
class _Arrival:
    at_ms: int
    nth: int
    quantity: int = field(compare=False)
    receipt: Receipt = field(compare=False)
    watch: _Watch | None = field(compare=False, default=None)  # None: no signal of the simulation asked for it


class Simulation:
    """Runs once."""

    def __init__(
        self,
        series: Series,
        phases: Sequence[Phase],
        scene: Scene,
        lead_of: Callable[[int], int],
        *,
        begin: Begin,
        to_ms: int,
        red_below: int,
    ) -> None:
        """`lead_of`: milliseconds that the n-th order takes."""
        self._series = series
        self._scene = scene
        self._lead_of = lead_of
        self._begin_at, self._to_ms = begin, to_ms
        self._meter = Meter(begin.at_ms, begin.level, red_below, step_of(to_ms - begin.at_ms))
        later = [phase for phase in phases if phase.at_ms > begin.at_ms]
        self._phases = [*reversed(later), *phases[: len(phases) - len(later)][-1:]]  # the next one stands last
        self._watches: list[_Watch] = []
        self._arrivals: list[_Arrival] = []
        self._signals: list[Signalled] = []
        self._faults: set[str] = set()
        self._next_ms = FOR_EVER  # of an arrival, an announcement or a tick
        self._announced = sorted(series.coming, key=lambda one: one.known_ms, reverse=True)

    def run(self) -> Outcome:
        """From the beginning of the period to its end."""
        self._begin()
        series, meter, dropped = self._series, self._meter, DROPPED
        times, changes, causes = series.times, series.changes, series.causes
        for row in range(self._begin_at.row, len(times)):
            change = changes[row]
            if causes[row] == dropped or not change:
                continue
            at_ms = times[row]
            if at_ms >= self._next_ms:
                self._pass(at_ms, row)
            meter.wait(at_ms)
            meter.change(change)
            for watch in self._watches:
                if change < 0:  # what rises may have been counted already, as something on order
                    watch.fallen -= change
                slack = watch.slack
                if watch.fallen >= slack.fall or at_ms >= slack.until_ms or (change > 0 and watch.is_open):
                    self._look(watch, at_ms, row + 1)
        self._pass(self._to_ms, len(times))
        meter.wait(self._to_ms)
        return self._outcome()

    def _begin(self) -> None:
        self._pass(self._begin_at.at_ms, self._begin_at.row)
        self._plan()

    def _outcome(self) -> Outcome:
        meter, signals = self._meter, tuple(self._signals)
        figures = figures_of(
            meter, signals=len(signals), ordered=sum(one.quantity for one in signals),
            used=self._series.used(self._begin_at.row), span_ms=self._to_ms - self._begin_at.at_ms,
        )  # fmt: skip
        return Outcome(figures, meter.curve, signals, frozenset(self._faults), frozenset(self._scene.asked))

    # -- between two recorded changes -----------------------------------------------------------

    def _pass(self, until_ms: int, row: int) -> None:
        """All that happens by itself up to an instant, in order; arrivals before judgements."""
        while True:
            at_ms = self._plan()
            if at_ms > until_ms:
                return
            self._meter.wait(at_ms)
            at_ms = max(at_ms, self._begin_at.at_ms)  # what was before is known from the beginning
            if self._announced and self._announced[-1].known_ms <= at_ms:
                self._announce()
            elif self._phases and self._phases[-1].at_ms <= at_ms:
                self._turn(self._phases.pop(), at_ms, row)
            elif self._arrivals and self._arrivals[0].at_ms <= at_ms:
                self._arrive(heappop(self._arrivals), row)
            else:
                self._tick(at_ms, row)

    def _plan(self) -> int:
        """When the next of these things happens."""
        turns = self._phases[-1].at_ms if self._phases else FOR_EVER
        announced = self._announced[-1].known_ms if self._announced else FOR_EVER
        arrives = self._arrivals[0].at_ms if self._arrivals else FOR_EVER
        self._next_ms = min(turns, announced, arrives, *(watch.tick_ms for watch in self._watches))
        return self._next_ms

    def _turn(self, phase: Phase, at_ms: int, row: int) -> None:
        """Rules or master data are others from now on; a need that is open stays the need of its rule."""
        known = {watch.rule.name: watch for watch in self._watches}
        self._watches = []
        for ruled in phase.rules:
            before = known.get(ruled.name)
            watch = _Watch(ruled) if before is None else replace(before, rule=ruled, slack=NONE)
            watch.tick_ms = ruled.ticks(at_ms) if ruled.ticks is not None else FOR_EVER
            self._watches.append(watch)
        for arrival in self._arrivals:
            if arrival.watch is not None:
                name = arrival.watch.rule.name
                arrival.watch = next((one for one in self._watches if one.rule.name == name), arrival.watch)
        self._scene.offered, self._scene.worked = phase.sources, phase.calendar
        for watch in self._watches:
            self._look(watch, at_ms, row)

    def _announce(self) -> None:
        """A receipt that happens anyway is on order from now on; it is in the recorded changes when it comes."""
        one = self._announced.pop()
        receipt = Receipt(one.quantity, one.at_ms, "recorded")
        self._scene.coming.append(receipt)
        heappush(self._arrivals, _Arrival(one.at_ms, len(self._signals), 0, receipt))

    def _arrive(self, arrival: _Arrival, row: int) -> None:
        self._scene.coming.remove(arrival.receipt)
        if arrival.watch is None:  # the recorded change that it is follows at once
            return
        self._meter.change(arrival.quantity)
        if arrival.watch.receipt is arrival.receipt:
            arrival.watch.is_open, arrival.watch.receipt = False, None
        for watch in self._watches:
            self._look(watch, arrival.at_ms, row)

    def _tick(self, at_ms: int, row: int) -> None:
        for watch in self._watches:
            if watch.tick_ms <= at_ms and watch.rule.ticks is not None:
                watch.tick_ms = watch.rule.ticks(at_ms)
                self._look(watch, at_ms, row, is_tick=True)

    # -- judging ------------------------------------------------------------------------------

    def _look(self, watch: _Watch, at_ms: int, row: int, *, is_tick: bool = False) -> None:
        """Judge one rule as of now, and order if a shortage begins."""
        if watch.rule.ticks is not None and not is_tick:
            watch.slack, watch.fallen = Slack(FOR_EVER, FOR_EVER), 0
            return
        scene = self._scene
        scene.now_ms, scene.row, scene.level = at_ms, row, self._meter.level
        watch.fallen = 0
        if watch.is_open:
            scene.without = watch.receipt
            is_over = not self._found(watch.rule).fires
            scene.without = None
            if not is_over:
                watch.slack = Slack(FOR_EVER, FOR_EVER)  # only more stock can end it
                return
            watch.is_open, watch.receipt = False, None
        finding = self._found(watch.rule)
        if not finding.fires:
            watch.slack = slack_of(finding, watch.rule.named, at_ms, scene.level)
        elif finding.act is Act.ORDER:
            self._order(watch, netted(finding, watch.rule.rule, scene, partial(self._if_here, watch.rule))[0], at_ms)
        else:
            watch.slack = NONE

    def _if_here(self, ruled: Ruled, coming: int) -> Finding:
        """What the rule would find with so much more in stock."""
        self._scene.level += coming
        found = self._found(ruled)
        self._scene.level -= coming
        return found

    def _found(self, ruled: Ruled) -> Finding:
        finding = judge(ruled.rule.kind, ruled.parameters, self._scene, ruled.named)
        if finding.fault is not None:
            self._faults.add(f"{ruled.name}: {finding.fault.text}")
        condition = ruled.rule.when
        if condition is None or not finding.fires:
            return finding
        try:
            is_true = evaluate(condition, lambda name: number_of(name, self._scene))
        except ExpressionError as error:
            self._faults.add(f"{ruled.name}: {error}")
            is_true = False
        # a condition may turn true at any time, so nothing says how far the stock may fall until then
        return finding if is_true else replace(finding, fires=False, comparisons=())

    def _order(self, watch: _Watch, finding: Finding, at_ms: int) -> None:
        watch.slack = NONE
        if finding.quantity <= 0:
            return
        if 0 < watch.rule.rule.max_quantity < finding.quantity:
            self._faults.add(f"{watch.rule.name}: an order above max_quantity waited for a person")
            return
        nth = len(self._signals)
        self._signals.append(Signalled(f"{nth}", watch.rule.name, at_ms, finding.quantity))
        receipt = Receipt(finding.quantity, self._scene.expected_ms, f"simulated {nth}")
        self._scene.coming.append(receipt)
        watch.is_open, watch.receipt = True, receipt
        arrival = _Arrival(at_ms + self._lead_of(nth), nth, finding.quantity, receipt, watch)
        heappush(self._arrivals, arrival)
        self._next_ms = min(self._next_ms, arrival.at_ms)
