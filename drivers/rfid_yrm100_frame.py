"""Frames of M100 and R200 modules: BB, type, command, length (2), parameters, check sum, 7E. Pure.

The check sum is the low byte of the sum of all between BB and it. What is no frame is skipped up to the next BB.
"""

from __future__ import annotations

from typing import NamedTuple

BEGIN, END = 0xBB, 0x7E
COMMAND, RESPONSE, NOTICE = 0, 1, 2
HEAD_BYTES, TAIL_BYTES = 5, 2
PARAMETER_LIMIT_BYTES = 512  # none of a tag is longer; more is a damaged length


class ModuleFrame(NamedTuple):
    """One frame as it came."""

    type: int
    command: int
    parameters: bytes


def render(command: int, parameters: bytes = b"") -> bytes:
    """A command to the module."""
    body = bytes((COMMAND, command)) + len(parameters).to_bytes(2, "big") + parameters
    return bytes((BEGIN, *body, sum(body) & 0xFF, END))


class ModuleFramer:
    """Bytes in any cutting become frames."""

    def __init__(self) -> None:
        self._buffer = b""
        self.damaged = 0  # frames that began and were none

    def feed(self, data: bytes) -> list[ModuleFrame]:
        """The frames that are whole now."""
        buffer, frames, at = self._buffer + data, list[ModuleFrame](), 0
        while (at := buffer.find(BEGIN, at)) >= 0:
            if len(buffer) - at < HEAD_BYTES:
                break
            length = int.from_bytes(buffer[at + 3 : at + 5], "big")
            end = at + HEAD_BYTES + length + TAIL_BYTES
            if length <= PARAMETER_LIMIT_BYTES and end > len(buffer):
                break
            body = buffer[at + 1 : end - TAIL_BYTES]
            if length > PARAMETER_LIMIT_BYTES or buffer[end - 1] != END or buffer[end - 2] != sum(body) & 0xFF:
                self.damaged += 1
                at += 1
                continue
            frames.append(ModuleFrame(body[0], body[1], body[4:]))
            at = end
        self._buffer = buffer[at:] if at >= 0 else b""
        return frames

    def expire(self) -> list[ModuleFrame]:
        """The line is silent: what began will not end. A whole frame may stand behind it."""
        if not self._buffer:
            return []
        rest, self._buffer = self._buffer[1:], b""
        self.damaged += 1
        return self.feed(rest)
