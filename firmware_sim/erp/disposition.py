"""Numbered dispositions per gateway and stream, repeated until the gateway confirms them (dn)."""

from __future__ import annotations

import sqlite3
from typing import Any

import orjson


class Dispositions:
    """Kept for good in the ledger; the open ones also in memory, because every acknowledgement lists them."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._last: dict[tuple[str, str], int] = {}
        self._confirmed: dict[tuple[str, str], int] = {}
        self._touched: set[tuple[str, str]] = set()
        for gw, st, n, dn in db.execute("SELECT gw, st, n, dn FROM told"):
            self._last[gw, st], self._confirmed[gw, st] = n, dn

    def confirm(self, gw: str, st: str, dn: int) -> int:
        """The gateway has stored all up to `dn`; returns how many are open now.

        `dn` may go down (a gateway restored from an old image hears them again) and may be above
        what we ever gave (a ledger restored from an old backup): numbering goes on above it then.
        """
        place = (gw, st)
        if self._confirmed.get(place, 0) != dn:
            self._confirmed[place] = dn
            self._touched.add(place)
        self._last[place] = max(self._last.get(place, 0), dn)
        return self._last[place] - dn

    def add(self, gw: str, st: str, told: dict[str, Any]) -> None:
        """Store one more, with the next number."""
        place = (gw, st)
        n = self._last[place] = self._last.get(place, 0) + 1
        self._touched.add(place)
        doc = orjson.dumps({**told, "n": n}).decode()
        self._db.execute("INSERT INTO disposition VALUES(?,?,?,?)", (gw, st, n, doc))

    def flush(self) -> None:
        """Write the counters into the open transaction."""
        rows = [(*place, self._last.get(place, 0), self._confirmed.get(place, 0)) for place in self._touched]
        self._db.executemany("INSERT OR REPLACE INTO told VALUES(?,?,?,?)", rows)
        self._touched.clear()

    def open_ones(self, gw: str, st: str) -> list[dict[str, Any]]:
        """All that the gateway has not confirmed, in order of their numbers."""
        dn = self._confirmed.get((gw, st), 0)
        if self._last.get((gw, st), 0) == dn:
            return []
        query = "SELECT doc FROM disposition WHERE gw = ? AND st = ? AND n > ? ORDER BY n"
        rows = self._db.execute(query, (gw, st, dn))
        return [orjson.loads(doc) for (doc,) in rows]

    def last_of(self, event_id: str) -> dict[str, Any] | None:
        """The last word on an event, as it was told, to be told again. Rare, so a search is good enough."""
        row = self._db.execute(
            "SELECT doc FROM disposition WHERE json_extract(doc, '$.id') = ? ORDER BY n DESC LIMIT 1", (event_id,)
        ).fetchone()
        return None if row is None else orjson.loads(row[0])
