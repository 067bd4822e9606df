"""Serving the page with waitress in a thread of its own."""

from __future__ import annotations

import threading
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore

THREADS = 4
CONNECTION_LIMIT = 50
BODY_LIMIT_BYTES = 1024
STOP_LATENCY_S = 0.2


class PageServer:
    """Listens from construction on, so that a taken port is an error at start and not later."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        self._sockets: dict[int, Any] = {}
        self._server = create_server(
            app, map=self._sockets, host=host, port=port, threads=THREADS, connection_limit=CONNECTION_LIMIT,
            max_request_body_size=BODY_LIMIT_BYTES, channel_timeout=30, ident=None,
        )  # fmt: skip
        self.port = int(self._server.effective_port)

    def run(self, stop: threading.Event) -> None:
        """Serve until `stop` is set. Closed by the thread that polls: a socket closed under it is an error."""
        while not stop.is_set():
            wasyncore.loop(timeout=STOP_LATENCY_S, use_poll=True, map=self._sockets, count=1)
        self._server.task_dispatcher.shutdown()
        wasyncore.close_all(self._sockets)
