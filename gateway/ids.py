"""Identities: UUIDv7 for reads and events (RFC 9562), ULID for epochs."""

from __future__ import annotations

import os
from hashlib import blake2b
from random import getrandbits

_VERSION_AND_VARIANT = 0x7000_8000_0000_0000_0000
_RANDOM = 0x0FFF_3FFF_FFFF_FFFF_FFFF
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id(wall_ms: int) -> str:
    """A UUIDv7 with the given wall clock time; 74 random bits.

    Unique, not secret: the generator is seeded by the system once, since asking the system for every
    read would cost more than all the rest of this.
    """
    value = wall_ms << 80 | _VERSION_AND_VARIANT | (getrandbits(76) & _RANDOM)
    h = f"{value:032x}"
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def natural_id(device: str, key: str) -> str:
    """The id of a read whose device gives each press an identity of its own (a UUIDv8).

    The same press delivered again has the same id, so the journal's unique index recognises it.
    """
    raw = bytearray(blake2b(f"{device}\0{key}".encode(), digest_size=16).digest())
    raw[6] = 0x80 | (raw[6] & 0x0F)
    raw[8] = 0x80 | (raw[8] & 0x3F)
    return format_id(bytes(raw))


def is_natural(read_id: str) -> bool:
    """Whether an id came from `natural_id`: only such a read can come again under its id."""
    return read_id[14:15] == "8"


def derive_id(read_id: str, n: int) -> str:
    """Identity of the n-th event that one read caused.

    A read submitted twice derives the same ids, so the journal's unique index recognises it.
    The time part is kept so that the index stays append-only.
    """
    if n == 0:
        return read_id
    raw = bytearray(parse_id(read_id))
    raw[8:] = blake2b(bytes(raw) + n.to_bytes(4, "big"), digest_size=8).digest()
    raw[8] = 0x80 | (raw[8] & 0x3F)
    return format_id(bytes(raw))


def parse_id(text: str) -> bytes:
    """The 16 bytes of a UUID; ValueError when `text` is not one."""
    raw = bytes.fromhex(text.replace("-", ""))
    if len(raw) != 16:
        raise ValueError(f"not a UUID: {text!r}")
    return raw


def format_id(raw: bytes) -> str:
    """Canonical lower-case UUID text."""
    h = raw.hex()
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def new_epoch(wall_ms: int) -> str:
    """A ULID: 48 bits of time, 80 random bits, 26 Crockford characters."""
    number = (wall_ms << 80) | int.from_bytes(os.urandom(10), "big")
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))
