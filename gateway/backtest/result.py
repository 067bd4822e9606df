"""Both rule sets lived through, beside what happened: the whole answer as values, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import partial
from typing import Any

from gateway.backtest.demand import Flow, Place
from gateway.backtest.figure import Figures
from gateway.backtest.lead import draw
from gateway.backtest.meter import RED_DAYS, whole_days_ms
from gateway.backtest.outcome import Outcome, censored, recorded
from gateway.backtest.phase import Phase
from gateway.backtest.recorder import Recording
from gateway.backtest.recording import DROPPED, Series
from gateway.backtest.scene import Scene
from gateway.backtest.simulation import Simulation
from gateway.backtest.use import Use
from gateway.clock import iso_utc
from gateway.quantity import format_quantity
from gateway.timeline import DAY_MS, HOUR_MS

SIDES = ("actual", "old", "new")
Rules = Mapping[Place, Sequence[Phase]]


@dataclass(frozen=True, slots=True)
class Compared:
    """One stock under both rule sets."""

    place: Place
    uom: str
    actual: Outcome
    old: Outcome
    new: Outcome
    red_below: int  # micro-units
    censored: tuple[tuple[int, int], ...]
    dropped: int  # receipts that old signals caused, and how much was in them
    dropped_quantity: int
    kept: int  # receipts that happen again
    lead_times_ms: tuple[int, ...]
    is_lead_assumed: bool

    @property
    def outcomes(self) -> dict[str, Outcome]:
        return dict(zip(SIDES, (self.actual, self.old, self.new), strict=True))


@dataclass(frozen=True, slots=True)
class Result:
    """All stocks that a rule of either set watches."""

    from_ms: int
    to_ms: int
    seed: int
    events: int
    stocks: list[Compared] = field(default_factory=list)

    def total(self, side: str) -> Figures:
        """The figures of all stocks; quantities in them add up only where units do."""
        return sum((one.outcomes[side].figures for one in self.stocks), Figures())

    @property
    def adds_up(self) -> bool:
        """Whether a sum of quantities says something: all are in one unit."""
        return len({one.uom for one in self.stocks}) <= 1

    def as_json(self) -> dict[str, Any]:
        """One object; quantities are decimal strings."""
        adds_up = self.adds_up
        return {
            "from": iso_utc(self.from_ms), "to": iso_utc(self.to_ms), "seed": self.seed, "events": self.events,
            "total": {side: self.total(side).as_json(adds_up=adds_up) for side in SIDES},
            "stocks": [_stock_json(one) for one in self.stocks],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Assumption:
    """What cannot be read from the journal."""

    seed: int
    zone: tzinfo
    lead_ms: int | None = None  # where no delivery was ever seen
    uoms: Mapping[str, str] = field(default_factory=dict)


def run(recording: Recording, old: Rules, new: Rules, given: Assumption) -> Result:
    """Every place that a rule of either set watches and whose stock is known."""
    result = Result(recording.from_ms, recording.to_ms, given.seed, recording.events)
    for place in sorted({*old, *new} & set(recording.places)):
        result.stocks.append(_compared(recording, place, old.get(place, ()), new.get(place, ()), given))
    return result


def untimed(recording: Recording, old: Rules, new: Rules) -> list[Place]:
    """Places whose lead time nobody knows: no signal was answered and no order of the ERP came."""
    watched = {*old, *new} & set(recording.places)
    return [place for place in sorted(watched) if not lead_times(recording.places[place])]


def lead_times(series: Series) -> tuple[int, ...]:
    """From signal to receipt, as it was; without any, from the ERP's orders to their receipt."""
    return tuple(one.received_ms - one.signalled_ms for one in series.received) or tuple(series.ordered_ms)


def _compared(
    recording: Recording, place: Place, old: Sequence[Phase], new: Sequence[Phase], given: Assumption
) -> Compared:
    series, to_ms = recording.places[place], recording.to_ms
    begin = series.begin(recording.from_ms)
    known = lead_times(series)
    leads = known or (given.lead_ms or 0,)
    # so that a limit is a whole number of micro-units: RED_DAYS of the mean use of the period
    red_below = max(0, series.used(begin.row)) * RED_DAYS * DAY_MS // whole_days_ms(to_ms - begin.at_ms)
    lead_of = partial(draw, leads, given.seed, place)

    def simulated(rules: Sequence[Phase]) -> Outcome:
        scene = Scene(series, Use(series, given.zone), leads, is_claimed=place[0] in recording.claimed)
        return Simulation(series, rules, scene, lead_of, begin=begin, to_ms=to_ms, red_below=red_below).run()

    signals = recording.signals.get(place, [])
    rows = range(begin.row, len(series.times))
    dropped = [row for row in rows if series.causes[row] == DROPPED]
    return Compared(
        place, given.uoms.get(place[0], ""),
        recorded(series, begin=begin, to_ms=to_ms, red_below=red_below, signals=signals),
        simulated(old), simulated(new), red_below, tuple(censored(series, begin=begin, to_ms=to_ms)),
        len(dropped), sum(series.changes[row] for row in dropped),
        sum(series.causes[row] == Flow.RECEIPT for row in rows), leads, not known,
    )  # fmt: skip


def _stock_json(one: Compared) -> dict[str, Any]:
    leads = sorted(one.lead_times_ms)
    return {
        "item": one.place[0], "location": one.place[1], "uom": one.uom,
        **{side: outcome.figures.as_json() for side, outcome in one.outcomes.items()},
        "censored": [[iso_utc(start), iso_utc(end)] for start, end in one.censored],
        "dropped_receipts": one.dropped, "dropped_qty": format_quantity(one.dropped_quantity),
        "kept_receipts": one.kept,
        "lead_time_h": {
            "samples": 0 if one.is_lead_assumed else len(leads), "median": round(leads[len(leads) // 2] / HOUR_MS, 2),
            "least": round(leads[0] / HOUR_MS, 2), "most": round(leads[-1] / HOUR_MS, 2),
        },
        "faults": sorted(one.old.faults | one.new.faults), "not_simulated": sorted(one.old.asked | one.new.asked),
    }  # fmt: skip
