"""A copy of a store to try things on: what happens there happens nowhere else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from gateway.errors import StoreError
from gateway.store.connection import DATABASE, open_reader


def copy_store(data_dir: Path, scratch_dir: Path) -> bool:
    """Copy the database of `data_dir`, also while the gateway runs; False when there is none yet."""
    source = data_dir / DATABASE
    if not source.exists():
        return False
    try:
        with closing(open_reader(source)) as reader, closing(sqlite3.connect(scratch_dir / DATABASE)) as copy:
            reader.backup(copy)
    except sqlite3.Error as error:
        raise StoreError(f"the store in {data_dir} cannot be copied: {error}", hint="is there space left?") from error
    return True
