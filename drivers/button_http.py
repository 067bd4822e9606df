"""Buttons and programs that report a press with an HTTP POST: answered only after the commit."""

from __future__ import annotations

import errno
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

from drivers.base import HEARTBEAT_S, STOP_LATENCY_S, Backoff, DeviceContext, DeviceHealth, Sink, read_now, wait_beating
from drivers.button_http_app import Webhook, create_app
from drivers.button_http_settings import HttpButtonSettings
from drivers.http_server import HttpServer
from gateway.clock import Clock
from gateway.errors import ConfigError, PermanentDeviceError, TransientDeviceError
from gateway.ids import natural_id
from gateway.model import Read, Status, Verdict

ANSWER_LIMIT_S = 10.0  # then the caller is told to ask again
TOKEN_MIN_CHARACTERS = 16
RELISTEN_FIRST_S = 0.2
RELISTEN_LIMIT_S = 10.0

NO_ANSWER = Verdict(Status.FAILED, "NO_ANSWER", "It is not known yet whether this was stored; send the same key again")


class HttpButtons:
    """All callers of one address."""

    def __init__(self, settings: HttpButtonSettings, context: DeviceContext) -> None:
        self.id = settings.id
        self._settings = settings
        self._context = context
        self._clock: Clock = context.clock
        self._counters: Counter[str] = Counter()
        self.port = 0  # where it listens, 0 when it does not

    def run(self, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> None:
        webhook = Webhook(self._token(), partial(self._offer, sink), self._clock, self._counters)
        backoff = Backoff(RELISTEN_FIRST_S, RELISTEN_LIMIT_S)
        while not stop.is_set():
            try:
                server = self._listen(webhook)
            except TransientDeviceError as error:
                down = DeviceHealth(False, str(error), dict(self._counters))
                wait_beating(stop, backoff.next_s(), partial(health, down))
            else:
                self._serve(server, stop, health)

    def notify(self, verdict: Verdict) -> None:
        """Nobody is connected between two presses."""

    def _serve(self, server: HttpServer, stop: threading.Event, health: Callable[[DeviceHealth], None]) -> None:
        self.port = server.port
        beat_ms = 0
        try:
            while not stop.is_set():
                now_ms = self._clock.mono_ms()
                if now_ms >= beat_ms:
                    beat_ms = now_ms + int(HEARTBEAT_S * 1000)
                    health(DeviceHealth(True, f"listening on {self._place()}", dict(self._counters)))
                server.turn(STOP_LATENCY_S, now_ms)
        finally:
            self.port = 0
            server.close(STOP_LATENCY_S, self._clock.mono_ms())

    def _offer(self, sink: Sink, key: str, body: bytes) -> Verdict:
        """The only place where a press meets its answer: after the verdict, never before."""
        given: list[Verdict] = []
        is_known = threading.Event()

        def feedback(verdict: Verdict) -> None:
            given.append(verdict)
            is_known.set()

        sink.offer(self._read(key, body), feedback)
        if not is_known.wait(ANSWER_LIMIT_S):
            self._counters["unanswered"] += 1
            return NO_ANSWER
        return given[0]

    def _read(self, key: str, body: bytes) -> Read:
        read_id = natural_id(self.id, key)
        return read_now(self._clock, self.id, self._settings.station, body, read_id=read_id, is_key_chosen=True)

    def _token(self) -> str:
        name = self._settings.token_credential
        try:
            token = self._context.credentials.text(name)
        except ConfigError as error:
            raise PermanentDeviceError(
                f"{self.id}: {error}", hint="presses over HTTP are not taken without it"
            ) from error
        if len(token) < TOKEN_MIN_CHARACTERS or not token.isascii() or " " in token:
            what = f"credential {name!r} holds a token of {len(token)} characters"
            hint = f"expected {TOKEN_MIN_CHARACTERS} or more ASCII characters without spaces, e.g. openssl rand -hex 32"
            raise PermanentDeviceError(f"{self.id}: {what}", hint=hint)
        return token

    def _listen(self, webhook: Webhook) -> HttpServer:
        host, port = self._settings.address
        try:
            return HttpServer(create_app(webhook, self._settings.path), host, port)
        except OSError as error:
            what = f"cannot listen on {self._settings.listen}: {error.strerror or error}"
            if error.errno == errno.EACCES:
                raise PermanentDeviceError(what, hint="choose a port of 1024 or above") from error
            raise TransientDeviceError(what, hint="end the program that holds it or choose another port") from error

    def _place(self) -> str:
        host = self._settings.address[0]
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}{self._settings.path}"
