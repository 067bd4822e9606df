"""The store that a command reads, running gateway or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.errors import StoreError
from gateway.settings import Settings
from gateway.store.reader import StoreReader, database_exists


def data_dir_of(settings: Settings) -> Path:
    """Where the store is; StoreError when there is none yet."""
    data_dir = settings.gateway.data_dir
    if not database_exists(data_dir):
        raise StoreError(f"there is no store in {data_dir}", hint="start the gateway once, or check [gateway] data_dir")
    return data_dir


@contextmanager
def reading(settings: Settings) -> Iterator[StoreReader]:
    """The store, read as it stands; errors as `data_dir_of`."""
    reader = StoreReader(data_dir_of(settings))
    try:
        yield reader
    finally:
        reader.close()
