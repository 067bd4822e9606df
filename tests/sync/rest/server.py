"""A server that answers with exactly the bytes a test wants, and remembers what it was asked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import closing

LOOPBACK = "127.0.0.1"
Talk = Callable[[socket.socket, bytes], None]


def whole(status: str, body: bytes = b"", *headers: str) -> Talk:
    """A complete answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]

    def talk(connection: socket.socket, request: bytes) -> None:
        connection.sendall("\r\n".join(lines).encode() + body)

    return talk


def raw(data: bytes) -> Talk:
    """These bytes, then the end of the connection."""
    return lambda connection, request: connection.sendall(data)


def dripping(head: bytes, drop: bytes, stop: threading.Event) -> Talk:
    """`head`, then a drop every 50 ms for as long as the other side listens."""

    def talk(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head)
        while not stop.wait(0.05):
            connection.sendall(drop)

    return talk


def silent(stop: threading.Event) -> Talk:
    """Not one byte."""

    def talk(connection: socket.socket, request: bytes) -> None:
        stop.wait(30)

    return talk


class RudeServer:
    """One connection at a time; `talk` answers each request."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.requests: list[bytes] = []
        self.stop = threading.Event()
        self._listener = socket.create_server((LOOPBACK, 0))
        self._listener.settimeout(0.05)
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def __enter__(self) -> RudeServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while not self.stop.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            with closing(connection):
                connection.settimeout(10)
                try:
                    request = self._read(connection)
                    self.requests.append(request)
                    self.talk(connection, request)
                except OSError:
                    pass  # the gateway hung up, as it should

    @staticmethod
    def _read(connection: socket.socket) -> bytes:
        """Head and body of one request."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65_536) or b"\r\n\r\n"
        head, _, body = data.partition(b"\r\n\r\n")
        lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        while lengths and len(body) < int(lengths[0]):
            body += connection.recv(65_536)
        return head + b"\r\n\r\n" + body
