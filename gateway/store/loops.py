"""Read-only questions about loops: their master data, their cards, and which of them a commit touched."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from gateway.clock import parse_iso_utc
from gateway.errors import StoreError
from gateway.store.connection import DATABASE, open_reader

LOOKED_AT_EVENTS = 2000  # when more were committed since the last look, every loop counts as touched
_NEWEST = "SELECT coalesce(max(seq),0) FROM journal"
_TOUCHED = """SELECT DISTINCT after.value ->> '$.loop' FROM journal, json_each(journal.body, '$.after') AS after
    WHERE journal.seq>? AND journal.seq<=?"""
_ALL_TOUCHED = """SELECT 1 FROM journal WHERE seq>? AND seq<=?
    AND (body -> '$.md' IS NOT NULL OR body -> '$.gone' IS NOT NULL) LIMIT 1"""
# A bin's replenishment begins with its signal; the card itself says only since when it is what it is now.
_CARDS = """SELECT card.state, card.life, card.quantity, card.wall_ms, card.mono_ms, card.boot,
    opened.body ->> '$.w', opened.body ->> '$.m', opened.body ->> '$.boot'
    FROM card LEFT JOIN signal ON signal.key=card.signal AND card.signal<>''
    LEFT JOIN journal AS opened ON opened.seq=signal.opened_seq WHERE card.loop=?"""

_STOCKED = """SELECT DISTINCT stock.item, coalesce(nullif(master.body ->> '$.area', ''), stock.location) FROM stock
    LEFT JOIN master ON master.dataset='locations' AND master.id=stock.location"""


@dataclass(frozen=True, slots=True)
class CardRow:
    """One card of a loop, and the moment its replenishment began."""

    state: str
    life: str
    quantity: int  # micro-units
    since: tuple[int, int, str]  # wall_ms, mono_ms, boot


class LoopReader:
    """One read-only connection; every question is answered whole, so that no checkpoint waits for it."""

    def __init__(self, data_dir: Path) -> None:
        self._connection = open_reader(data_dir / DATABASE)

    def newest(self) -> int:
        """The journal's last sequence."""
        return int(self._query(_NEWEST)[0][0])

    def touched(self, after_seq: int, until_seq: int) -> frozenset[str] | None:
        """Loops whose cards changed in these events; None for all of them (new master data, or too many events)."""
        span = (after_seq, until_seq)
        if not 0 <= until_seq - after_seq <= LOOKED_AT_EVENTS or self._query(_ALL_TOUCHED, span):
            return None
        return frozenset(row[0] for row in self._query(_TOUCHED, span))

    def masters(self, loops: Iterable[str] | None = None) -> list[dict[str, Any]]:
        """Master-data rows of these loops, or of all, ordered by id."""
        if loops is None:
            rows = self._query("SELECT body FROM master WHERE dataset='loops' ORDER BY id")
        else:
            query = "SELECT body FROM master WHERE dataset='loops' AND id=?"
            rows = [row for loop in sorted(loops) for row in self._query(query, (loop,))]
        return [orjson.loads(row[0]) for row in rows]

    def cards(self, loop: str) -> list[CardRow]:
        """The cards of a loop."""
        return [_card(*row) for row in self._query(_CARDS, (loop,))]

    def stocked(self, items: Iterable[str] | None = None) -> list[tuple[str, str]]:
        """(item, area) wherever stock of these items, or of any, was ever booked, in order."""
        if items is None:
            return [(row[0], row[1]) for row in self._query(f"{_STOCKED} ORDER BY 1,2")]
        query = f"{_STOCKED} WHERE stock.item=? ORDER BY 1,2"
        return [(row[0], row[1]) for item in sorted(items) for row in self._query(query, (item,))]

    def fact(self, kind: str, key: str) -> dict[str, Any] | None:
        """What is known of it."""
        rows = self._query("SELECT body FROM fact WHERE kind=? AND id=?", (kind, key))
        return orjson.loads(rows[0][0]) if rows else None

    def close(self) -> None:
        self._connection.close()

    def _query(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"the loops cannot be read: {error}", hint="run 'kanban-gateway verify'") from error


def _card(
    state: str, life: str, quantity: int, wall_ms: int, mono_ms: int, boot: str, *opened: Any
) -> CardRow:  # fmt: skip
    """`opened`: `w`, `m` and `boot` of the event that opened its signal, None without one."""
    wall, mono, signal_boot = opened
    if wall is None:
        return CardRow(state, life, quantity, (wall_ms, mono_ms, boot))
    return CardRow(state, life, quantity, (parse_iso_utc(wall), mono, signal_boot))
