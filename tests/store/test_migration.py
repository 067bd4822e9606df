"""Databases of other versions, and what the connection must guarantee."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from gateway.errors import StoreError, StoreVersionError
from gateway.store import connection as connecting
from gateway.store.connection import DATABASE, PAGE_BYTES, open_reader, open_writer
from gateway.store.schema import migrate
from gateway.store.verify import verify
from tests.store.rig import Rig


def test_a_database_from_a_newer_version_is_refused_and_not_touched(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.scan("K-1")
    rig.rows(
        "INSERT INTO _sqlite_migrations(migration_set,name,applied_at)"
        " VALUES('kanban-gateway','m999_later','2031-01-01')"
    )
    rig.close()
    before = (tmp_path / DATABASE).read_bytes()
    with pytest.raises(StoreVersionError, match=r"'m999_later' is unknown here.*install that version again"):
        Rig(tmp_path)
    assert (tmp_path / DATABASE).read_bytes() == before


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.scan("K-1")
    before = rig.rows("SELECT name,sql FROM sqlite_master ORDER BY name")
    migrate(rig.store.connection)
    assert rig.rows("SELECT name,sql FROM sqlite_master ORDER BY name") == before
    rig.close()
    assert verify(tmp_path).findings == []


def test_the_writer_has_small_pages_and_full_syncs(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    pragmas = {
        name: rig.rows(f"PRAGMA {name}")[0][0]
        for name in ("page_size", "journal_mode", "synchronous", "wal_autocheckpoint", "mmap_size", "trusted_schema")
    }
    assert pragmas == {
        "page_size": PAGE_BYTES, "journal_mode": "wal", "synchronous": 2, "wal_autocheckpoint": 0,
        "mmap_size": 0, "trusted_schema": 0,
    }  # fmt: skip
    rig.close()


def test_a_disk_that_does_not_give_full_syncs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pragmas = tuple(text.replace("FULL", "NORMAL") for text in connecting._WRITER_PRAGMAS)
    monkeypatch.setattr(connecting, "_WRITER_PRAGMAS", pragmas)
    with pytest.raises(StoreError, match="synchronous=1, expected wal and 2"):
        open_writer(tmp_path / DATABASE)


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    Rig(tmp_path).close()
    reader = open_reader(tmp_path / DATABASE)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM journal")
    reader.close()


def test_a_missing_store_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot read the store .*journal\.db"):
        open_reader(tmp_path / DATABASE)
