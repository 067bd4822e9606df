"""Serving a Flask application with waitress in a thread of its own."""

from __future__ import annotations

import threading
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore

POLL_S = 0.05


class WebServer:
    """Listens from construction on."""

    def __init__(
        self, app: Flask, host: str, port: int, *, threads: int, name: str, body_limit_bytes: int = 1024
    ) -> None:
        self._sockets: dict[int, Any] = {}
        self._stop = threading.Event()
        self._server = create_server(
            app, map=self._sockets, host=host, port=port, threads=threads, ident=name,
            max_request_body_size=body_limit_bytes,
        )  # fmt: skip
        self.port = int(self._server.effective_port)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        """Closed by the thread that polls: a socket closed under it is an error."""
        while not self._stop.is_set():
            wasyncore.loop(timeout=POLL_S, use_poll=True, map=self._sockets, count=1)
        self._server.task_dispatcher.shutdown(timeout=0.1)
        wasyncore.close_all(self._sockets)
