"""Network scanners and smart cameras: codes over TCP, answered after the commit on the connection they came on."""

from __future__ import annotations

import socket
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable
from functools import partial

from drivers.base import HEARTBEAT_S, Backoff, Device, DeviceContext, DeviceHealth, Sink, wait_beating
from drivers.framing import Frame
from drivers.scanner_connection import NOTICE_LIMIT, Ready, ScannerConnection, wait_for
from drivers.scanner_device import Reopening, ScannerDevice
from drivers.scanner_plain import PlainTalk
from drivers.tcp_scanner_line import TcpLine, call
from drivers.tcp_scanner_settings import TcpScannerSettings
from gateway.clock import Clock
from gateway.errors import TransientDeviceError
from gateway.model import Verdict
from gateway.setting_value import split_address
from gateway.wake import Wake

BACKLOG = 8  # calls the kernel keeps until we take them
RECONNECT = Reopening(first_s=0.2, limit_s=10.0, steady_s=5.0)
RELISTEN_FIRST_S = 0.2
RELISTEN_LIMIT_S = 10.0


def open_tcp_scanner(settings: TcpScannerSettings, context: DeviceContext) -> Device:
    """The device for whichever side calls."""
    return CalledScanner(settings, context) if settings.connect else CallingScanners(settings, context)


class HeartbeatTalk(PlainTalk):
    """Codes, without the heartbeats between them."""

    def __init__(self, settings: TcpScannerSettings) -> None:
        super().__init__(settings)
        self._heartbeat = settings.heartbeat_bytes

    def feed(self, chunk: bytes, now_ms: int) -> list[Frame]:
        return self._codes(super().feed(chunk, now_ms))

    def expire(self, now_ms: int) -> list[Frame]:
        return self._codes(super().expire(now_ms))

    def _codes(self, frames: Iterable[Frame]) -> list[Frame]:
        return [frame for frame in frames if not self._heartbeat or frame.data != self._heartbeat]


class CalledScanner(ScannerDevice):
    """A scanner that listens and that we connect to, again and again with back-off."""

    def __init__(self, settings: TcpScannerSettings, context: DeviceContext) -> None:
        opened = partial(call, settings, context.clock)
        super().__init__(settings, context, opened, partial(HeartbeatTalk, settings), RECONNECT)


class CallingScanners:
    """Scanners that connect to us, each on a connection of its own."""

    def __init__(self, settings: TcpScannerSettings, context: DeviceContext) -> None:
        self.id = settings.id
        self._settings = settings
        self._clock: Clock = context.clock
        self._counters: Counter[str] = Counter()
        self._wake = Wake()
        self._notices: deque[Verdict] = deque(maxlen=NOTICE_LIMIT)
        self.port = 0  # where it listens, 0 when it does not

    def run(self, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> None:
        backoff = Backoff(RELISTEN_FIRST_S, RELISTEN_LIMIT_S)
        while not stop.is_set():
            try:
                door = _listen(self._settings.listen)
            except OSError as error:
                text = f"cannot listen on {self._settings.listen}: {error.strerror or error}"
                wait_beating(stop, backoff.next_s(), partial(health, DeviceHealth(False, text, dict(self._counters))))
            else:
                with door:
                    self._serve(door, stop, sink, health)

    def notify(self, verdict: Verdict) -> None:
        """Light and tone at all that are connected: who is meant is not known."""
        self._notices.append(verdict)
        self._wake.set()

    def _serve(
        self, door: socket.socket, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]
    ) -> None:
        door.setblocking(False)
        self.port = door.getsockname()[1]
        callers = Callers(self._settings, self._clock, self._wake, sink, self._counters)
        beat_ms = 0
        try:
            while not stop.is_set():
                now_ms = self._clock.mono_ms()
                if now_ms >= beat_ms:
                    beat_ms = now_ms + int(HEARTBEAT_S * 1000)
                    callers.check()
                    health(callers.health(f"listening on {self._settings.listen}"))
                ready = wait_for(callers.connections, self._wake, [door.fileno()])
                if door.fileno() in ready.readable:
                    callers.admit(door)
                while self._notices:
                    callers.tell(self._notices.popleft())
                callers.serve(ready)
        finally:
            self.port = 0
            callers.end()


def _listen(address: str) -> socket.socket:
    """OSError when the port is taken or the address is none of ours."""
    host, port = split_address(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


class Callers:
    """Who is connected; bounded in number, and each in what it can hold up."""

    def __init__(
        self, settings: TcpScannerSettings, clock: Clock, wake: Wake, sink: Sink, counters: Counter[str]
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._wake = wake
        self._sink = sink
        self._counters = counters
        self.connections: list[ScannerConnection] = []  # oldest first
        self._hosts: dict[ScannerConnection, str] = {}

    def admit(self, door: socket.socket) -> None:
        """Take one call, or hang up: not allowed, or too many."""
        try:
            sock, address = door.accept()
        except OSError:  # the caller is gone again, or there are no file descriptors for now
            self._counters["lost_calls"] += 1
            return
        host = address[0]
        if not self._settings.is_allowed(host):
            self._counters["refused_calls"] += 1
            sock.close()
            return
        if len(self.connections) >= self._settings.connections and not self._replace(host):
            self._counters["too_many_calls"] += 1
            sock.close()
            return
        line = TcpLine(sock, f"{host}:{address[1]}", self._settings, self._clock)
        connection = ScannerConnection(
            self._settings, self._clock, line, HeartbeatTalk(self._settings),
            wake=self._wake, sink=self._sink, counters=self._counters,
        )  # fmt: skip
        self._counters["connects"] += 1
        self.connections.append(connection)
        self._hosts[connection] = host
        self._guard(connection, connection.begin)

    def tell(self, verdict: Verdict) -> None:
        for connection in self.connections:
            connection.notices.append(verdict)

    def serve(self, ready: Ready) -> None:
        """Give each that was waited for its turn; one that broke ends alone."""
        for connection in list(self.connections):
            self._guard(connection, partial(ready.serve, connection))

    def check(self) -> None:
        for connection in list(self.connections):
            self._guard(connection, connection.line.check)

    def end(self) -> None:
        for connection in list(self.connections):
            self._end(connection)

    def health(self, text: str) -> DeviceHealth:
        alarms = {} if self.connections else {"connection": "no scanner is connected"}
        return DeviceHealth(True, f"{text}, {len(self.connections)} connected", dict(self._counters), alarms)

    def _replace(self, host: str) -> bool:
        """A scanner that lost power calls again while its old call still seems to live: that one goes."""
        old = next((one for one in self.connections if self._hosts[one] == host), None)
        if old is not None:
            self._end(old)
        return old is not None

    def _guard(self, connection: ScannerConnection, act: Callable[[], None]) -> None:
        try:
            act()
        except TransientDeviceError:
            self._end(connection)

    def _end(self, connection: ScannerConnection) -> None:
        self.connections.remove(connection)
        del self._hosts[connection]
        connection.end()
        connection.line.close()
