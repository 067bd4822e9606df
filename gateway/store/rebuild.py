"""Restore the projections from the journal; salvage what is sound of a damaged one.

The database is set aside as a whole first and never deleted.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

from gateway.clock import Clock
from gateway.errors import StoreCorruptError
from gateway.store.chain import ZERO_HASH
from gateway.store.connection import DATABASE, open_writer
from gateway.store.epoch import begin_epoch
from gateway.store.journal import Journal
from gateway.store.lock import DirectoryLock
from gateway.store.projections import Projections
from gateway.store.schema import PROJECTIONS, migrate
from gateway.store.store import stamp
from gateway.store.verify import read_chain
from gateway.store.witness import Witness, read_witness

Progress = Callable[[int, int], None]


def rebuild(
    data_dir: Path, clock: Clock, *, salvage: bool = False, progress: Progress = lambda done, total: None
) -> int:
    """Fold the journal into fresh tables; returns the number of events folded.

    StoreCorruptError when the chain is broken, unless `salvage`: then the sound part of the journal
    goes into a new store with a new epoch, and the damaged one is set aside beside it.
    """
    lock = DirectoryLock(data_dir)
    try:
        return _salvage(data_dir, clock, progress) if salvage else _refold(data_dir, progress)
    except sqlite3.DatabaseError as error:
        hint = "run 'kanban-gateway rebuild --salvage'"
        raise StoreCorruptError(f"the store cannot be rebuilt in place: {error}", hint=hint) from error
    finally:
        lock.release()


def set_aside(data_dir: Path, clock: Clock) -> Path:
    """Copy the database files into a folder of their own; returns it."""
    target = data_dir / f"set-aside-{clock.wall_ms()}"
    target.mkdir(mode=0o700)
    for path in data_dir.glob(f"{DATABASE}*"):
        shutil.copy2(path, target / path.name)
    return target


def _refold(data_dir: Path, progress: Progress) -> int:
    connection = open_writer(data_dir / DATABASE)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        total = connection.execute("SELECT count(*) FROM journal").fetchone()[0]
        connection.execute("BEGIN IMMEDIATE")
        for table in PROJECTIONS:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a constant of ours
        projections, count = Projections(connection), 0
        for seq, _, body, fault in read_chain(connection):
            if fault:
                raise StoreCorruptError(fault, hint="run 'kanban-gateway rebuild --salvage' to keep what is sound")
            links = projections.fold(seq, body)
            connection.execute("UPDATE journal SET prev_cards=?, prev_stock=? WHERE seq=?", (*links, seq))
            count += 1
            if count % 1000 == 0:
                progress(count, total)
        projections.write()
        connection.execute("COMMIT")
        return count
    finally:
        connection.close()


def _salvage(data_dir: Path, clock: Clock, progress: Progress) -> int:
    """Copy the sound prefix of the journal into a new database; everything in it is sent again.

    Event ids are unchanged, so the ERP answers `duplicate` to what it has. The new database takes
    the place of the damaged one only when it is complete.
    """
    aside = set_aside(data_dir, clock)
    fresh = data_dir / "salvaged.db"
    _remove(fresh)
    damaged = sqlite3.connect(f"file:{aside / DATABASE}?mode=rw", uri=True, isolation_level=None)
    connection = open_writer(fresh)
    try:
        migrate(connection)
        journal = Journal(connection, Projections(connection))
        connection.execute("BEGIN IMMEDIATE")
        _copy_meta(damaged, connection)
        count = _copy_sound(damaged, journal, progress)
        used = _last_used(damaged, data_dir)
        lost = (journal.seq + 1, used) if used > journal.seq else None
        begin_epoch(connection, journal, stamp(clock), f"salvaged from {aside.name}", lost=lost)
        journal.save_heads()
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        damaged.close()
        connection.close()
    _remove(data_dir / DATABASE)
    fresh.replace(data_dir / DATABASE)
    _note_head(data_dir, journal)
    return count


def _remove(database: Path) -> None:
    """Delete a database, its log first: one left behind would be replayed into the next of that name."""
    for suffix in ("-wal", "-shm", ""):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _last_used(damaged: sqlite3.Connection, data_dir: Path) -> int:
    """The highest journal sequence ever given here; counted, since a damaged row may claim any number."""
    seen = read_witness(data_dir)
    try:
        count = int(damaged.execute("SELECT count(*) FROM journal").fetchone()[0])
    except sqlite3.DatabaseError:
        count = 0
    return max(seen[0] if seen else 0, count)


def _note_head(data_dir: Path, journal: Journal) -> None:
    witness = Witness(data_dir)
    try:
        for _ in range(2):  # both slots: the old head belongs to the store that was set aside
            witness.write(journal.seq, journal.hash)
        witness.sync()
    finally:
        witness.close()


def _copy_meta(damaged: sqlite3.Connection, connection: sqlite3.Connection) -> None:
    try:
        rows = damaged.execute("SELECT name,value FROM meta").fetchall()
    except sqlite3.DatabaseError as error:
        hint = "nothing can be salvaged; start with an empty data directory and keep this one"
        raise StoreCorruptError(f"the store does not even tell whose it is: {error}", hint=hint) from error
    connection.executemany("INSERT INTO meta(name,value) VALUES(?,?)", rows)


def _copy_sound(damaged: sqlite3.Connection, journal: Journal, progress: Progress) -> int:
    count = 0
    try:
        for seq, stream, body, fault in read_chain(damaged):
            if fault:
                break
            journal.seq = seq - 1
            journal.append(stream, body)
            count += 1
            progress(count, 0)
    except sqlite3.DatabaseError:
        pass  # a page that cannot be read ends the sound part
    if count == 0:
        journal.hash = ZERO_HASH
    return count
