"""What was used of one item at one location: sums per minute, hour, day and month, all of them integers.

A history only adds up, so that folding the journal again gives the same history on every machine: what a rate or a
deviation is, and which time counts as working time, is asked when a rule is judged (`rate.py`), not when a movement
is folded. Its size is bounded: it keeps the newest two hours by the minute, two days by the hour, 62 days and
25 months; what is older only fades from the finer tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
MINUTES, HOURS, DAYS, MONTHS = 120, 50, 62, 25  # two days may have 49 hours when clocks are set back
_EPOCH_MS = 1_577_836_800_000  # 2020; an older instant comes from a clock that was not set

# (number of the bucket since 1970, micro-units), rising, without empty ones
Table = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class History:
    """Sums of one item at one location: minutes and hours of UTC, days and months of the plant's own time."""

    since_ms: int = 0  # first instant of which anything is known; 0 for never
    last_ms: int = 0  # last instant at which anything was used; 0 for never
    minutes: Table = ()
    hours: Table = ()
    days: Table = ()
    months: Table = ()  # year * 12 + month - 1

    @property
    def is_empty(self) -> bool:
        return self.last_ms == 0


def used(history: History, at_ms: int, quantity: int, *, offset_ms: int = 0) -> History:
    """The history with `quantity` micro-units more, used at `at_ms`; a negative quantity takes a use back.

    `offset_ms` is how far the plant's clock was ahead of UTC then (K16). An instant before 2020 comes from a clock
    that was not set and counts at the newest known one, or not at all if there is none. Whoever hands over
    instants of a clock that may be far ahead empties the finer tables: hand over corrected time.
    """
    if at_ms < _EPOCH_MS:
        at_ms = history.last_ms
    if at_ms < _EPOCH_MS or quantity == 0:
        return history
    local_ms = at_ms + offset_ms
    return replace(
        history,
        since_ms=min(at_ms, history.since_ms) if history.since_ms else at_ms,
        last_ms=max(at_ms, history.last_ms) if quantity > 0 else history.last_ms,
        minutes=_added(history.minutes, at_ms // MINUTE_MS, quantity, MINUTES),
        hours=_added(history.hours, at_ms // HOUR_MS, quantity, HOURS),
        days=_added(history.days, local_ms // DAY_MS, quantity, DAYS),
        months=_added(history.months, month_number(local_ms), quantity, MONTHS),
    )


def watched(history: History, since_ms: int) -> History:
    """The history with the knowledge that nothing else was used since `since_ms`: the item was watched from then on."""
    return replace(history, since_ms=min(since_ms, history.since_ms) if history.since_ms else since_ms)


def from_days(quantities: Mapping[int, int], *, since_ms: int = 0) -> History:
    """A history from sums per day (days since 1970, plant's time), for an ERP's own figures and for tests."""
    history = History()
    for day in sorted(quantities):
        history = used(history, day * DAY_MS + DAY_MS // 2, quantities[day])
    return watched(history, since_ms) if since_ms else history


def to_json(history: History) -> dict[str, Any]:
    """JSON values without floats: lists of [bucket, micro-units]."""
    return {
        "since": history.since_ms, "last": history.last_ms,
        "min": [list(one) for one in history.minutes], "h": [list(one) for one in history.hours],
        "d": [list(one) for one in history.days], "mon": [list(one) for one in history.months],
    }  # fmt: skip


def from_json(told: Mapping[str, Any]) -> History:
    """The inverse of `to_json`."""

    def table(name: str) -> Table:
        return tuple((int(bucket), int(quantity)) for bucket, quantity in told[name])

    return History(int(told["since"]), int(told["last"]), table("min"), table("h"), table("d"), table("mon"))


def month_number(local_ms: int) -> int:
    """year * 12 + month - 1 of a local instant, by the proleptic Gregorian calendar in integers.

    Source: "days from civil" turned round, H. Hinnant, chrono-compatible low-level date algorithms.
    """
    shifted = local_ms // DAY_MS + 719_468  # days since 0000-03-01
    era, of_era = divmod(shifted, 146_097)
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153  # 0 is March
    return (era * 400 + year) * 12 + month + 2


def _added(table: Table, bucket: int, quantity: int, limit: int) -> Table:
    """The table with one sum changed; buckets `limit` or more before the newest fall out, as does a sum of nothing."""
    at = len(table)
    while at and table[at - 1][0] > bucket:  # most are added at the end
        at -= 1
    before, after = table[:at], table[at:]
    if before and before[-1][0] == bucket:
        before, quantity = before[:-1], before[-1][1] + quantity
    oldest = max(bucket, table[-1][0] if table else bucket) - limit + 1
    old = 0
    while old < len(before) and before[old][0] < oldest:
        old += 1
    changed = ((bucket, quantity),) if quantity and bucket >= oldest else ()
    return before[old:] + changed + after
