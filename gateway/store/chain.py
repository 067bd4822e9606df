"""Canonical JSON and the two hash chains that make any changed bit visible (promise R5).

The canonical form has sorted keys, no white space, UTF-8 unescaped and no floats, so that every
language computes the same bytes. The stream chain is part of the wire contract; the journal chain
covers every row, also those that never leave the gateway.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import orjson

HASH_BYTES = 16
ZERO_HASH = bytes(HASH_BYTES)


def canonical(event: dict[str, Any]) -> bytes:
    """Canonical JSON of an event; TypeError for values JSON does not have."""
    return orjson.dumps(event, option=orjson.OPT_SORT_KEYS)


def journal_hash(previous: bytes, seq: int, event_id: bytes, stream: str, body: bytes) -> bytes:
    """Hash of one journal row, chained to the row before it."""
    return blake2b(
        b"".join((previous, seq.to_bytes(8, "big"), event_id, stream.encode(), b"\0", body)), digest_size=HASH_BYTES
    ).digest()


def stream_hash(previous: bytes, seq: int, body: bytes) -> bytes:
    """Wire chain: blake2b-128(h of seq-1 ‖ seq as 8 bytes big-endian ‖ canonical event without `s`)."""
    return blake2b(previous + seq.to_bytes(8, "big") + body, digest_size=HASH_BYTES).digest()
