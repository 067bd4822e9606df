"""Space held back so that the alarm and the last batch can still be written on a full disk."""

from __future__ import annotations

import os
from pathlib import Path

_BLOCK = bytes(65536)


class Ballast:
    """A file of a fixed size that is given up when the disk is full and taken again when it is not."""

    def __init__(self, path: Path, size_kib: int) -> None:
        self._path = path
        self._size = size_kib * 1024

    def take(self) -> bool:
        """Allocate real blocks; False when there is no room for them."""
        if self._path.exists() and self._path.stat().st_size == self._size:
            return True
        try:
            with self._path.open("wb") as file:
                for offset in range(0, self._size, len(_BLOCK)):
                    file.write(_BLOCK[: self._size - offset])
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            self._path.unlink(missing_ok=True)
            return False
        return True

    def release(self) -> bool:
        """Give the space to the journal; False when it was given already."""
        if not self._path.exists():
            return False
        self._path.unlink()
        return True
