"""The history of use at one place as of any later instant, added up only when a rule asks for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from gateway.backtest.demand import Flow
from gateway.backtest.recording import Series
from gateway.reorder.usage import (
    DAY_MS,
    DAYS,
    HOUR_MS,
    HOURS,
    MINUTE_MS,
    MINUTES,
    MONTHS,
    History,
    Table,
    month_number,
)


class Use:
    """Moves forward through a series; never asked for an earlier row than before."""

    def __init__(self, series: Series, zone: tzinfo) -> None:
        self._series = series
        self._zone = zone
        self._row = 0
        self._last_ms = 0
        self._offset_ms = 0
        self._offset_until_ms = 0
        self._sums: tuple[dict[int, int], ...] = ({}, {}, {}, {})
        self._known: History | None = None

    def until(self, row: int) -> History:
        """What was used by the rows before `row`."""
        if row > self._row or self._known is None:
            self._add(row)
            self._known = History(
                self._series.times[0] if self._series.times else 0, self._last_ms,
                *(_table(sums, limit) for sums, limit in zip(self._sums, (MINUTES, HOURS, DAYS, MONTHS), strict=True)),
            )  # fmt: skip
        return self._known

    def _add(self, row: int) -> None:
        series, use = self._series, int(Flow.USE)
        minutes, hours, days, months = self._sums
        for one in range(self._row, row):
            quantity = -series.changes[one]
            if series.causes[one] != use or quantity == 0:
                continue
            at_ms = series.times[one]
            if at_ms >= self._offset_until_ms:
                self._turn_clock(at_ms)
            local_ms = at_ms + self._offset_ms
            for sums, bucket in (
                (minutes, at_ms // MINUTE_MS), (hours, at_ms // HOUR_MS), (days, local_ms // DAY_MS),
                (months, month_number(local_ms)),
            ):  # fmt: skip
                sums[bucket] = sums.get(bucket, 0) + quantity
            if quantity > 0:
                self._last_ms = at_ms
        self._row = max(self._row, row)
        for sums, limit in zip(self._sums, (MINUTES, HOURS, DAYS, MONTHS), strict=True):
            _prune(sums, limit)

    def _turn_clock(self, at_ms: int) -> None:
        """How far the plant's clock is ahead of UTC in this hour."""
        at = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self._zone)
        self._offset_ms = (at.utcoffset() or timedelta()) // timedelta(milliseconds=1)
        self._offset_until_ms = (at_ms // HOUR_MS + 1) * HOUR_MS


def _prune(sums: dict[int, int], limit: int) -> None:
    if len(sums) > limit:
        newest = max(sums)
        for bucket in [one for one in sums if one <= newest - limit]:
            del sums[bucket]


def _table(sums: dict[int, int], limit: int) -> Table:
    newest = max(sums, default=0)
    return tuple((one, sums[one]) for one in sorted(sums) if one > newest - limit and sums[one] != 0)
