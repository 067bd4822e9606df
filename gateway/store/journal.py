"""Appending to the journal: sequence, chains and the outbox row, all in the caller's transaction."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from gateway.ids import parse_id
from gateway.store.chain import ZERO_HASH, canonical, journal_hash, stream_hash
from gateway.store.projections import Projections

STREAMS = ("sig", "mov", "res", "sys")

_INSERT = "INSERT INTO journal(seq,id,stream,prev_cards,prev_stock,hash,body) VALUES(?,?,?,?,?,?,?)"
_OUTBOX = "INSERT INTO outbox(stream,seq,jseq,hash) VALUES(?,?,?,?)"
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
    """The only writer of journal and outbox rows; keeps the heads in memory between commits."""

    def __init__(self, connection: sqlite3.Connection, projections: Projections) -> None:
        self._connection = connection
        self._projections = projections
        self._touched: set[str] = set()
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

    def heads(self) -> Heads:
        """A copy to come back to."""
        return Heads(self.seq, self.hash, dict(self.streams))

    def restore(self, heads: Heads) -> None:
        """Take back everything appended since `heads` (the rows are rolled back by the caller)."""
        self.seq, self.hash, self.streams = heads.seq, heads.hash, dict(heads.streams)

    def append(self, stream: str, body: dict[str, Any]) -> int:
        """Store one event; returns its journal sequence.

        sqlite3.IntegrityError when an event with this id is stored already.
        """
        seq = self.seq + 1
        event_id = parse_id(body["id"])
        text = canonical(body)
        digest = journal_hash(self.hash, seq, event_id, stream, text)
        prev_cards, prev_stock = self._projections.fold(seq, body)
        self._connection.execute(_INSERT, (seq, event_id, stream, prev_cards, prev_stock, digest, text.decode()))
        if stream:
            head, head_hash = self.streams.get(stream, (0, ZERO_HASH))
            head += 1
            chained = stream_hash(head_hash, head, text)
            self._connection.execute(_OUTBOX, (stream, head, seq, chained))
            self.streams[stream] = (head, chained)
            self._touched.add(stream)
        self.seq, self.hash = seq, digest
        return seq

    def save_heads(self) -> frozenset[str]:
        """Write the heads of the streams that grew; once per commit. Returns their names."""
        grown = frozenset(self._touched)
        for stream in grown:
            self._connection.execute(_STREAM, (stream, *self.streams.get(stream, (0, ZERO_HASH))))
        self._touched.clear()
        return grown
