"""Statements that write many rows at once.

SQLite lets other threads run at every step of a statement, and having the interpreter back may
take as long as they please. So a batch must cost few steps, not only few statements.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from itertools import chain
from typing import Any

Row = tuple[Any, ...]

CHUNKS = (64, 8)  # rows per step; what is left goes row by row


class Bulk:
    """One statement for any number of rows: `head`, then `row` for each of them, then `tail`."""

    def __init__(self, head: str, row: str, tail: str = "") -> None:
        self._texts = [(size, f"{head}{','.join([row] * size)}{tail}") for size in CHUNKS]
        self._single = f"{head}{row}{tail}"

    def run(self, connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
        """Carry it out for all rows, in their order."""
        left = list(rows)
        for size, text in self._texts:
            while len(left) >= size:
                connection.execute(text, tuple(chain.from_iterable(left[:size])))
                del left[:size]
        if left:
            connection.executemany(self._single, left)
