"""UUIDv7 (RFC 9562), written independently of the gateway's."""

from __future__ import annotations

import os
import time
import uuid


def new_uuid7() -> str:
    """48 bits of wall clock milliseconds, then version, variant and 74 random bits."""
    number = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    number = number & ~(0xF << 76) | 7 << 76
    number = number & ~(0x3 << 62) | 2 << 62
    return str(uuid.UUID(int=number))
