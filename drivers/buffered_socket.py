"""A socket that turns many small reads and writes into few system calls.

paho reads a packet in three `recv` calls and sends each acknowledgement in a call of its own;
behind this, a burst of presses costs one `recv` and one `send`.
"""

from __future__ import annotations

import socket
import ssl
from typing import Protocol

READ_BYTES = 65536
PUBLISH = 0x30


class RawSocket(Protocol):
    """The part of a (TLS) socket that is used here."""

    def recv(self, size: int, /) -> bytes: ...
    def send(self, data: bytes | bytearray, /) -> int: ...
    def close(self) -> None: ...
    def fileno(self) -> int: ...
    def setblocking(self, flag: bool, /) -> None: ...


class BufferedSocket:
    """Non-blocking; what `send` takes leaves with `flush`. Errors are those of the socket itself."""

    def __init__(self, raw: RawSocket) -> None:
        self._raw = raw
        self._incoming = b""
        self._taken = 0
        self._outgoing = bytearray()

    def recv(self, size: int) -> bytes:
        taken = self._taken
        data = self._incoming[taken : taken + size]
        if not data:
            self._incoming = self._raw.recv(READ_BYTES)
            taken = 0
            data = self._incoming[:size]
        self._taken = taken + len(data)
        return data

    def take_publish(self) -> tuple[int, bytes] | None:
        """First byte and body of the PUBLISH packet that comes next, None unless all of it is here."""
        data, start = self._incoming, self._taken
        if start >= len(data) or data[start] & 0xF0 != PUBLISH:
            return None
        length = at = 0
        for n, byte in enumerate(data[start + 1 : start + 5]):
            length |= (byte & 0x7F) << 7 * n
            if byte < 0x80:
                at = start + 2 + n
                break
        end = at + length
        if not at or end > len(data):
            return None
        self._taken = end
        return data[start], data[at:end]

    def pending(self) -> int:
        """Bytes that can be had without waiting and that `select` does not know of."""
        waiting = len(self._incoming) - self._taken
        if not waiting and isinstance(self._raw, ssl.SSLSocket):
            waiting = self._raw.pending()
        return waiting

    def send(self, data: bytes | bytearray) -> int:
        self._outgoing += data
        return len(data)

    def flush(self) -> bool:
        """Send what has been collected; False when the peer takes no more for now."""
        while self._outgoing:
            try:
                sent = self._raw.send(self._outgoing)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return False
            del self._outgoing[:sent]
        return True

    def close(self) -> None:
        """Last words, such as a DISCONNECT, leave if the peer takes them at once."""
        try:
            self.flush()
        except OSError:
            pass
        self._raw.close()

    def fileno(self) -> int:
        return self._raw.fileno()

    def setblocking(self, flag: bool) -> None:
        self._raw.setblocking(flag)


def disable_delay(raw: object) -> None:
    """Without TCP_NODELAY an acknowledgement waits for the peer's delayed one: 63 instead of 7 ms."""
    if isinstance(raw, socket.socket):
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
