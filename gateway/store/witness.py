"""Head witness: last sequence and hash, kept outside the database.

A flipped bit in the write-ahead log makes SQLite drop everything after it without a word. The
witness still knows how far the journal had come. It is written after each commit and never ahead
of one, so it can lag after a power cut but never claim what was not stored.
"""

from __future__ import annotations

import os
from pathlib import Path
from zlib import crc32

_SLOT_BYTES = 512  # one disk sector, written whole
_SLOTS = 2  # alternating, so that a torn write leaves the other one


WITNESS = "head.witness"


def read_witness(data_dir: Path) -> tuple[int, bytes] | None:
    """The witness of a data directory without opening it for writing; None when there is none."""
    try:
        return _newest((data_dir / WITNESS).read_bytes())
    except OSError:
        return None


class Witness:
    """A small file with the last committed (sequence, hash)."""

    def __init__(self, data_dir: Path) -> None:
        self._file = os.open(data_dir / WITNESS, os.O_RDWR | os.O_CREAT, 0o600)
        self._turn = 0

    def read(self) -> tuple[int, bytes] | None:
        """The newest readable slot, None when there is none."""
        return _newest(os.pread(self._file, _SLOTS * _SLOT_BYTES, 0))

    def write(self, seq: int, digest: bytes) -> None:
        """Note a committed head; not synced here, the next checkpoint does that."""
        line = f"{seq} {digest.hex()}"
        os.pwrite(self._file, f"{line} {_check(line)}\n".encode().ljust(_SLOT_BYTES), self._turn * _SLOT_BYTES)
        self._turn = (self._turn + 1) % _SLOTS

    def sync(self) -> None:
        """Force it to disk."""
        os.fdatasync(self._file)

    def close(self) -> None:
        os.close(self._file)


def _check(line: str) -> str:
    return f"{crc32(line.encode()):08x}"


def _newest(content: bytes) -> tuple[int, bytes] | None:
    slots = [_parse(content[turn * _SLOT_BYTES : (turn + 1) * _SLOT_BYTES]) for turn in range(_SLOTS)]
    return max((slot for slot in slots if slot), default=None)


def _parse(slot: bytes) -> tuple[int, bytes] | None:
    try:
        seq, digest, check = slot.decode("ascii").split()
        return (int(seq), bytes.fromhex(digest)) if check == _check(f"{seq} {digest}") else None
    except ValueError:
        return None
