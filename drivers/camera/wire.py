"""Messages on the pipe between driver and decoder process: a length of four bytes, then JSON. Pure."""

from __future__ import annotations

import json
import struct
from typing import Any

Message = dict[str, Any]

MESSAGE_LIMIT_BYTES = 2 * 1024 * 1024  # CODES_LIMIT codes of TEXT_LIMIT characters, with room to spare

_LENGTH = struct.Struct(">I")


class BrokenMessageError(ValueError):
    """What came is no message: the other side is damaged and its stream cannot be read on."""


def pack(message: Message) -> bytes:
    """A message as it goes over the pipe; BrokenMessageError when it is too long."""
    body = json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode()
    if len(body) > MESSAGE_LIMIT_BYTES:
        raise BrokenMessageError(f"a message of {len(body)} bytes, expected at most {MESSAGE_LIMIT_BYTES}")
    return _LENGTH.pack(len(body)) + body


class Inbox:
    """Bytes in any cutting become whole messages."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are complete now; BrokenMessageError for rubbish."""
        self._data += data
        messages = []
        while (message := self._next()) is not None:
            messages.append(message)
        return messages

    def _next(self) -> Message | None:
        if len(self._data) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._data)
        if length > MESSAGE_LIMIT_BYTES:
            raise BrokenMessageError(f"a message of {length} bytes, expected at most {MESSAGE_LIMIT_BYTES}")
        end = _LENGTH.size + length
        if len(self._data) < end:
            return None
        body = bytes(self._data[_LENGTH.size : end])
        del self._data[:end]
        try:
            message = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise BrokenMessageError(f"no JSON: {body[:60]!r}") from error
        if not isinstance(message, dict):
            raise BrokenMessageError(f"{body[:60]!r}, expected an object")
        return message
