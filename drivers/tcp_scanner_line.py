"""One TCP connection to a scanner, never blocking; a peer that is only half there is found out."""

from __future__ import annotations

import socket

from drivers.scanner_connection import Outgoing
from drivers.scanner_settings import to_bytes
from drivers.tcp_scanner_settings import TcpScannerSettings
from gateway.clock import Clock
from gateway.errors import TransientDeviceError
from gateway.setting_value import split_address

CONNECT_TIMEOUT_S = 3.0
READ_BYTES = 4096  # then other connections get their turn
SEND_BUFFER_BYTES = 16_384  # answers that the kernel keeps for a scanner that does not take them
KEEP_IDLE_S, KEEP_INTERVAL_S, KEEP_COUNT = 30, 10, 3  # the kernel asks a silent peer's machine whether it still lives


class TcpLine:
    """A connected socket."""

    holds_back = True  # TCP lets the sender wait when nobody reads

    def __init__(self, sock: socket.socket, place: str, settings: TcpScannerSettings, clock: Clock) -> None:
        self.place = place
        self._sock = sock
        self._clock = clock
        self._outgoing = Outgoing()
        self._silence_limit_ms = settings.silence_limit_s * 1000
        self._probe, self._probe_ms = to_bytes(settings.probe), settings.probe_s * 1000
        self._heard_ms = self._sent_ms = clock.mono_ms()
        sock.setblocking(False)
        _prepare(sock)

    def fileno(self) -> int:
        return self._sock.fileno()

    @property
    def wants_write(self) -> bool:
        return bool(self._outgoing.data)

    def read(self) -> bytes:
        """What has arrived; TransientDeviceError when the peer hung up."""
        try:
            data = self._sock.recv(READ_BYTES)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise TransientDeviceError(f"{self.place}: the connection broke ({error.strerror})") from error
        if not data:
            raise TransientDeviceError(f"{self.place}: the scanner ended the connection")
        self._heard_ms = self._clock.mono_ms()
        return data

    def write(self, data: bytes) -> bool:
        """Queue and send as much as is taken; False when the peer takes nothing and all was dropped."""
        if not self._outgoing.add(data):
            return False
        self.flush()
        return True

    def flush(self) -> None:
        try:
            while self._outgoing.data:
                sent = self._sock.send(self._outgoing.data)
                del self._outgoing.data[:sent]
        except BlockingIOError:
            return
        except OSError as error:
            raise TransientDeviceError(f"{self.place}: the connection broke ({error.strerror})") from error
        self._sent_ms = self._clock.mono_ms()

    def check(self) -> None:
        """Ask a quiet scanner whether it is there; TransientDeviceError when it was silent for too long."""
        now_ms = self._clock.mono_ms()
        if self._silence_limit_ms and now_ms - self._heard_ms >= self._silence_limit_ms:
            raise TransientDeviceError(f"{self.place}: silent for {(now_ms - self._heard_ms) // 1000} s")
        if self._probe and now_ms - max(self._heard_ms, self._sent_ms) >= self._probe_ms:
            self.write(self._probe)

    def close(self) -> None:
        self._sock.close()


def call(settings: TcpScannerSettings, clock: Clock) -> TcpLine:
    """Connect to the scanner; TransientDeviceError when it is not there."""
    try:
        sock = socket.create_connection(split_address(settings.connect), timeout=CONNECT_TIMEOUT_S)
    except OSError as error:
        raise TransientDeviceError(f"{settings.connect}: the scanner cannot be reached ({error})") from error
    return TcpLine(sock, settings.connect, settings, clock)


def _prepare(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEP_IDLE_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEP_INTERVAL_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, KEEP_COUNT)
