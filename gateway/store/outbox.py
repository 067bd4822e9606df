"""What still waits for the ERP: reading windows of it, settling it, re-sequencing it.

Rows hold only (stream, seq, journal seq, hash); the body is rendered from the journal when sent.
The single delete criterion is the ERP's acknowledgement with a matching chain hash.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson

from gateway.model import Acknowledgement
from gateway.store.chain import HASH_BYTES, ZERO_HASH, stream_hash
from gateway.store.connection import open_reader
from gateway.store.journal import STREAMS

# One row for the whole window, hash and event of each on a line: rows one by one would mean to wait
# for the interpreter, which other threads want too, after every event.
_WINDOW = """
SELECT min(seq), group_concat(hex(hash) || '{"s":' || seq || ',' || substr(body, 2), char(10)) FROM (
  SELECT o.seq AS seq, o.hash AS hash, j.body AS body FROM outbox o JOIN journal j ON j.seq=o.jseq
  WHERE o.stream=? AND o.seq>? ORDER BY o.seq LIMIT ?)
"""
_HEX_BYTES = 2 * HASH_BYTES
# One statement, so that epoch, heads and dispositions are of one moment; it runs once a second.
_STREAMS = """
SELECT m.value, s.stream, s.head, s.head_hash, s.cum, s.cum_hash, coalesce(d.n, 0)
FROM meta m LEFT JOIN stream s LEFT JOIN disposition d ON d.stream=s.stream WHERE m.name='epoch'
"""
_DROPPED = "SELECT body FROM fact WHERE kind='dropped' AND id=?"


@dataclass(frozen=True, slots=True)
class StreamState:
    """Where one stream stands: last stored (`head`) and last settled (`cum`) sequence and hash."""

    stream: str
    epoch: str
    head: int
    head_hash: bytes
    cum: int
    cum_hash: bytes
    dn: int  # dispositions stored so far


@dataclass(frozen=True, slots=True)
class Window:
    """Consecutive events ready for one batch; each is a JSON object that includes its `s`."""

    first: int
    last: int
    events: list[bytes]
    hash: bytes  # chain hash after the last one
    is_cut: bool = False  # a limit ended it: more may wait behind it


class Settled(StrEnum):
    """What an acknowledgement came to."""

    SETTLED = "SETTLED"
    STALE = "ACK_STALE"
    UNKNOWN_EPOCH = "ACK_UNKNOWN_EPOCH"
    MISMATCH = "EPOCH_CHANGED"


def settle(connection: sqlite3.Connection, epoch: str, ack: Acknowledgement) -> Settled:
    """Delete what the ERP has, provided that it has the same history (hash at `cum`)."""
    if ack.epoch != epoch:
        return Settled.UNKNOWN_EPOCH
    cum, cum_hash = _settled(connection, ack.stream)
    if ack.cum < cum:
        return Settled.STALE
    if ack.hash != (cum_hash if ack.cum == cum else _hash_at(connection, ack.stream, ack.cum)):
        return Settled.MISMATCH
    if ack.cum > cum:
        connection.execute("DELETE FROM outbox WHERE stream=? AND seq<=?", (ack.stream, ack.cum))
        connection.execute("UPDATE stream SET cum=?, cum_hash=? WHERE stream=?", (ack.cum, ack.hash, ack.stream))
    return Settled.SETTLED


def _settled(connection: sqlite3.Connection, stream: str) -> tuple[int, bytes]:
    row = connection.execute("SELECT cum,cum_hash FROM stream WHERE stream=?", (stream,)).fetchone()
    return row or (0, ZERO_HASH)


def _hash_at(connection: sqlite3.Connection, stream: str, seq: int) -> bytes | None:
    """Our hash at an unsettled sequence; None beyond our head, where the ERP knows more than we do."""
    row = connection.execute("SELECT hash FROM outbox WHERE stream=? AND seq=?", (stream, seq)).fetchone()
    return row[0] if row else None


def put_back(connection: sqlite3.Connection, first_jseq: int) -> None:
    """Everything sent from this journal row on waits again, without numbers: `resequence` follows.

    The last row of each stream is its head, so counting back from there would find the numbers it had; nobody
    needs them, as the next epoch begins at 1.
    """
    rows = connection.execute(
        "SELECT stream, seq FROM journal WHERE seq>=? AND stream<>''"
        " AND seq NOT IN (SELECT jseq FROM outbox) ORDER BY seq",
        (first_jseq,),
    ).fetchall()
    numbered = [(stream, -1 - place, jseq, ZERO_HASH) for place, (stream, jseq) in enumerate(rows)]
    connection.executemany("INSERT INTO outbox(stream,seq,jseq,hash) VALUES(?,?,?,?)", numbered)


def resequence(connection: sqlite3.Connection) -> dict[str, int]:
    """Number everything unsettled from 1 again for a new epoch, in journal order, ids unchanged.

    Returns how many events each stream re-sends.
    """
    rows = connection.execute(
        "SELECT o.stream, o.jseq, j.body FROM outbox o JOIN journal j ON j.seq=o.jseq ORDER BY o.jseq"
    ).fetchall()
    connection.execute("DELETE FROM outbox")
    heads: dict[str, tuple[int, bytes]] = dict.fromkeys(STREAMS, (0, ZERO_HASH))
    for stream, jseq, body in rows:
        seq, digest = heads[stream]
        seq += 1
        digest = stream_hash(digest, seq, body.encode())
        connection.execute("INSERT INTO outbox(stream,seq,jseq,hash) VALUES(?,?,?,?)", (stream, seq, jseq, digest))
        heads[stream] = (seq, digest)
    for stream, (head, digest) in heads.items():
        connection.execute(
            "INSERT OR REPLACE INTO stream(stream,head,head_hash,cum,cum_hash) VALUES(?,?,?,0,?)",
            (stream, head, digest, ZERO_HASH),
        )
    return {stream: head for stream, (head, _) in heads.items() if head}


class OutboxReader:
    """Read-only view for the sender; one per thread."""

    def __init__(self, database: Path) -> None:
        self._connection = open_reader(database)
        self._event_bytes: dict[str, int] = {}  # about how long an event is, so as not to read far more than fits

    def streams(self) -> dict[str, StreamState]:
        """All four streams, also those that never had an event."""
        rows = self._connection.execute(_STREAMS).fetchall()
        epoch = rows[0][0]
        known = {row[1]: row[2:] for row in rows}
        empty = (0, ZERO_HASH, 0, ZERO_HASH, 0)
        return {name: StreamState(name, epoch, *known.get(name, empty)) for name in STREAMS}

    def window(self, stream: str, after: int, max_events: int, max_bytes: int) -> Window | None:
        """The next events after `after`, at least one and at most `max_bytes` of them; None when there are none."""
        usual = self._event_bytes.get(stream, 1)
        limit = min(max_events, max(1, max_bytes // usual))
        first, text = self._connection.execute(_WINDOW, (stream, after, limit)).fetchone()
        if first != after + 1:
            return None  # settled in the meantime; the sender asks again from the new position
        lines = text.encode().split(b"\n")  # canonical JSON has no line breaks
        self._event_bytes[stream] = max(1, len(text) // len(lines))
        is_cut, size = len(lines) == limit, 0
        for count, line in enumerate(lines):
            size += len(line) - _HEX_BYTES
            if count and size > max_bytes:
                is_cut = True
                del lines[count:]
                break
        digest = bytes.fromhex(lines[-1][:_HEX_BYTES].decode())
        return Window(first, after + len(lines), self._without_dropped(lines), digest, is_cut)

    def fact(self, kind: str, key: str) -> dict[str, Any] | None:
        """What the journal says of it last; None when nothing."""
        row = self._connection.execute("SELECT body FROM fact WHERE kind=? AND id=?", (kind, key)).fetchone()
        return orjson.loads(row[0]) if row else None

    def facts(self, kind: str) -> dict[str, dict[str, Any]]:
        """All that the journal says of a kind, by key."""
        rows = self._connection.execute("SELECT id,body FROM fact WHERE kind=?", (kind,))
        return {key: orjson.loads(body) for key, body in rows}

    def master_etag(self, dataset: str) -> str:
        """Tag of the dataset that is in force here, "" for none."""
        row = self._connection.execute("SELECT etag FROM dataset WHERE dataset=?", (dataset,)).fetchone()
        return str(row[0]) if row else ""

    def _without_dropped(self, lines: list[bytes]) -> list[bytes]:
        """The events as they go out: a tombstone for each that the ERP cannot read."""
        if self._connection.execute("SELECT 1 FROM fact WHERE kind='dropped' LIMIT 1").fetchone() is None:
            return [line[_HEX_BYTES:] for line in lines]
        return [self._tombstone(line) or line[_HEX_BYTES:] for line in lines]

    def _tombstone(self, line: bytes) -> bytes | None:
        """Numbers, reason, reference and the chain hash behind the event, which nobody can compute without it."""
        event = orjson.loads(line[_HEX_BYTES:])
        row = self._connection.execute(_DROPPED, (event["id"],)).fetchone()
        if row is None:
            return None
        fact, seq = orjson.loads(row[0]), event["s"]
        told = {"s": seq, "t": "dropped", "from": seq, "to": seq, "why": fact["why"], "code": fact["code"]}
        return orjson.dumps({**told, "ref": event["id"], "h": line[:_HEX_BYTES].decode().lower()})

    def close(self) -> None:
        self._connection.close()
