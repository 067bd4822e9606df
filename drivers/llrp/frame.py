"""LLRP frames: a header of ten bytes and a body (LLRP 1.0.1 section 16.1.1)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

HEADER = struct.Struct(">HII")  # version and type, length, message id
FRAME_LIMIT_BYTES = 16 * 1024 * 1024
VERSION = 1


class LostFrameError(Exception):
    """The bytes are no LLRP any more and no later frame can be found: the connection is of no use."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message as it came."""

    type: int
    id: int
    body: bytes
    version: int = VERSION


def render(kind: int, message_id: int, body: bytes = b"", version: int = VERSION) -> bytes:
    """The bytes of one message."""
    return HEADER.pack(version << 10 | kind, HEADER.size + len(body), message_id) + body


class Deframer:
    """Bytes in any cutting become frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are whole now; LostFrameError when the stream cannot be followed."""
        buffer = self._buffer
        buffer += data
        frames, at = [], 0
        while len(buffer) - at >= HEADER.size:
            head, length, message_id = HEADER.unpack_from(buffer, at)
            if not HEADER.size <= length <= FRAME_LIMIT_BYTES:
                raise LostFrameError(f"a message of {length} bytes, {HEADER.size} to {FRAME_LIMIT_BYTES} are possible")
            if len(buffer) - at < length:
                break
            body = bytes(buffer[at + HEADER.size : at + length])
            frames.append(Frame(head & 0x3FF, message_id, body, head >> 10 & 7))
            at += length
        del buffer[:at]
        return frames
