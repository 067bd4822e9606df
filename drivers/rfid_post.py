"""RFID readers that call us: each POST is one event or a list of them (Zebra's IoT Connector, Impinj's webhooks)."""

from __future__ import annotations

import errno
import hmac
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

from flask import Flask, Response, request

from drivers.base import HEARTBEAT_S, STOP_LATENCY_S, Backoff, DeviceContext, DeviceHealth, Sink, wait_beating
from drivers.http_guard import FailedTries
from drivers.http_server import HttpServer
from drivers.rfid_intake import JsonIntake
from drivers.rfid_json import BODY_LIMIT_BYTES
from drivers.rfid_outlet import open_outlet
from drivers.rfid_post_settings import PostReaderSettings
from gateway.clock import Clock
from gateway.errors import ConfigError, PermanentDeviceError, TransientDeviceError
from gateway.model import Verdict

RELISTEN_FIRST_S = 0.2
RELISTEN_LIMIT_S = 10.0


class PostReader:
    """One reader. Its server has one thread that answers, and a lock keeps that from the device's own."""

    def __init__(self, settings: PostReaderSettings, context: DeviceContext) -> None:
        self.id = settings.id
        self._settings = settings
        self._context = context
        self._clock: Clock = context.clock
        self._counters: Counter[str] = Counter()
        self._outlet = open_outlet(settings, context, self._counters, self.notify)
        self._intake = JsonIntake(settings, context.clock, self._outlet, self._counters)
        self._tries = FailedTries()
        self._lock = threading.Lock()
        self._is_looking = False
        self._heard_ms = 0
        self.port = 0  # where it listens, 0 when it does not

    def run(self, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> None:
        app = self._app(sink, self._password())
        backoff = Backoff(RELISTEN_FIRST_S, RELISTEN_LIMIT_S)
        while not stop.is_set():
            try:
                server = self._listen(app)
            except TransientDeviceError as error:
                wait_beating(stop, backoff.next_s(), partial(health, DeviceHealth(False, str(error))))
            else:
                self._serve(server, stop, health)

    def notify(self, verdict: Verdict) -> None:
        """A reader without outputs shows nothing; a light at the station does."""

    def _serve(self, server: HttpServer, stop: threading.Event, health: Callable[[DeviceHealth], None]) -> None:
        self.port, beat_ms = server.port, 0
        with self._lock:
            self._look(is_looking=True)
        try:
            while not stop.is_set():
                now_ms = self._clock.mono_ms()
                if now_ms >= beat_ms:
                    beat_ms = now_ms + int(HEARTBEAT_S * 1000)
                    health(self._health(now_ms))
                server.turn(STOP_LATENCY_S, now_ms)
        finally:
            self.port = 0
            server.close(STOP_LATENCY_S, self._clock.mono_ms())
            with self._lock:
                self._look(is_looking=False)

    def _health(self, now_ms: int) -> DeviceHealth:
        silence_s = self._settings.silence_s
        with self._lock:
            if silence_s and now_ms - self._heard_ms > silence_s * 1000:
                self._look(is_looking=False)
            self._outlet.tick()
            alarms = self._intake.alarms()
            is_up = self._is_looking
        text = f"listening on http://{self._settings.listen}{self._settings.path}, {self._outlet.state()}"
        if not is_up:
            text = f"nothing came for {silence_s} s: is the reader on, and told to post to {self._settings.listen}?"
        return DeviceHealth(is_up, text, dict(self._counters), alarms)

    def _look(self, *, is_looking: bool) -> None:
        """A reader that calls is there; one that has been silent for too long is not. With the lock held."""
        if is_looking:
            self._heard_ms = self._clock.mono_ms()
        if is_looking is not self._is_looking:
            self._is_looking = is_looking
            (self._outlet.look if is_looking else self._outlet.cut)()

    # -- one request -----------------------------------------------------------------------

    def _app(self, sink: Sink, password: str) -> Flask:
        app = Flask(__name__, static_folder=None)
        view = partial(self._answer, sink, password)
        app.add_url_rule(self._settings.path, "tags", view, methods=["POST"], provide_automatic_options=False)
        return app

    def _answer(self, sink: Sink, password: str) -> Response:
        address, now_ms = request.remote_addr or "", self._clock.mono_ms()
        if self._tries.wait_ms(address, now_ms):
            return Response("too many wrong passwords from this address: wait a minute\n", 429)
        if not self._is_known(password):
            self._tries.note(address, now_ms)
            self._counters["refused_callers"] += 1
            return Response("user name or password is wrong\n", 401, {"WWW-Authenticate": 'Basic realm="tags"'})
        with self._lock:
            self._look(is_looking=True)
            mistake = self._intake.take(sink, request.get_data(cache=False))
        return Response(f"{mistake}\n", 400) if mistake else Response(status=204)

    def _is_known(self, password: str) -> bool:
        given = request.authorization
        name, secret = (given.username or "", given.password or "") if given is not None else ("", "")
        is_user = hmac.compare_digest(name.encode(), self._settings.username.encode())
        return hmac.compare_digest(secret.encode(), password.encode()) and is_user

    def _password(self) -> str:
        try:
            return self._context.credentials.text(self._settings.password_credential)
        except ConfigError as error:
            raise PermanentDeviceError(f"{self.id}: {error}", hint="without it the reader is not let in") from error

    def _listen(self, app: Flask) -> HttpServer:
        host, port = self._settings.address
        try:
            return HttpServer(app, host, port, threads=1, body_limit=BODY_LIMIT_BYTES)
        except OSError as error:
            what = f"cannot listen on {self._settings.listen}: {error.strerror or error}"
            if error.errno == errno.EACCES:
                raise PermanentDeviceError(what, hint="choose a port of 1024 or above") from error
            raise TransientDeviceError(what, hint="end the program that holds it or choose another port") from error
