"""Everything a store says, as a value that can be compared."""

from __future__ import annotations

import marshal
import sqlite3
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from gateway.ids import format_id
from gateway.store.connection import DATABASE
from gateway.store.schema import PROJECTIONS

JOURNAL = ("journal",)
UNSETTLED = ("outbox", "stream")
OWN = ("meta",)
ALL = (*JOURNAL, *PROJECTIONS, *UNSETTLED, *OWN)


@dataclass(frozen=True)
class Content:
    """All rows of all tables."""

    tables: dict[str, list[tuple[Any, ...]]]

    @property
    def digest(self) -> bytes:
        """Equal for equal content."""
        return blake2b(marshal.dumps(self.tables), digest_size=16).digest()

    @property
    def ids(self) -> set[str]:
        """Ids of all events."""
        return {format_id(row[1]) for row in self.tables["journal"]}

    def same(self, other: Content, tables: tuple[str, ...]) -> bool:
        """Whether these tables agree."""
        return all(self.tables[table] == other.tables[table] for table in tables)


def read_content(data_dir: Path, *, writable: bool = False) -> Content | None:
    """The content, None when the tables do not exist yet; sqlite3.Error when it cannot be read.

    `writable` lets SQLite roll back a hot rollback journal, which exists only while a store is created.
    """
    mode = "rw" if writable else "ro"
    connection = sqlite3.connect(f"file:{data_dir / DATABASE}?mode={mode}", uri=True, isolation_level=None)
    try:
        connection.execute("PRAGMA mmap_size=0").fetchall()
        if connection.execute("SELECT count(*) FROM sqlite_master WHERE name='meta'").fetchone()[0] == 0:
            return None
        return Content({table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in ALL})
    finally:
        connection.close()
