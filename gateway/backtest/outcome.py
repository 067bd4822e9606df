"""What one set of rules would have done with a stock; and what was really done, by the same measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.backtest.figure import Figures, figures_of
from gateway.backtest.meter import Meter, step_of
from gateway.backtest.recording import Begin, Series, Signalled


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one set of rules would have done at one place."""

    figures: Figures
    curve: Sequence[int]  # stock at the end of each step, micro-units
    signals: tuple[Signalled, ...] = ()
    faults: frozenset[str] = frozenset()  # why a rule could not be judged, in words
    asked: frozenset[str] = frozenset()  # what rules asked for that a simulation does not know


def recorded(series: Series, *, begin: Begin, to_ms: int, red_below: int, signals: Sequence[Signalled]) -> Outcome:
    """What really happened, by the same measures."""
    meter = Meter(begin.at_ms, begin.level, red_below, step_of(to_ms - begin.at_ms))
    for row in range(begin.row, len(series.times)):
        if change := series.changes[row]:
            meter.wait(series.times[row])
            meter.change(change)
    meter.wait(to_ms)
    figures = figures_of(
        meter, signals=len(signals), ordered=sum(one.quantity for one in signals), used=series.used(begin.row),
        span_ms=to_ms - begin.at_ms,
    )  # fmt: skip
    return Outcome(figures, meter.curve, tuple(signals))


def censored(series: Series, *, begin: Begin, to_ms: int) -> list[tuple[int, int]]:
    """Periods in which nothing was left: what was used then says nothing of what was wanted."""
    level = begin.level
    since = begin.at_ms if level <= 0 else None
    found: list[tuple[int, int]] = []
    for row in range(begin.row, len(series.times)):
        level += series.changes[row]
        if level <= 0 and since is None:
            since = series.times[row]
        elif level > 0 and since is not None:
            if series.times[row] > since:
                found.append((since, series.times[row]))
            since = None
    if since is not None and to_ms > since:
        found.append((since, to_ms))
    return found
