"""A TCP proxy that spoils connections in seven ways, switched at run time, with one seed.

Latency with jitter, bandwidth, slow close, silence (half open), reset, slicer, and a cut after N bytes; each
for the way up (client to server), down, or both.
"""

from __future__ import annotations

import random
import select
import socket
import struct
import threading
from dataclasses import dataclass

from firmware_sim.port import LOOPBACK

CHUNK_BYTES = 16_384
POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Toxics:
    """What happens to one direction. The default does nothing."""

    latency_ms: float = 0  # each chunk is held this long …
    jitter_ms: float = 0  # … plus or minus up to this
    bandwidth_bps: int = 0  # bytes per second, 0 for no limit
    slow_close_ms: float = 0  # an end of file is passed on this much later
    silent: bool = False  # nothing passes while the connection stays open
    reset_chance: float = 0  # probability per chunk that both sides get a reset instead
    slice_bytes: int = 0  # chunks are cut to at most this size, sent one by one …
    slice_delay_ms: float = 0  # … with this pause between them
    cut_after_bytes: int = 0  # close after so many bytes of a connection, in the middle of whatever it is


CLEAN = Toxics()


class FaultProxy:
    """Listens on a free loopback port and forwards to `target`; usable as a context manager."""

    host = LOOPBACK

    def __init__(self, target: tuple[str, int], seed: int = 0) -> None:
        self.target = target
        self.up, self.down = CLEAN, CLEAN
        self.is_refusing = False  # new connections are reset at once
        self.count = 0  # connections so far
        self._random = random.Random(seed)
        self._connections: set[_Connection] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._listener = socket.create_server((LOOPBACK, 0))
        self._listener.settimeout(POLL_S)
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, name="fault-proxy", daemon=True)

    def start(self) -> FaultProxy:
        self._thread.start()
        return self

    def set(self, both: Toxics | None = None, *, up: Toxics | None = None, down: Toxics | None = None) -> None:
        """Switch toxics, also of connections that are open; `set(CLEAN)` heals everything."""
        self.up = up or both or self.up
        self.down = down or both or self.down

    def reset_all(self) -> None:
        """RST to both sides of every connection, now."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            connection.reset()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._listener.close()
        self.reset_all()

    def __enter__(self) -> FaultProxy:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def chance(self, probability: float) -> bool:
        """A seeded draw."""
        with self._lock:
            return self._random.random() < probability

    def spread(self, width: float) -> float:
        """A seeded number between -width and width."""
        with self._lock:
            return self._random.uniform(-width, width)

    def forget(self, connection: _Connection) -> None:
        with self._lock:
            self._connections.discard(connection)

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            self.count += 1
            try:
                server = socket.create_connection(self.target, timeout=5) if not self.is_refusing else None
            except OSError:
                server = None
            if server is None:
                _reset(client)
                continue
            connection = _Connection(self, client, server)
            with self._lock:
                self._connections.add(connection)
            connection.start()


class _Connection:
    """One forwarded connection: a thread for each direction."""

    def __init__(self, proxy: FaultProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy = proxy
        self._sockets = (client, server)
        self._is_over = threading.Event()
        self._lock = threading.Lock()
        self._ended_ways = 0
        for end in self._sockets:
            end.settimeout(None)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def start(self) -> None:
        client, server = self._sockets
        for name, source, target in (("up", client, server), ("down", server, client)):
            pump = threading.Thread(target=self._pump, args=(name, source, target), name=f"proxy-{name}", daemon=True)
            pump.start()

    def reset(self) -> None:
        """RST to both sides."""
        self._end()
        for end in self._sockets:
            _reset(end)

    def _toxics(self, direction: str) -> Toxics:
        return self._proxy.up if direction == "up" else self._proxy.down

    def _pump(self, direction: str, source: socket.socket, target: socket.socket) -> None:
        passed = 0
        try:
            while not self._is_over.is_set():
                is_readable = bool(select.select([source], [], [], POLL_S)[0])
                if self._toxics(direction).silent:
                    self._is_over.wait(POLL_S)
                    continue
                if not is_readable:
                    continue
                data = source.recv(CHUNK_BYTES)
                if not data:
                    self._pass_on_end(direction, target)
                    return
                passed = self._forward(direction, data, target, passed)
        except (OSError, ValueError):  # the other direction closed the sockets
            self._end()
            _close(source, target)

    def _forward(self, direction: str, data: bytes, target: socket.socket, passed: int) -> int:
        """Send one chunk through the toxics; returns how many bytes have passed in all."""
        toxics = self._toxics(direction)
        self._wait((toxics.latency_ms + self._proxy.spread(toxics.jitter_ms)) / 1000)
        if toxics.reset_chance and self._proxy.chance(toxics.reset_chance):
            self.reset()
            return passed
        if toxics.cut_after_bytes:
            data = data[: max(0, toxics.cut_after_bytes - passed)]
        step = toxics.slice_bytes or len(data) or 1
        for start in range(0, len(data), step):
            piece = data[start : start + step]
            if toxics.bandwidth_bps:
                self._wait(len(piece) / toxics.bandwidth_bps)
            target.sendall(piece)
            self._wait(toxics.slice_delay_ms / 1000)
        passed += len(data)
        if toxics.cut_after_bytes and passed >= toxics.cut_after_bytes:
            self._end()
            _close(*self._sockets)
        return passed

    def _pass_on_end(self, direction: str, target: socket.socket) -> None:
        self._wait(self._toxics(direction).slow_close_ms / 1000)
        target.shutdown(socket.SHUT_WR)
        with self._lock:
            self._ended_ways += 1
            is_over = self._ended_ways == 2
        if is_over:
            self._end()
            _close(*self._sockets)

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            self._is_over.wait(seconds)

    def _end(self) -> None:
        self._is_over.set()
        self._proxy.forget(self)


def _reset(end: socket.socket) -> None:
    """Close with RST instead of FIN."""
    try:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    _close(end)


def _close(*ends: socket.socket) -> None:
    for end in ends:
        end.close()
