"""RFID readers with an HTTP stream: one long answer, an event in each line, opened anew whenever it ends.

requests waits without end for the next byte, so a thread of its own waits there; what it hands over is bounded, and
it ends when its connection is shut down.
"""

from __future__ import annotations

import os
import queue
import socket
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import requests

from drivers.base import HEARTBEAT_S, STOP_LATENCY_S, Backoff, DeviceContext, DeviceHealth, Sink, wait_beating
from drivers.rfid_intake import JsonIntake
from drivers.rfid_json import BODY_LIMIT_BYTES
from drivers.rfid_outlet import open_outlet
from drivers.rfid_stream_settings import StreamReaderSettings
from gateway.errors import TransientDeviceError
from gateway.model import Verdict

RECONNECT_FIRST_S = 0.5
RECONNECT_LIMIT_S = 30.0
CONNECT_TIMEOUT_S = 5.0
READ_BYTES = 65_536
PIECES_LIMIT = 64  # received and not taken yet; then the reader waits
_WHY = {
    401: "check `username` and `password_credential`", 403: "this user may not", 404: "is `url` its interface?",
    503: "its inventory does not run: give `preset`",
}  # fmt: skip


class StreamReader:
    """One reader."""

    def __init__(self, settings: StreamReaderSettings, context: DeviceContext) -> None:
        self.id = settings.id
        self._settings = settings
        self._context = context
        self._clock = context.clock
        self._counters: Counter[str] = Counter()
        self._outlet = open_outlet(settings, context, self._counters, self.notify)

    def run(self, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> None:
        backoff = Backoff(RECONNECT_FIRST_S, RECONNECT_LIMIT_S)
        while not stop.is_set():
            try:
                stream = _Stream(self._settings, self._context)
            except TransientDeviceError as error:
                reason = str(error)
            else:
                backoff.reset()
                reason = self._serve(stream, stop, sink, health)
            if not stop.is_set():
                self._counters["reconnects"] += 1
                down = DeviceHealth(False, f"{self._settings.url}: {reason}", dict(self._counters))
                wait_beating(stop, backoff.next_s(), partial(health, down))

    def notify(self, verdict: Verdict) -> None:
        """A reader without outputs shows nothing; a light at the station does."""

    def _serve(self, stream: _Stream, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> str:
        """Until the stream ends; why it did."""
        intake = JsonIntake(self._settings, self._clock, self._outlet, self._counters)
        self._outlet.look()
        beat_ms = 0
        try:
            while not stop.is_set():
                for line in stream.lines(STOP_LATENCY_S):
                    intake.take(sink, line)
                if self._clock.mono_ms() >= beat_ms:
                    beat_ms = self._clock.mono_ms() + int(HEARTBEAT_S * 1000)
                    self._outlet.tick()
                    text = f"reading from {self._settings.url}, {self._outlet.state()}"
                    health(DeviceHealth(True, text, dict(self._counters), intake.alarms()))
        except TransientDeviceError as error:
            return str(error)
        finally:
            stream.close()
            self._outlet.cut()
        return ""


class _Stream:
    """One open answer. TransientDeviceError when it cannot be had, and when it ends."""

    def __init__(self, settings: StreamReaderSettings, context: DeviceContext) -> None:
        secret = settings.password_credential
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy of the machine stands between us and a reader
        if settings.username:
            self._session.auth = (settings.username, context.credentials.text(secret) if secret else "")
        if settings.ca_file:
            self._session.verify = settings.ca_file
        self._rest = b""
        self._pieces: queue.Queue[bytes | str] = queue.Queue(PIECES_LIMIT)
        self._is_closing = threading.Event()
        try:
            if settings.preset:
                start = f"{settings.url}/profiles/inventory/presets/{settings.preset}/start"
                self._check(self._session.post(start, timeout=CONNECT_TIMEOUT_S), running=409)
            timeout = (CONNECT_TIMEOUT_S, float(settings.silence_s))
            self._answer = self._session.get(f"{settings.url}/data/stream", stream=True, timeout=timeout)
            self._check(self._answer)
        except (requests.RequestException, OSError, TransientDeviceError) as error:
            self._session.close()
            raise error if isinstance(error, TransientDeviceError) else TransientDeviceError(_told(error)) from error
        self._raw = socket.socket(fileno=os.dup(self._answer.raw.fileno()))
        self._thread = threading.Thread(target=self._receive, name=f"stream {settings.id}", daemon=True)
        self._thread.start()

    def lines(self, wait_s: float) -> list[bytes]:
        """Whole lines that came within the wait, empty ones left out: those say that the reader lives."""
        try:
            piece = self._pieces.get(timeout=wait_s)
        except queue.Empty:
            return []
        if isinstance(piece, str):
            raise TransientDeviceError(piece)
        *lines, self._rest = (self._rest + piece).split(b"\n")
        if len(self._rest) > BODY_LIMIT_BYTES:
            raise TransientDeviceError(f"a line of more than {BODY_LIMIT_BYTES} bytes: is it a stream of events?")
        return [line for line in lines if line.strip()]

    def close(self) -> None:
        """The thread waits in recv, and only the end of the connection wakes it."""
        self._is_closing.set()
        with self._raw, suppress(OSError):  # it may have ended
            self._raw.shutdown(socket.SHUT_RDWR)
        self._thread.join(STOP_LATENCY_S * 10)
        self._answer.close()
        self._session.close()

    def _receive(self) -> None:
        try:
            while piece := self._answer.raw.read1(READ_BYTES):
                self._put(piece)
            self._put("the reader ended the stream")
        except Exception as error:  # noqa: BLE001 - a thread without a supervisor: its end is told, whatever it was
            self._put(_told(error))

    def _put(self, piece: bytes | str) -> None:
        while not self._is_closing.is_set():
            try:
                self._pieces.put(piece, timeout=STOP_LATENCY_S)
            except queue.Full:
                continue
            return

    def _check(self, answer: requests.Response, running: int = 200) -> None:
        if answer.status_code in (200, 204, running):
            return
        answer.close()
        why = _WHY.get(answer.status_code, "see the reader's log")
        raise TransientDeviceError(f"the reader answered {answer.status_code} {str(answer.reason)[:80]}", hint=why)


def _told(error: Exception) -> str:
    """For people; what requests says is for programmers."""
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate cannot be trusted, or it does not speak TLS: check `url` and `ca_file`"
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.ConnectionError):
        return "cannot be reached: check power, cable and `url`"
    return f"the stream broke off ({type(error).__name__}: {str(error)[:100]})"
