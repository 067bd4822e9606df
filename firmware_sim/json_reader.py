"""RFID readers that tell what they see as JSON over HTTP: an Impinj R700 that is asked for its stream, and a Zebra FX
with the IoT Connector that posts. Written from what such readers were seen to send.
"""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from firmware_sim.port import LOOPBACK

WAIT_S = 10.0


def _now(at_s: float | None = None) -> datetime:
    return datetime.fromtimestamp(time.time() if at_s is None else at_s, UTC)


class ImpinjStream:
    """An R700: `GET /api/v1/data/stream` with basic authentication; a context manager on a free loopback port."""

    def __init__(self, user: str = "root", password: str = "impinj", tls: ssl.SSLContext | None = None) -> None:
        self.opened = 0  # streams that were asked for
        self.started: list[str] = []  # presets
        self.answers: deque[int] = deque()  # statuses to refuse the next streams with
        self._login = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self._lines: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._generation = 0  # of streams; an older one ends
        reader = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if reader._may(self, "/api/v1/data/stream"):
                    reader._stream(self)

            def do_POST(self) -> None:
                name = self.path.removeprefix("/api/v1/profiles/inventory/presets/").removesuffix("/start")
                if reader._may(self, f"/api/v1/profiles/inventory/presets/{name}/start"):
                    status = 409 if name in reader.started else 204
                    reader.started.append(name)
                    self.send_response(status)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"http{'s' if tls else ''}://{LOOPBACK}:{self._server.server_address[1]}/api/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> ImpinjStream:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.disconnect()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(WAIT_S)

    def show(
        self, epc: str, *, antenna: int = 1, rssi_cdbm: int = -5000, phase: float = 0.0, at_s: float | None = None
    ) -> None:
        """A tag is read."""
        seen = _now(at_s).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        tag = {"epcHex": epc, "antennaPort": antenna, "peakRssiCdbm": rssi_cdbm, "frequency": 866_300,
               "phaseAngle": phase, "lastSeenTime": seen}  # fmt: skip
        self.send(json.dumps({"timestamp": seen, "eventType": "tagInventory", "tagInventoryEvent": tag}).encode())

    def set_input(self, port: int, *, is_on: bool) -> None:
        """An input changes."""
        change = {"gpi": port, "transition": "low-to-high" if is_on else "high-to-low"}
        seen = _now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        self.send(json.dumps({"timestamp": seen, "eventType": "gpiTransition", "gpiTransitionEvent": change}).encode())

    def send(self, line: bytes) -> None:
        """Any line; b"" is the reader's keep-alive."""
        with self._changed:
            self._lines.append(line + b"\r\n")
            self._changed.notify_all()

    def disconnect(self) -> None:
        """Open streams end."""
        with self._changed:
            self._generation += 1
            self._changed.notify_all()

    def _may(self, handler: BaseHTTPRequestHandler, path: str) -> bool:
        status = 404 if handler.path != path else 401 if handler.headers.get("Authorization") != self._login else 0
        if not status and self.answers:
            status = self.answers.popleft()
        if status:
            handler.send_response(status)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
        return not status

    def _stream(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        with self._changed:
            self.opened += 1
            mine = self._generation
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._lines or self._generation != mine)
                if self._generation != mine:
                    break
                data = b"".join(self._lines)
                self._lines.clear()
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        handler.close_connection = True


class ZebraPoster:
    """An FX9600 with the IoT Connector that posts lists of events."""

    def __init__(self, url: str, user: str = "reader", password: str = "") -> None:
        self._url = url
        self._login = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self._number = 0

    def tag(
        self, epc: str, *, antenna: int = 1, rssi_dbm: int = -50, reads: int = 1, skipped: int = 0
    ) -> dict[str, Any]:
        """One event; `skipped`: so many before it never arrive."""
        self._number += 1 + skipped
        data = {"antenna": antenna, "eventNum": self._number, "format": "epc", "idHex": epc.lower(),
                "peakRssi": rssi_dbm, "reads": reads}  # fmt: skip
        return {"data": data, "timestamp": _now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000", "type": "SIMPLE"}

    def input(self, port: int, *, is_on: bool) -> dict[str, Any]:
        """An input's event."""
        return {"type": "GPI", "pin": port, "state": "HIGH" if is_on else "LOW"}

    def post(self, *events: dict[str, Any]) -> int:
        """Send them as one list; the status of the answer."""
        return self.post_raw(json.dumps(list(events)).encode())

    def post_raw(self, body: bytes) -> int:
        """Any body; 0 when the connection ended before an answer came, as may happen while a long one is sent."""
        request = urllib.request.Request(self._url, body, {"Authorization": self._login})
        try:
            with urllib.request.urlopen(request, timeout=WAIT_S) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except (urllib.error.URLError, ConnectionError):
            return 0
