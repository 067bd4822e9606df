"""LLRP frames: a header of ten bytes and a body (LLRP 1.0.1 section 16.1.1)."""

from __future__ import annotations

import struct
from typing import NamedTuple

HEADER = struct.Struct(">HII")  # version and type, length, message id
FRAME_LIMIT_BYTES = 16 * 1024 * 1024
VERSION = 1  # 1.0.1
VERSION_1_1 = 2


class LostFrameError(Exception):
    """The bytes are no LLRP any more and no later frame can be found: the connection is of no use.

    `frames` are those that were whole before; they cost nothing.
    """

    def __init__(self, text: str, frames: list[Frame]) -> None:
        super().__init__(text)
        self.frames = frames


class Frame(NamedTuple):
    """One message as it came; a tuple, because each read of a tag is one."""

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
        self._rest = bytearray()
        self._needed = 0  # bytes of the frame that has begun

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are whole now; LostFrameError when the stream cannot be followed."""
        if self._rest:
            self._rest += data
            if len(self._rest) < self._needed:
                return []
            data, self._rest = bytes(self._rest), bytearray()
        frames: list[Frame] = []
        at, end, size, unpack = 0, len(data), HEADER.size, HEADER.unpack_from
        while end - at >= size:
            head, length, message_id = unpack(data, at)
            if not size <= length <= FRAME_LIMIT_BYTES:
                text = f"a message of {length} bytes, {size} to {FRAME_LIMIT_BYTES} are possible"
                raise LostFrameError(text, frames)
            if end - at < length:
                self._needed = length
                break
            frames.append(Frame(head & 0x3FF, message_id, data[at + size : at + length], head >> 10 & 7))
            at += length
        else:
            self._needed = size
        self._rest += data[at:]
        return frames
