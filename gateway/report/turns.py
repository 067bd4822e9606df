"""Stock turns by item and area (A69): what was used in the period against what lay there on average.

Turns are per year of 365 days; cover is how many days the average stock lasts at the mean use.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from gateway.backtest.meter import SHORT, whole_days_ms
from gateway.backtest.outcome import recorded
from gateway.backtest.recorder import Recording
from gateway.quantity import format_quantity
from gateway.report.answer import Answer, Cell
from gateway.timeline import DAY_MS

COLUMNS = ("item", "area", "uom", "used", "average stock", "turns", "cover days", "stock-outs")
YEAR_MS = 365 * DAY_MS


def turns(recording: Recording, uoms: Mapping[str, str]) -> Answer:
    """One row for each stock that was there or used."""
    rows: list[tuple[Cell, ...]] = []
    for place in sorted(recording.places):
        series = recording.places[place]
        begin = series.begin(recording.from_ms)
        figures = recorded(series, begin=begin, to_ms=recording.to_ms, red_below=0, signals=()).figures
        if not (figures.used or figures.held):
            continue
        year = Fraction(figures.used * YEAR_MS, whole_days_ms(figures.span_ms))
        turned = round(float(year / figures.average_stock), 1) if figures.held else None
        average = format_quantity(round(round(figures.average_stock), -4))
        rows.append((
            *place, uoms.get(place[0], ""), format_quantity(figures.used), average, turned, figures.cover_days,
            figures.stock_outs,
        ))  # fmt: skip
    # a year of such days would be a guess; it is told as one
    is_short = recording.to_ms - recording.from_ms < DAY_MS
    return Answer("stock turns", COLUMNS, rows, [SHORT] if is_short and rows else [])
