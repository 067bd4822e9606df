"""One gateway per data directory, by flock on a file of its own.

Never on the database itself: closing any other handle of that file would drop SQLite's own locks.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from gateway.errors import StoreLockedError


class DirectoryLock:
    """Held from creation until `release`; the kernel releases it when the process dies."""

    def __init__(self, data_dir: Path) -> None:
        path = data_dir / "gateway.lock"
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._file, 32, 0).decode(errors="replace").strip()
            os.close(self._file)
            raise StoreLockedError(
                f"the data directory {data_dir} is in use by process {holder or 'unknown'}",
                hint="stop the other gateway first; the store was not touched",
            ) from error
        with contextlib.suppress(OSError):  # only a help for whoever is refused; the lock itself is held
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Give the directory to another process."""
        os.close(self._file)
