"""Rows that the open transaction has changed and not written yet.

A row that a batch changes ten times is written once, and all rows of a table together: statements,
not hashes, are what a scan costs.
"""

from __future__ import annotations

import sqlite3

from gateway.store.bulk import Bulk, Row


class PendingRows:
    """The changed rows of one table by primary key; the last change of a row wins."""

    def __init__(self, connection: sqlite3.Connection, put: Bulk, drop: Bulk | None = None) -> None:
        """`put` writes whole rows, new or not; `drop` deletes the rows of these keys."""
        self._connection = connection
        self._put = put
        self._drop = drop
        self._changed: dict[Row, Row] = {}
        self._gone: dict[Row, None] = {}

    def __contains__(self, key: Row) -> bool:
        return key in self._changed

    def put(self, key: Row, row: Row) -> None:
        """The row is this from now on."""
        self._changed[key] = row
        if self._gone:
            self._gone.pop(key, None)

    def drop(self, key: Row) -> None:
        """There is no such row from now on; it may have been written before."""
        self._changed.pop(key, None)
        self._gone[key] = None

    def write(self) -> None:
        """Bring the table up to date."""
        if self._gone and self._drop is not None:
            self._drop.run(self._connection, self._gone)
            self._gone = {}
        if self._changed:
            self._put.run(self._connection, self._changed.values())
            self._changed = {}

    def forget(self) -> None:
        """The transaction was rolled back."""
        self._changed.clear()
        self._gone.clear()
