"""The ERP's own tables. Uniqueness of id, place in the stream, need key and order is the database's job."""

from __future__ import annotations

import sqlite3
from pathlib import Path

_TABLES = """
CREATE TABLE IF NOT EXISTS stream(
    stream INTEGER PRIMARY KEY, gw TEXT NOT NULL, ep TEXT NOT NULL, st TEXT NOT NULL,
    cum INTEGER NOT NULL DEFAULT 0, hash BLOB NOT NULL, UNIQUE(gw, ep, st)) STRICT;
CREATE TABLE IF NOT EXISTS gateway(
    gw TEXT PRIMARY KEY, ep TEXT NOT NULL, birth TEXT NOT NULL, online INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS event(
    id TEXT PRIMARY KEY, stream INTEGER NOT NULL REFERENCES stream, seq INTEGER NOT NULL,
    kind TEXT NOT NULL, key TEXT NOT NULL, holds INTEGER NOT NULL,
    outcome TEXT NOT NULL, code TEXT NOT NULL, body BLOB NOT NULL) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS event_place ON event(stream, seq);
CREATE UNIQUE INDEX IF NOT EXISTS event_key ON event(key) WHERE holds = 1;
CREATE TABLE IF NOT EXISTS posting(
    root TEXT PRIMARY KEY, outcome TEXT NOT NULL, id TEXT NOT NULL UNIQUE) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS purchase(
    key TEXT PRIMARY KEY, doc TEXT NOT NULL UNIQUE, id TEXT NOT NULL UNIQUE, gw TEXT NOT NULL,
    item TEXT NOT NULL, qty TEXT NOT NULL, uom TEXT NOT NULL, cards TEXT NOT NULL,
    state TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS stock(
    item TEXT, location TEXT, status TEXT, lot TEXT, qty TEXT NOT NULL,
    PRIMARY KEY(item, location, status, lot)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS card(
    card TEXT PRIMARY KEY, state TEXT NOT NULL, cycle INTEGER NOT NULL, undone INTEGER NOT NULL,
    gw TEXT NOT NULL, w TEXT NOT NULL, q TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS card_life(
    card TEXT PRIMARY KEY, life TEXT NOT NULL, rev INTEGER NOT NULL, replaced_by TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE IF NOT EXISTS disposition(
    gw TEXT, st TEXT, n INTEGER, doc TEXT NOT NULL, PRIMARY KEY(gw, st, n)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS told(
    gw TEXT, st TEXT, n INTEGER NOT NULL, dn INTEGER NOT NULL, PRIMARY KEY(gw, st)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS command(
    id TEXT PRIMARY KEY, gw TEXT NOT NULL, doc TEXT NOT NULL, result TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX IF NOT EXISTS command_open ON command(gw) WHERE result = '';
CREATE TABLE IF NOT EXISTS andon(
    id TEXT PRIMARY KEY, gw TEXT NOT NULL, station TEXT NOT NULL, call TEXT NOT NULL, w TEXT NOT NULL,
    state TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS goods(
    id TEXT NOT NULL, number INTEGER NOT NULL, gw TEXT NOT NULL, kind TEXT NOT NULL, doc TEXT NOT NULL,
    line TEXT NOT NULL, item TEXT NOT NULL, lot TEXT NOT NULL, sscc TEXT NOT NULL, base TEXT NOT NULL,
    status TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY(id, number)) STRICT;
CREATE TABLE IF NOT EXISTS period(
    one INTEGER PRIMARY KEY CHECK(one = 1), zone TEXT NOT NULL, closed_to TEXT NOT NULL, policy TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS posted(
    id TEXT PRIMARY KEY, day TEXT NOT NULL, posted TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS masterdata(
    dataset TEXT PRIMARY KEY, version INTEGER NOT NULL, etag TEXT NOT NULL, rows TEXT NOT NULL) STRICT;
"""


def connect(path: Path) -> sqlite3.Connection:
    """The ledger's writing connection: WAL, synchronous FULL, transactions opened by hand."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA page_size=1024")
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA busy_timeout=5000")
    db.execute("PRAGMA cache_size=-32000")
    db.execute("PRAGMA wal_autocheckpoint=1000")
    db.executescript(_TABLES)
    return db


def connect_reader(path: Path) -> sqlite3.Connection:
    """A second, reading connection, for the audit of a ledger that may still be in use."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA query_only=1")
    db.execute("PRAGMA busy_timeout=5000")
    return db


def card_standings(path: Path) -> dict[str, tuple[str, int]]:
    """(state, cycle) of every card that was ever reported, as the ERP has them now."""
    db = connect_reader(path)
    try:
        return {card: (state, cycle) for card, state, cycle in db.execute("SELECT card, state, cycle FROM card")}
    finally:
        db.close()
