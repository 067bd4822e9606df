"""What can be on a disk after the power went, given the calls made before.

The model: a write, or the truncation of a file, is certain after a successful sync of that file.
Until then each write may be there, be missing, or be there in some of its 512-byte sectors, in any
order and independently for each file. After a sync that *failed* the kernel has marked the pages
clean: what was pending then stays uncertain for ever, unless it is written again. A new file's name
is certain after a sync of the file or of the directory, a removed one's after a sync of the
directory or of its successor. Controllers that lie about a sync are not modelled.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from random import Random

from tests.faults.strace_log import Call, Op

SECTOR_BYTES = 512


class Fate(IntEnum):
    """How sure a change is to be on the disk."""

    PENDING = 0
    CERTAIN = 1  # synced, but kept in order behind something doomed
    DOOMED = 2  # its sync failed


@dataclass(slots=True)
class Change:
    """One write (`data`) or truncation (`data` is None, `offset` the new size)."""

    offset: int
    data: bytes | None
    fate: Fate = Fate.PENDING


@dataclass(slots=True)
class Inode:
    """One file: its certain content, what came after, and what a reader sees now."""

    certain: bytearray = field(default_factory=bytearray)
    changes: list[Change] = field(default_factory=list)
    now: bytearray = field(default_factory=bytearray)
    named: bool = False  # its directory entry is certain

    def change(self, offset: int, data: bytes | None) -> None:
        self.changes.append(Change(offset, data))
        _put(self.now, offset, data)

    def sync(self, *, failed: bool) -> None:
        if failed:
            for change in self.changes:
                change.fate = Fate.DOOMED if change.fate is Fate.PENDING else change.fate
            return
        self.named = True
        for change in self.changes:
            change.fate = Fate.CERTAIN if change.fate is Fate.PENDING else change.fate
        while self.changes and self.changes[0].fate is Fate.CERTAIN:
            first = self.changes.pop(0)
            _put(self.certain, first.offset, first.data)

    @property
    def is_settled(self) -> bool:
        return not self.changes

    def least(self) -> bytes:
        """Only what is certain."""
        image = bytearray(self.certain)
        for change in self.changes:
            if change.fate is Fate.CERTAIN:
                _put(image, change.offset, change.data)
        return bytes(image)

    def some(self, random: Random) -> bytes:
        """What is certain and a random part of the rest, torn at sectors."""
        image, chance = bytearray(self.certain), random.choice((0.15, 0.5, 0.85, 0.97))
        for change in self.changes:
            if change.fate is Fate.CERTAIN:
                _put(image, change.offset, change.data)
            elif change.data is None or random.random() < 0.5:
                if random.random() < chance:
                    _put(image, change.offset, change.data)
            else:
                for offset, sector in _sectors(change.offset, change.data):
                    if random.random() < chance:
                        _put(image, offset, sector)
        return bytes(image)


Image = dict[str, bytes]


class Disk:
    """The data directory as the calls so far left it."""

    def __init__(self) -> None:
        self._files: dict[str, Inode] = {}
        self._removed: dict[str, Inode] = {}  # the removal is not certain yet

    def apply(self, call: Call) -> None:
        """Let one call take effect."""
        match call.op:
            case Op.CREATE:
                self._files.setdefault(call.file, Inode())
            case Op.WRITE:
                if call.offset < 0:
                    raise ValueError(f"{call.file} was written at its file position; the model needs pwrite")
                self._files[call.file].change(call.offset, call.data)
            case Op.TRUNCATE:
                self._files[call.file].change(call.offset, None)
            case Op.SYNC if call.file:
                self._sync(call)
            case Op.SYNC if not call.failed:
                self._removed.clear()
                for inode in self._files.values():
                    inode.named = True
            case Op.UNLINK:
                if call.file in self._files and (inode := self._files.pop(call.file)).named:
                    self._removed[call.file] = inode
            case _:
                pass

    def _sync(self, call: Call) -> None:
        self._files[call.file].sync(failed=call.failed)
        if not call.failed:
            self._removed.pop(call.file, None)

    def everything(self) -> Image:
        """Every change made it to the disk."""
        return {name: bytes(inode.now) for name, inode in self._files.items()}

    def only_certain(self) -> Image:
        """Nothing made it that was not synced."""
        inodes = {**self._files, **self._removed}
        return {name: inode.least() for name, inode in inodes.items() if inode.named}

    def something(self, random: Random) -> Image:
        """A random selection: each file none, all or torn; each uncertain name there or not."""
        image: Image = {}
        for name, inode in {**self._removed, **self._files}.items():
            if name in self._files and inode.named:
                image[name] = _pick(inode, random)
                continue
            candidates = [files[name] for files in (self._removed, self._files) if name in files]
            choice = random.randrange(len(candidates) + 1)
            if choice < len(candidates):  # otherwise there is no such file
                image[name] = _pick(candidates[choice], random)
        return image

    @property
    def is_settled(self) -> bool:
        """Nothing is uncertain: every crash leaves the same image."""
        return not self._removed and all(inode.is_settled and inode.named for inode in self._files.values())


def _pick(inode: Inode, random: Random) -> bytes:
    if inode.is_settled:
        return bytes(inode.now)
    dice = random.random()
    if dice < 0.12:
        return bytes(inode.now)
    return inode.least() if dice < 0.24 else inode.some(random)


def _sectors(offset: int, data: bytes) -> list[tuple[int, bytes]]:
    parts, start = [], 0
    while start < len(data):
        end = start + SECTOR_BYTES - (offset + start) % SECTOR_BYTES
        parts.append((offset + start, data[start:end]))
        start = end
    return parts


def _put(image: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        if offset < len(image):
            del image[offset:]
        else:
            image.extend(bytes(offset - len(image)))
        return
    if offset > len(image):
        image.extend(bytes(offset - len(image)))
    image[offset : offset + len(data)] = data
