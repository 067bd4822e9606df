"""How much of each item was used at each place: one bounded row, folded from the journal like every other table.

A row is a short text, because it is written with every use: for each table of `gateway/reorder/usage.py` the first
bucket, then pairs of gap and quantity.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from gateway.clock import offset_ms
from gateway.quantity import format_quantity, parse_quantity
from gateway.reorder.consumption import uses
from gateway.reorder.usage import History, Table, used
from gateway.store.bulk import Bulk
from gateway.store.pending import PendingRows

ZONE_FACT = ("plant", "zone")  # where the plant's days and months begin, as the journal has it

_SELECT = "SELECT since_ms,last_ms,sums FROM usage WHERE item=? AND location=?"
_PUT = Bulk("INSERT OR REPLACE INTO usage(item,location,since_ms,last_ms,sums) VALUES", "(?,?,?,?,?)")
_AREA = "SELECT coalesce(body ->> '$.area','') FROM master WHERE dataset='locations' AND id=?"
_NOTHING = History()

Fact = Callable[[str, str], dict[str, Any] | None]


class UsageRows:
    """The table `usage`, read and written through what is remembered of it."""

    def __init__(self, connection: sqlite3.Connection, fact: Fact) -> None:
        self._execute = connection.execute
        self._fact = fact
        self._rows = PendingRows(connection, _PUT)
        self._histories: dict[tuple[str, str], History] = {}
        self._changed: set[tuple[str, str]] = set()
        self._areas: dict[str, str] = {}
        self._zone: ZoneInfo | None = None

    def add(self, body: dict[str, Any], at_ms: int) -> None:
        """Count what an event with movements used. What goes to another place of the same area stays in it."""
        for item, place, other, quantity in uses(body):
            area = self.area(place)
            if other is not None and self.area(other) == area:
                continue
            key = (item, area)
            at = 0 if body["q"] == "untrusted" else at_ms
            self._histories[key] = used(self.history(item, area), at, quantity, offset_ms=self._offset_ms(at_ms))
            self._changed.add(key)

    def history(self, item: str, area: str) -> History:
        """What was used of an item in an area, as of the open transaction."""
        key = (item, area)
        known = self._histories.get(key)
        if known is None:
            row = self._execute(_SELECT, key).fetchone()
            known = self._histories[key] = _history(*row) if row else _NOTHING
        return known

    def area(self, place: str) -> str:
        """The area that a location belongs to; by itself it is one of its own."""
        known = self._areas.get(place)
        if known is None:
            row = self._execute(_AREA, (place,)).fetchone()
            known = self._areas[place] = (row[0] if row else "") or place
        return known

    def write(self, *, limit: int) -> None:
        """Bring the table up to date, and remember no more than `limit` rows."""
        for key in self._changed:
            history = self._histories[key]
            self._rows.put(key, (*key, history.since_ms, history.last_ms, _text(history)))
        self._changed.clear()
        self._rows.write()
        for known in (self._histories, self._areas):
            if len(known) > limit:
                known.clear()

    def forget(self) -> None:
        """The transaction was rolled back."""
        self._rows.forget()
        self._histories.clear()
        self._changed.clear()
        self.forget_master()

    def forget_master(self) -> None:
        """Areas or the plant's zone may have changed."""
        self._areas.clear()
        self._zone = None

    def _offset_ms(self, at_ms: int) -> int:
        if self._zone is None:
            told = self._fact(*ZONE_FACT)
            self._zone = ZoneInfo(told["name"] if told else "UTC")
        return offset_ms(self._zone, at_ms)


def _text(history: History) -> str:
    return ";".join(map(_table_text, (history.minutes, history.hours, history.days, history.months)))


def _table_text(table: Table) -> str:
    if not table:
        return ""
    gaps = (table[0][0], *(later - earlier for (earlier, _), (later, _) in pairwise(table)))
    return " ".join(f"{gap} {format_quantity(quantity)}" for gap, (_, quantity) in zip(gaps, table, strict=True))


def _history(since_ms: int, last_ms: int, text: str) -> History:
    return History(since_ms, last_ms, *map(_table, text.split(";")))


def _table(text: str) -> Table:
    words = text.split()
    table, bucket = [], 0
    for gap, quantity in zip(words[::2], words[1::2], strict=True):
        bucket += int(gap)
        table.append((bucket, parse_quantity(quantity)))
    return tuple(table)
