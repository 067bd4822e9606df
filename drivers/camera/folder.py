"""A directory that pictures are put into: which are complete, and what becomes of them afterwards."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gateway.errors import TransientDeviceError

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".pgm", ".ppm")
LISTED_LIMIT = 1000  # pictures looked at in one go; the others come next
KEPT_LIMIT = 1000  # pictures kept in each of done/ and refused/; the oldest go first
DONE, REFUSED = "done", "refused"


@dataclass(frozen=True, slots=True)
class Picture:
    """One file as it was when it was listed."""

    path: Path
    size: int
    mtime_ns: int

    @property
    def key(self) -> str:
        """Identity of this picture: another one of its name is another picture."""
        return f"{self.path.name!a} {self.size} {self.mtime_ns}"  # a name need not be text


class Folder:
    """Remembers since when each file has been as it is."""

    def __init__(self, path: Path, settle_ms: int) -> None:
        self._path = path
        self._settle_ms = settle_ms
        self._since_ms: dict[Picture, int] = {}

    def complete(self, now_ms: int) -> list[Picture]:
        """Pictures that have not changed for `settle_ms`, oldest first. TransientDeviceError: no such directory."""
        present = self._list()
        self._since_ms = {picture: self._since_ms.get(picture, now_ms) for picture in present}
        settled = [picture for picture in present if now_ms - self._since_ms[picture] >= self._settle_ms]
        return sorted(settled, key=lambda picture: (picture.mtime_ns, picture.path.name))

    def put_away(self, picture: Picture, kind: str, *, is_deleted: bool) -> None:
        """Out of the way, so that it is not read again. TransientDeviceError when that is not possible."""
        try:
            if is_deleted:
                picture.path.unlink(missing_ok=True)
                return
            target = self._path / kind
            target.mkdir(exist_ok=True)
            picture.path.replace(_free(target, picture))
            _prune(target)
        except FileNotFoundError:
            return  # somebody took it away meanwhile
        except OSError as error:
            what = f"{picture.path} was read and cannot be put away: {error.strerror}"
            hint = "give the gateway's user the right to write in that directory"
            raise TransientDeviceError(what, hint=hint) from error

    def _list(self) -> list[Picture]:
        try:
            with os.scandir(self._path) as entries:
                found = (_picture(entry) for entry in entries)
                return list(islice((one for one in found if one is not None), LISTED_LIMIT))
        except FileNotFoundError as error:
            raise TransientDeviceError(f"{self._path} does not exist", hint="create the directory") from error
        except OSError as error:
            raise TransientDeviceError(f"{self._path} cannot be read: {error.strerror}") from error


def _picture(entry: os.DirEntry[str]) -> Picture | None:
    """None for what is no picture file, and for one that vanished between two looks."""
    try:
        if not entry.name.lower().endswith(SUFFIXES) or not entry.is_file(follow_symlinks=False):
            return None
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return Picture(Path(entry.path), status.st_size, status.st_mtime_ns)


def _free(target: Path, picture: Picture) -> Path:
    """A name that is not taken: cameras begin again with 1."""
    path = target / picture.path.name
    return path if not path.exists() else target / f"{picture.mtime_ns}-{picture.path.name}"


def _prune(target: Path) -> None:
    files = sorted(target.iterdir(), key=lambda path: (path.stat().st_mtime_ns, path.name))
    for path in files[: max(0, len(files) - KEPT_LIMIT)]:
        path.unlink(missing_ok=True)
