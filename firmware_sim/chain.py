"""The documented hash chain, computed a second time from the rules of the wire contract.

h_0 is 16 zero bytes; h_s = blake2b-128(h_{s-1} | s as 8 bytes big-endian | canonical event without `s`).
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any

import orjson

START = bytes(16)


def canonical(event: dict[str, Any]) -> bytes:
    """Canonical JSON: keys sorted at every level, no white space, UTF-8 not escaped."""
    try:
        return orjson.dumps(event, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # orjson stops at 64 bits; the rule does not
        return json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def link(previous: bytes, seq: int, body: bytes) -> bytes:
    """Hash after event `seq`, whose canonical JSON (without `s`) is `body`."""
    return blake2b(previous + seq.to_bytes(8, "big") + body, digest_size=16).digest()
