"""Serving the page with waitress in a thread of its own."""

from __future__ import annotations

import threading

from flask import Flask
from waitress import create_server

THREADS = 4
CONNECTION_LIMIT = 50
BODY_LIMIT_BYTES = 1024


class PageServer:
    """Listens from construction on, so that a taken port is an error at start and not later."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        self._server = create_server(
            app, host=host, port=port, threads=THREADS, connection_limit=CONNECTION_LIMIT,
            max_request_body_size=BODY_LIMIT_BYTES, channel_timeout=30, ident=None,
        )  # fmt: skip
        self.port = int(self._server.effective_port)

    def run(self, stop: threading.Event) -> None:
        """Serve until `stop` is set."""
        closer = threading.Thread(target=self._close_when, args=(stop,), name="page-closer", daemon=True)
        closer.start()
        try:
            self._server.run()
        finally:
            closer.join(1.0)

    def _close_when(self, stop: threading.Event) -> None:
        stop.wait()
        self._server.close()
