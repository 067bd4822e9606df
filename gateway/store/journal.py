"""Appending to the journal: sequence, chains and the outbox row, all in the caller's transaction."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from gateway.ids import parse_id
from gateway.store.bulk import Bulk, Row
from gateway.store.chain import ZERO_HASH, canonical, journal_hash, stream_hash
from gateway.store.projections import WRITE_AFTER_EVENTS, Projections

STREAMS = ("sig", "mov", "res", "sys")

_INSERT = Bulk("INSERT INTO journal(seq,id,stream,prev_cards,prev_stock,hash,body) VALUES", "(?,?,?,?,?,?,?)")
_OUTBOX = Bulk("INSERT INTO outbox(stream,seq,jseq,hash) VALUES", "(?,?,?,?)")
_STREAM = (
    "INSERT INTO stream(stream,head,head_hash,cum,cum_hash) VALUES(?,?,?,0,zeroblob(16))"
    " ON CONFLICT DO UPDATE SET head=excluded.head, head_hash=excluded.head_hash"
)


@dataclass(frozen=True, slots=True)
class Heads:
    """Where the journal and the streams stand; restored as a whole when a scan is rolled back."""

    seq: int
    hash: bytes
    streams: dict[str, tuple[int, bytes]]


class Journal:
    """The only writer of journal and outbox rows; keeps the heads in memory between commits.

    Rows are gathered and written together by `write`, which a commit does before it ends and
    everybody does who asks the tables.
    """

    def __init__(self, connection: sqlite3.Connection, projections: Projections) -> None:
        self._connection = connection
        self._projections = projections
        self._touched: set[str] = set()
        self._rows: dict[int, Row] = {}  # by sequence, not written yet
        self._outbox: list[Row] = []
        self.seq = 0
        self.hash = ZERO_HASH
        self.streams: dict[str, tuple[int, bytes]] = {}
        self.load()

    def load(self) -> None:
        """Read the heads from the database: at start, after a failure, after an epoch change."""
        row = self._connection.execute("SELECT seq,hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
        self.seq, self.hash = row or (0, ZERO_HASH)
        rows = self._connection.execute("SELECT stream,head,head_hash FROM stream")
        self.streams = {stream: (head, head_hash) for stream, head, head_hash in rows}
        self._touched.clear()
        self._drop_unwritten()

    def heads(self) -> Heads:
        """A copy to come back to."""
        return Heads(self.seq, self.hash, dict(self.streams))

    def restore(self, heads: Heads) -> None:
        """Take back everything appended since `heads` (the rows are rolled back by the caller)."""
        self.seq, self.hash, self.streams = heads.seq, heads.hash, dict(heads.streams)
        self._drop_unwritten()

    def append(self, stream: str, body: dict[str, Any]) -> int:
        """Add one event; returns its journal sequence."""
        if len(self._rows) >= WRITE_AFTER_EVENTS:
            self.write()
        seq = self.seq + 1
        event_id = parse_id(body["id"])
        text = canonical(body)
        digest = journal_hash(self.hash, seq, event_id, stream, text)
        prev_cards, prev_stock = self._projections.fold(seq, body)
        self._rows[seq] = (seq, event_id, stream, prev_cards, prev_stock, digest, text.decode())
        if stream:
            head, head_hash = self.streams.get(stream, (0, ZERO_HASH))
            head += 1
            chained = stream_hash(head_hash, head, text)
            self._outbox.append((stream, head, seq, chained))
            self.streams[stream] = (head, chained)
            self._touched.add(stream)
        self.seq, self.hash = seq, digest
        return seq

    def write(self) -> None:
        """Write what was added: journal, outbox and projections.

        sqlite3.IntegrityError when an event with the same id is stored already.
        """
        if self._rows:
            rows, outbox = self._rows, self._outbox
            self._drop_unwritten()
            _INSERT.run(self._connection, rows.values())
            _OUTBOX.run(self._connection, outbox)
        self._projections.write()

    def unwritten(self, seq: int) -> str | None:
        """The body of an event that is not in its table yet."""
        row = self._rows.get(seq)
        return row[-1] if row else None

    def save_heads(self) -> frozenset[str]:
        """Write the heads of the streams that grew; once per commit. Returns their names."""
        self.write()
        grown = frozenset(self._touched)
        for stream in grown:
            self._connection.execute(_STREAM, (stream, *self.streams.get(stream, (0, ZERO_HASH))))
        self._touched.clear()
        return grown

    def _drop_unwritten(self) -> None:
        self._rows, self._outbox = {}, []
