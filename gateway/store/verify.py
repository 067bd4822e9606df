"""Does the store still say what was once committed? Chain, fold, outbox and witness, checked independently.

SQLite's own integrity check notices about one in eight content-changing bit flips; the chain and
the two-way comparison with a fresh fold notice all of them (promise R5).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from gateway.errors import StoreError
from gateway.ids import parse_id
from gateway.store.chain import ZERO_HASH, journal_hash, stream_hash
from gateway.store.connection import DATABASE, open_reader
from gateway.store.damage import DAMAGE
from gateway.store.journal import STREAMS
from gateway.store.projections import Projections
from gateway.store.schema import PROJECTIONS, create_projections
from gateway.store.witness import read_witness

EXAMPLES = 5  # how many differing rows are named per table


@dataclass
class Report:
    """What `verify` found; `is_ok` only when there is no finding at all."""

    events: int = 0
    head: int = 0
    epoch: str = ""
    findings: list[str] = field(default_factory=list)

    @property
    def is_ok(self) -> bool:
        return not self.findings

    def as_json(self) -> dict[str, Any]:
        """For `verify --json`."""
        found = {"events": self.events, "head": self.head, "epoch": self.epoch, "findings": self.findings}
        return {"ok": self.is_ok, **found}


def verify(data_dir: Path, progress: Callable[[int, int], None] = lambda done, total: None) -> Report:
    """Check a whole store through a read-only connection; works while the gateway runs."""
    report = Report()
    try:
        connection = open_reader(data_dir / DATABASE)
    except StoreError as error:
        if not (data_dir / DATABASE).exists():
            raise
        report.findings.append(error.what)
        return report
    try:
        connection.execute("BEGIN")  # one snapshot for everything below
        witness = read_witness(data_dir)
        problems = connection.execute("PRAGMA integrity_check(5)")
        report.findings += [f"SQLite: {row[0]}" for row in problems if row[0] != "ok"]
        fresh = _fold_all(connection, report, progress)
        if fresh is not None:
            compare_projections(fresh, connection, report)
            fresh.close()
        _check_outbox(connection, report)
        _check_epoch(connection, report)
        _check_witness(connection, witness, report)
    except sqlite3.DatabaseError as error:
        report.findings.append(f"SQLite: {error}")
    except DAMAGE as error:
        report.findings.append(f"unreadable content: {error}")
    finally:
        connection.close()
    return report


def read_chain(connection: sqlite3.Connection) -> Iterator[tuple[int, str, dict[str, Any], str | None]]:
    """Every journal row in order as (seq, stream, body, fault); the fault says how the row is wrong."""
    previous, expected = ZERO_HASH, 1
    for seq, event_id, stream, digest, text in connection.execute(
        "SELECT seq,id,stream,hash,body FROM journal ORDER BY seq"
    ):
        fault = None
        try:
            if journal_hash(previous, seq, event_id, stream, text.encode()) != digest:
                raise ValueError("does not agree with its hash")
            body = orjson.loads(text)
            if parse_id(body["id"]) != event_id:
                fault = f"journal row {seq} has another id than its event"
        except DAMAGE as error:
            yield seq, stream, {}, f"journal row {seq}: {error}"
            return
        if seq != expected and body.get("epoch", {}).get("lost") != [expected, seq - 1]:
            fault = f"journal rows {expected} to {seq - 1} are missing"
        yield seq, stream, body, fault
        previous, expected = digest, seq + 1


def _fold_all(
    connection: sqlite3.Connection, report: Report, progress: Callable[[int, int], None]
) -> sqlite3.Connection | None:
    """Fold the whole journal into an empty database in memory; None when the chain is broken."""
    total = connection.execute("SELECT count(*) FROM journal").fetchone()[0]
    fresh = sqlite3.connect(":memory:", isolation_level=None)
    create_projections(fresh)
    links: list[str] = []
    projections = Projections(fresh)
    stored_links = connection.execute("SELECT seq,prev_cards,prev_stock FROM journal ORDER BY seq")
    for seq, _, body, fault in read_chain(connection):
        if fault:
            report.findings.append(fault)
            if not body:
                return None
        folded = projections.fold(seq, body)
        stored = stored_links.fetchone()
        if stored != (seq, *folded) and len(links) < EXAMPLES:
            links.append(f"journal row {seq}: links {stored[1:]}, expected {folded}")
        report.events += 1
        report.head = seq
        if report.events % 1000 == 0:
            progress(report.events, total)
    projections.write()
    report.findings += links
    return fresh


def compare_projections(fresh: sqlite3.Connection, stored: sqlite3.Connection, report: Report) -> None:
    """Compare every row of every projection both ways."""
    for table in PROJECTIONS:
        expected = set(fresh.execute(f"SELECT * FROM {table}"))  # noqa: S608 - a constant of ours
        actual = set(stored.execute(f"SELECT * FROM {table}"))  # noqa: S608
        for row in list(expected - actual)[:EXAMPLES]:
            report.findings.append(f"{table}: the journal adds up to {row}, the table has no such row")
        for row in list(actual - expected)[:EXAMPLES]:
            report.findings.append(f"{table}: row {row} does not follow from the journal")


def _check_outbox(connection: sqlite3.Connection, report: Report) -> None:
    """Outbox rows must continue the stream from what is settled to its head, hash by hash."""
    for stream, head, head_hash, cum, cum_hash in connection.execute(
        "SELECT stream,head,head_hash,cum,cum_hash FROM stream"
    ).fetchall():
        seq, digest = cum, cum_hash
        rows = connection.execute(
            "SELECT o.seq,o.hash,j.body,j.stream FROM outbox o LEFT JOIN journal j ON j.seq=o.jseq"
            " WHERE o.stream=? ORDER BY o.seq",
            (stream,),
        )
        for number, stored, body, of in rows:
            seq += 1
            digest = stream_hash(digest, seq, (body or "").encode())
            if number != seq or stored != digest or of != stream:
                report.findings.append(f"outbox: {stream} {number} does not continue the stream after {seq - 1}")
                break
        else:
            if (seq, digest) != (head, head_hash):
                report.findings.append(f"outbox: stream {stream} ends at {seq}, its head says {head}")
    query = "SELECT count(*) FROM outbox WHERE stream NOT IN (SELECT stream FROM stream)"
    stray = connection.execute(query).fetchone()[0]
    if stray:
        report.findings.append(f"outbox: {stray} rows belong to no stream")


def _check_witness(connection: sqlite3.Connection, witness: tuple[int, bytes] | None, report: Report) -> None:
    """The witness lags behind the journal or agrees with it, and has seen the same history."""
    if witness and witness[0] > report.head:
        report.findings.append(f"witness: the journal ends at {report.head}, the witness has seen {witness[0]}")
    elif witness:
        row = connection.execute("SELECT hash FROM journal WHERE seq=?", (witness[0],)).fetchone()
        if row != (witness[1],):
            report.findings.append(f"witness: journal row {witness[0]} is not the one that the witness has seen")


def _check_epoch(connection: sqlite3.Connection, report: Report) -> None:
    """The current epoch must be the last one the journal began, and every event since must be in its stream."""
    meta = dict(connection.execute("SELECT name,value FROM meta").fetchall())
    report.epoch = meta.get("epoch", "")
    row = connection.execute(
        "SELECT seq, body -> '$.epoch' FROM journal WHERE body ->> '$.t'='epoch_started' ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    began = orjson.loads(row[1]) if row else {}
    if began.get("epoch") != report.epoch:
        report.findings.append(f"meta: the epoch is {report.epoch!r}, the journal says {began.get('epoch', 'none')!r}")
    if row:
        _check_heads(connection, report, row[0], began.get("resent", {}))


def _check_heads(connection: sqlite3.Connection, report: Report, since: int, resent: dict[str, int]) -> None:
    """A stream's head counts what its epoch began with and every event since: none is in the journal alone."""
    rows = connection.execute(
        "SELECT stream, count(*) FROM journal WHERE seq>=? AND stream<>'' GROUP BY stream", (since,)
    )
    counted = dict(rows.fetchall())
    heads = dict(connection.execute("SELECT stream, head FROM stream").fetchall())
    for stream in sorted({*STREAMS, *counted, *heads}):
        expected, head = resent.get(stream, 0) + counted.get(stream, 0), heads.get(stream)
        if head != expected:
            report.findings.append(f"stream: {stream} has {expected} events in this epoch, its head says {head}")
