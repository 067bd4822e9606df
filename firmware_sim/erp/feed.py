"""What each gateway has not fetched yet, in order, kept over a kill of the ERP."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any

import orjson

Item = dict[str, Any]
_TABLES = """
CREATE TABLE IF NOT EXISTS feed(n INTEGER PRIMARY KEY AUTOINCREMENT, gw TEXT NOT NULL, item TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS floor(gw TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS guest(gw TEXT PRIMARY KEY) STRICT;
"""
LATEST_ONLY = ("cardstate", "stock", "state")  # a newer one makes the older ones worthless


class CursorGoneError(LookupError):
    """The feed cannot be continued from this cursor."""


class FeedBook:
    """Any thread may use it. A cursor is the number of the last item that was fetched."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(_TABLES)
        self._news = threading.Condition()
        self.guests = frozenset(gw for (gw,) in self._db.execute("SELECT gw FROM guest"))

    def close(self) -> None:
        with self._news:
            self._db.close()

    def enter(self, gw: str, *, is_guest: bool) -> None:
        """Note for good that a gateway reads its feed, or that it came another way: then nothing waits for it."""
        with self._news:
            if is_guest:
                self._db.execute("INSERT OR IGNORE INTO guest VALUES(?)", (gw,))
                self.guests |= {gw}
            else:
                self._db.execute("DELETE FROM guest WHERE gw = ?", (gw,))
                self._db.execute("DELETE FROM feed WHERE gw = ?", (gw,))
                self.guests -= {gw}

    def put(self, gw: str, item: Item) -> None:
        """Add an item; one that waits already is not added again."""
        text = orjson.dumps(item).decode()
        with self._news:
            if item["k"] in LATEST_ONLY:
                self._db.execute("DELETE FROM feed WHERE gw = ? AND item ->> '$.k' = ?", (gw, item["k"]))
            known = self._db.execute("SELECT 1 FROM feed WHERE gw = ? AND item = ?", (gw, text)).fetchone()
            if known is None:
                self._db.execute("INSERT INTO feed(gw, item) VALUES(?,?)", (gw, text))
                self._news.notify_all()

    def begin(self, gw: str) -> None:
        """Forget what waits: a snapshot follows."""
        with self._news:
            self._db.execute("DELETE FROM feed WHERE gw = ?", (gw,))

    def forget(self, gw: str) -> None:
        """No cursor that was given so far is good any more."""
        with self._news:
            self._db.execute("INSERT OR REPLACE INTO floor VALUES(?,?)", (gw, self._last() + 1))
            self._news.notify_all()

    def fetch(self, gw: str, cursor: int | None, limit: int, wait_s: float) -> tuple[list[Item], int]:
        """Items behind `cursor` and the cursor behind them; waits for the first. Asking acknowledges what is before."""
        with self._news:
            if cursor is not None:
                self._check(gw, cursor)
                self._db.execute("DELETE FROM feed WHERE gw = ? AND n <= ?", (gw, cursor))
            rows = self._rows(gw, limit)
            if not rows and cursor is not None:
                self._news.wait(wait_s)
                self._check(gw, cursor)
                rows = self._rows(gw, limit)
            items = [orjson.loads(text) for _, text in rows]
            return items, rows[-1][0] if rows else (self._last() if cursor is None else cursor)

    def _check(self, gw: str, cursor: int) -> None:
        row = self._db.execute("SELECT n FROM floor WHERE gw = ?", (gw,)).fetchone()
        if not (row[0] if row else 0) <= cursor <= self._last():
            raise CursorGoneError(str(cursor))

    def _rows(self, gw: str, limit: int) -> list[tuple[int, str]]:
        return self._db.execute("SELECT n, item FROM feed WHERE gw = ? ORDER BY n LIMIT ?", (gw, limit)).fetchall()

    def _last(self) -> int:
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'feed'").fetchone()
        return int(row[0]) if row else 0
