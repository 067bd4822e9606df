"""What a stock did in a period, as the figures that people compare."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from gateway.backtest.meter import Meter, whole_days_ms
from gateway.quantity import format_quantity
from gateway.timeline import DAY_MS, HOUR_MS


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one stock, or added up. Quantities in micro-units, areas in micro-units times milliseconds."""

    signals: int = 0
    ordered: int = 0
    stock_outs: int = 0
    out_ms: int = 0
    red_ms: int = 0
    held: int = 0
    area: int = 0
    used: int = 0
    span_ms: int = 0  # the longest
    time_ms: int = 0  # of all stocks together

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.signals + other.signals, self.ordered + other.ordered, self.stock_outs + other.stock_outs,
            self.out_ms + other.out_ms, self.red_ms + other.red_ms, self.held + other.held, self.area + other.area,
            self.used + other.used, max(self.span_ms, other.span_ms), self.time_ms + other.time_ms,
        )  # fmt: skip

    @property
    def average_stock(self) -> Fraction:
        """Micro-units that lay there on average; a book below zero holds nothing."""
        return Fraction(self.held, self.span_ms) if self.span_ms else Fraction(0)

    @property
    def cover_days(self) -> float | None:
        """For how many days the average stock lasts at the mean use; None without use."""
        per_day = Fraction(self.used * DAY_MS, whole_days_ms(self.span_ms))
        return round(float(self.average_stock / per_day), 2) if self.used > 0 else None

    @property
    def red_pct(self) -> float:
        """Share of the time in which a stock was red."""
        return round(100 * self.red_ms / self.time_ms, 2) if self.time_ms else 0.0

    def as_json(self, *, adds_up: bool = True) -> dict[str, object]:
        """`adds_up` false where units differ, so that a sum of quantities would say nothing."""
        return {
            "signals": self.signals,
            "stock_outs": self.stock_outs,
            "out_hours": round(self.out_ms / HOUR_MS, 2),
            "average_stock": format_quantity(round(self.average_stock)) if adds_up else None,
            "cover_days": self.cover_days if adds_up else None,
            "red_pct": self.red_pct,
            "ordered": format_quantity(self.ordered) if adds_up else None,
        }


def figures_of(meter: Meter, *, signals: int, ordered: int, used: int, span_ms: int) -> Figures:
    """The figures of one stock when its period is over."""
    return Figures(
        signals, ordered, meter.outs, meter.out_ms, meter.red_ms, meter.held, meter.area, used, span_ms, span_ms
    )  # fmt: skip
