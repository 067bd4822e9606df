"""Opening SQLite so that a commit means "on disk", and checking that it does.

One connection writes and checkpoints: SQLite before 3.51.3 can lose a WAL reset when two
connections do so at the same instant. Readers are read-only and short.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from gateway.errors import StoreError

DATABASE = "journal.db"
PAGE_BYTES = 1024  # halves what one small commit writes to an SD card
CACHE_KIB = 8000
BUSY_MS = 5000

_WRITER_PRAGMAS = (
    f"PRAGMA page_size={PAGE_BYTES}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA wal_autocheckpoint=0",
    "PRAGMA temp_store=MEMORY",
)
_COMMON_PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_MS}",
    f"PRAGMA cache_size=-{CACHE_KIB}",
    "PRAGMA mmap_size=0",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
)


def open_writer(path: Path) -> sqlite3.Connection:
    """The only connection that writes; StoreError when the disk does not give what we ask for."""
    try:
        if not path.exists():
            path.touch(mode=0o600)  # the log and its index take their rights from this file
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
        for pragma in _COMMON_PRAGMAS + _WRITER_PRAGMAS:
            connection.execute(pragma).fetchall()
        _assert_durable(connection)
    except (sqlite3.Error, UnicodeDecodeError, OSError) as error:
        hint = "check the disk and the file's owner"
        raise StoreError(f"cannot open the store {path}: {error}", hint=hint) from error
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """A read-only connection; any number may be open."""
    try:
        connection = sqlite3.connect(
            f"file:{path}?mode=ro", uri=True, isolation_level=None, check_same_thread=False, cached_statements=128
        )
        for pragma in (*_COMMON_PRAGMAS, "PRAGMA query_only=ON"):
            connection.execute(pragma).fetchall()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise StoreError(f"cannot read the store {path}: {error}", hint="has the gateway run here once?") from error
    return connection


def _assert_durable(connection: sqlite3.Connection) -> None:
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
    if mode != "wal" or synchronous != 2:
        raise StoreError(
            f"SQLite gave journal_mode={mode}, synchronous={synchronous}, expected wal and 2 (FULL)",
            hint="the data directory must be on a local file system",
        )
