"""One listening socket served by waitress, polled and closed by the same thread.

waitress reads requests as their bytes come, so that a caller who hangs occupies a socket and no thread.
"""

from __future__ import annotations

import socket
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore

THREADS = 8  # waitress's, which answer requests
CONNECTION_LIMIT = 64
HEADER_LIMIT_BYTES = 8192
RECEIVED_LIMIT_BYTES = 65_536  # of a body that nobody wants; waitress itself answers beyond it
REQUEST_LIMIT_MS = 15_000  # a connection without a whole request for so long is closed
STOP_TURNS = 15  # turns of the loop in which requests that are under way may still be answered


class HttpServer:
    """Listens from construction on; OSError when the address cannot be had."""

    def __init__(
        self, app: Flask, host: str, port: int, *, threads: int = THREADS, body_limit: int = RECEIVED_LIMIT_BYTES
    ) -> None:
        self._since: dict[int, tuple[Any, int]] = {}  # socket -> its channel, and since when we wait for a request
        self._sockets: dict[int, Any] = {}
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family)
        self.port = int(listener.getsockname()[1])
        self._server = create_server(
            app, map=self._sockets, sockets=[listener], threads=threads, connection_limit=CONNECTION_LIMIT,
            max_request_header_size=HEADER_LIMIT_BYTES, max_request_body_size=body_limit, ident=None,
        )  # fmt: skip

    def turn(self, timeout_s: float, now_ms: int) -> None:
        """Wait for traffic and handle it; close connections that are overdue."""
        wasyncore.loop(timeout=timeout_s, use_poll=True, map=self._sockets, count=1)
        waiting = {}
        for number, channel in self._server.active_channels.items():
            known, since_ms = self._since.get(number, (None, now_ms))
            if known is not channel or channel.requests:
                since_ms = now_ms
            waiting[number] = (channel, since_ms)
            if now_ms - since_ms > REQUEST_LIMIT_MS:
                channel.will_close = True
        self._since = waiting

    def close(self, turn_s: float, now_ms: int) -> None:
        """Take no more, let what is under way be answered for a moment, close."""
        self._server.accepting = False
        for _ in range(STOP_TURNS):
            if not any(channel.requests for channel in self._server.active_channels.values()):
                break
            self.turn(turn_s, now_ms)
        self._server.task_dispatcher.shutdown(timeout=turn_s)
        wasyncore.close_all(self._sockets)
