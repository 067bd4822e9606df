"""One data directory, opened: lock, database, witness, ballast; and the checks before the first green."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from gateway.clock import Clock, parse_iso_utc
from gateway.errors import StoreCorruptError, StoreError
from gateway.model import Stamp
from gateway.store.ballast import Ballast
from gateway.store.chain import ZERO_HASH, journal_hash
from gateway.store.connection import DATABASE, open_writer
from gateway.store.damage import DAMAGE
from gateway.store.epoch import begin_epoch
from gateway.store.journal import Journal
from gateway.store.lock import DirectoryLock
from gateway.store.projections import Projections
from gateway.store.schema import migrate
from gateway.store.view import MasterParser, StoreView
from gateway.store.witness import Witness

_SALVAGE = "run 'kanban-gateway rebuild --salvage'"
TAIL_ROWS = 1000  # how much of the journal's end is verified at every start and after every disk error


def stamp(clock: Clock) -> Stamp:
    """The clocks as one value."""
    return Stamp(clock.wall_ms(), clock.mono_ms(), clock.boot, clock.quality())


class Store:
    """Everything one writer needs. Not thread safe: it belongs to the writer."""

    def __init__(
        self,
        data_dir: Path,
        clock: Clock,
        parsers: Mapping[str, MasterParser],
        *,
        site: str,
        gateway: str,
        ballast_kib: int = 1024,
    ) -> None:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.data_dir = data_dir
        self.database = data_dir / DATABASE
        self._wal = str(data_dir / f"{DATABASE}-wal")
        self.site = site
        self.gateway = gateway
        self._clock = clock
        self._parsers = parsers
        self._lock = DirectoryLock(data_dir)
        try:
            self.ballast = Ballast(data_dir / "ballast", ballast_kib)
            self.witness = Witness(data_dir)
            self.notes: list[tuple[str, str]] = []  # warnings found while opening: (code, text)
            self.open()
        except BaseException:
            self._lock.release()
            raise

    def open(self) -> None:
        """Open the database and prove it sound: at start, and again after any disk error.

        A row whose fsync failed can reappear after a restart, so a full checkpoint must succeed
        before anything may be answered from these pages.
        """
        self.connection = open_writer(self.database)
        try:
            migrate(self.connection)
            self.projections = Projections(self.connection)
            self.journal = Journal(self.connection, self.projections)
            self.checkpoint(truncate=True)
            sync_directory(self.data_dir)
            self._check_identity()
            verify_tail(self.connection)
            self._check_witness()
        except (sqlite3.DatabaseError, OSError) as error:
            self.connection.close()
            raise _as_store_error(error) from error
        except DAMAGE as error:
            self.connection.close()
            raise StoreCorruptError(f"the database is damaged: {error}", hint=_SALVAGE) from error
        except BaseException:
            self.connection.close()
            raise
        self.view = StoreView(
            self.connection, self.journal, self.projections, self._parsers,
            site=self.site, gateway=self.gateway, epoch=self.epoch, now=stamp(self._clock),
        )  # fmt: skip

    @property
    def epoch(self) -> str:
        """The current epoch."""
        return str(self.connection.execute("SELECT value FROM meta WHERE name='epoch'").fetchone()[0])

    def reopen(self) -> None:
        """Close what is left of the connection and start over; raises while the disk does not take a commit again.

        A disk may well be read and still take nothing: without the proof it would count as sound until the
        next read is refused.
        """
        with contextlib.suppress(sqlite3.Error):
            self.connection.close()
        self.open()
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute("UPDATE meta SET value=value WHERE name='epoch'")
        self.connection.execute("COMMIT")

    def reload(self) -> None:
        """Read heads and epoch again after a rollback, and drop every remembered row."""
        self.journal.load()
        self.projections.forget()
        self.view.forget()
        self.view.epoch = self.epoch

    def start_over(self) -> None:
        """Undo everything of the open transaction and begin it again."""
        self.connection.execute("ROLLBACK")
        self.reload()
        self.connection.execute("BEGIN IMMEDIATE")

    def checkpoint(self, *, truncate: bool = False, keep_bytes: int = -1) -> bool:
        """Move the write-ahead log into the database; True when all of it was moved.

        The log is then used again from its start, and the next commit shortens its file to
        `keep_bytes` (-1: not at all). With `truncate` the file is emptied at once, and a StoreError
        raised when it cannot be.
        """
        mode = "TRUNCATE" if truncate else "PASSIVE"
        self.connection.execute(f"PRAGMA journal_size_limit={keep_bytes}").fetchall()
        busy, frames, moved = self.connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
        if truncate and busy:
            raise StoreError("the write-ahead log cannot be checkpointed: another process reads the store",
                             hint="stop whatever else has the database open")  # fmt: skip
        self.witness.sync()
        return not busy and frames == moved

    def wal_bytes(self) -> int:
        """Size of the write-ahead log."""
        try:
            return os.stat(self._wal).st_size  # noqa: PTH116 - after each commit, and a Path takes its time
        except FileNotFoundError:
            return 0

    def newest_trusted_ms(self) -> int:
        """Wall clock of the newest event near the end that a synchronised clock stamped; 0 when there is none."""
        query = "SELECT body ->> '$.w' FROM (SELECT body FROM journal ORDER BY seq DESC LIMIT ?) WHERE body ->> '$.q'"
        rows = self.connection.execute(f"{query} LIKE 'ntp%' LIMIT 1", (TAIL_ROWS,)).fetchall()
        return parse_iso_utc(rows[0][0]) if rows else 0

    def begin_epoch(self, reason: str, *, lost: tuple[int, int] | None = None, resend_from: int = 0) -> str:
        """Start a new epoch inside the open transaction; `resend_from`: see epoch.py."""
        now = stamp(self._clock)
        epoch = begin_epoch(self.connection, self.journal, now, reason, lost=lost, resend_from=resend_from)
        self.journal.save_heads()
        return epoch

    def close(self) -> None:
        """Checkpoint, close, let another process have the directory."""
        with contextlib.suppress(sqlite3.Error, StoreError, OSError):
            self.checkpoint(truncate=True)
        self.connection.close()
        self.witness.close()
        self._lock.release()

    def _check_identity(self) -> None:
        meta = dict(self.connection.execute("SELECT name,value FROM meta").fetchall())
        if not meta:
            self._create()
            return
        if (meta.get("site"), meta.get("gateway")) != (self.site, self.gateway):
            raise StoreError(
                f"the store in {self.data_dir} belongs to gateway {meta.get('gateway')!r} of site {meta.get('site')!r},"
                f" the configuration says {self.gateway!r} of {self.site!r}",
                hint="set [gateway] id and site back, run 'kanban-gateway identity new', or use an empty data_dir",
            )
        if "epoch" not in meta:
            raise StoreCorruptError("the store has lost its epoch", hint=_SALVAGE)

    def _create(self) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        rows = (("site", self.site), ("gateway", self.gateway))
        self.connection.executemany("INSERT INTO meta(name,value) VALUES(?,?)", rows)
        self.begin_epoch("created")
        self.connection.execute("COMMIT")
        self.witness.write(self.journal.seq, self.journal.hash)
        self.witness.sync()
        self.ballast.take()

    def _check_witness(self) -> None:
        """Compare the journal's end with the witness; a lost tail starts a new epoch and is told."""
        seen = self.witness.read()
        if seen is None:
            self.notes.append(("WITNESS_MISSING", "the head witness is unreadable; a lost tail would go unnoticed"))
        elif seen[0] > self.journal.seq:
            lost = (self.journal.seq + 1, seen[0])
            self._begin_after_loss("tail_lost", lost)
            text = f"journal rows {lost[0]} to {lost[1]} are gone: check what was scanned last"
            self.notes.append(("TAIL_LOST", text))
        elif self._hash_at(seen[0]) != seen[1]:
            self._begin_after_loss("other_history", None)
            text = f"the store is not the one this box wrote last (row {seen[0]} differs)"
            self.notes.append(("OTHER_HISTORY", text))
        self.witness.write(self.journal.seq, self.journal.hash)

    def _begin_after_loss(self, reason: str, lost: tuple[int, int] | None) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        self.begin_epoch(reason, lost=lost)
        self.connection.execute("COMMIT")

    def _hash_at(self, seq: int) -> bytes:
        row = self.connection.execute("SELECT hash FROM journal WHERE seq=?", (seq,)).fetchone()
        return row[0] if row else ZERO_HASH


def verify_tail(connection: sqlite3.Connection) -> None:
    """Check the chain over the journal's last rows; StoreCorruptError names the first bad one."""
    rows = connection.execute(
        "SELECT seq,id,stream,hash,CAST(body AS BLOB) FROM journal ORDER BY seq DESC LIMIT ?", (TAIL_ROWS + 1,)
    ).fetchall()[::-1]
    previous = rows[0][3] if len(rows) > TAIL_ROWS else ZERO_HASH
    for seq, event_id, stream, digest, body in rows[1:] if len(rows) > TAIL_ROWS else rows:
        if journal_hash(previous, seq, event_id, stream, body) != digest:
            raise StoreCorruptError(
                f"journal row {seq} does not agree with its hash chain",
                hint="run 'kanban-gateway verify', then 'kanban-gateway rebuild --salvage'",
            )
        previous = digest


def sync_directory(path: Path) -> None:
    """Make the names of new and removed files certain; SQLite does so too but ignores a failure."""
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _as_store_error(error: Exception) -> StoreError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreCorruptError(f"the database is damaged: {error}", hint=_SALVAGE)
    return StoreError(f"the store cannot be opened: {error}", hint="check the disk")
