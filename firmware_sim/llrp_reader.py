"""A fixed RFID reader that speaks LLRP over TCP, as an Impinj R420 or a Zebra FX9600 does.

Written from the standard alone and without the gateway's codec, so that the two cannot share a mistake. It greets one
client at a time, keeps its ROSpec and its reports while nobody is connected, overflows when they become too many, and
misbehaves on command (`Faults`).
"""

from __future__ import annotations

import select
import socket
import struct
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from firmware_sim.llrp_wire import (
    capabilities,
    event,
    message,
    params,
    ro_specs_of,
    status_param,
    tag_report,
)  # fmt: skip
from firmware_sim.port import LOOPBACK, wait_until

WAIT_S = 10.0
STEP_S = 0.05
MODELS = {
    "R420": {"maker": 25882, "model": 2001002, "antennas": 4, "ro_specs": 1, "buffer": 20_000},
    "FX9600": {"maker": 161, "model": 96008, "antennas": 8, "ro_specs": 64, "buffer": 66_000},
}


@dataclass
class Faults:
    """What goes wrong, until it is set back."""

    attempt: int = 0  # status of the greeting; 2: a client is connected already
    never_greets: bool = False
    refuse: dict[int, int] = field(default_factory=dict)  # message type -> LLRP status of its answer
    error: set[int] = field(default_factory=set)  # message types answered with ERROR_MESSAGE
    is_silent: bool = False  # no keep-alives and no reports, the connection stays
    is_chopped: bool = False  # one byte a segment
    prefix: bytes = b""  # sent once before the next report: an unknown message, rubbish


class LlrpReader:
    """Usable as a context manager; listens on a free loopback port."""

    def __init__(self, model: str = "R420", *, buffer_limit: int | None = None) -> None:
        self.model = MODELS[model]
        self.faults = Faults()
        self.sessions = 0  # clients greeted
        self.acked: list[int] = []  # ids of answered keep-alives
        self.asked: list[int] = []  # types of messages received
        self.outputs: dict[int, bool] = {}
        self.spec: tuple[int, bytes, int] | None = None  # id, bytes, state
        self._limit = buffer_limit or self.model["buffer"]
        self._buffer: deque[bytes] = deque()
        self._overflowed = False
        self._holds = False
        self._is_held = False
        self._is_open = True  # until the client says goodbye
        self._keepalive_s = 0.0
        self._events: deque[bytes] = deque()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._drop = threading.Event()
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port = self._listener.getsockname()[1]
        self._ids = 0
        self._thread = threading.Thread(target=self._serve, name="llrp-reader", daemon=True)

    def __enter__(self) -> LlrpReader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(WAIT_S)
        self._listener.close()

    # -- what happens around the reader -----------------------------------------------------

    def show(self, epc: str, *, antenna: int = 1, rssi_dbm: int = -50, reads: int = 1) -> None:
        """A tag in the field is read so many times; nothing is seen while no ROSpec is active."""
        with self._lock:
            if self.spec is None or self.spec[2] != 2:
                return
            for _ in range(reads):
                if len(self._buffer) >= self._limit:
                    self._overflowed = True
                    return
                self._buffer.append(tag_report(epc, antenna, rssi_dbm, int(time.time() * 1e6)))

    def tell(self, kind: int, body: bytes) -> None:
        """An event parameter of a type, e.g. 248 for an input."""
        with self._lock:
            self._events.append(event(kind, body))

    def disconnect(self) -> None:
        """The connection breaks; the reader goes on."""
        self._drop.set()

    def reboot(self) -> None:
        """All is forgotten, the connection breaks."""
        with self._lock:
            self.spec, self._holds, self._keepalive_s = None, False, 0.0
            self._buffer.clear()
        self.disconnect()

    def wait_reading(self) -> None:
        """Until a client reads tags."""
        if not wait_until(lambda: self.spec is not None and self.spec[2] == 2 and 64 in self.asked, WAIT_S):
            raise TimeoutError(f"no client reads tags; asked so far: {self.asked}")

    # -- one client at a time ---------------------------------------------------------------

    def _serve(self) -> None:
        self._listener.settimeout(STEP_S)
        while not self._stop.is_set():
            try:
                link, _ = self._listener.accept()
            except TimeoutError:
                continue
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._drop.clear()
            self.sessions += 1
            with link:
                try:
                    self._talk(link)
                except OSError:
                    pass

    def _talk(self, link: socket.socket) -> None:
        self._is_held, self._is_open = self._holds, True
        if not self.faults.never_greets:
            self._send(link, message(63, self._next(), event(256, struct.pack(">H", self.faults.attempt))))
            if self.faults.attempt:
                return
        buffer, last_alive = b"", time.monotonic()
        while not (self._stop.is_set() or self._drop.is_set()):
            if select.select([link], [], [], STEP_S)[0]:
                data = link.recv(65536)
                buffer = self._answer_all(link, buffer + data)
                if not data or not self._is_open:
                    return
            if self.faults.is_silent:
                continue
            if self._keepalive_s and time.monotonic() - last_alive >= self._keepalive_s:
                last_alive = time.monotonic()
                self._send(link, message(62, self._next()))
            self._report(link)

    def _answer_all(self, link: socket.socket, buffer: bytes) -> bytes:
        """Answer each whole message; what is left of the bytes."""
        while len(buffer) >= 10 and self._is_open:
            head, length, number = struct.unpack(">HII", buffer[:10])
            if len(buffer) < length:
                break
            body, buffer = buffer[10:length], buffer[length:]
            self._answer(link, head & 0x3FF, number, body)
        return buffer

    def _report(self, link: socket.socket) -> None:
        with self._lock:
            told, self._events = list(self._events), deque()
            if self._overflowed and not self._is_held:
                told.append(event(251, b""))
                self._overflowed = False
            tags = [] if self._is_held else [self._buffer.popleft() for _ in range(len(self._buffer))]
        for body in told:
            self._send(link, message(63, self._next(), body))
        if tags and self.faults.prefix:
            prefix, self.faults.prefix = self.faults.prefix, b""
            self._send(link, prefix)
        for tag in tags:  # each read at once, as the ROReportSpec asks
            self._send(link, message(61, self._next(), tag))

    def _answer(self, link: socket.socket, kind: int, number: int, body: bytes) -> None:
        self.asked.append(kind)
        if kind == 72:
            self.acked.append(number)
        elif kind in (60, 64):
            self._is_held = False
        elif kind in self.faults.error:
            self._send(link, message(100, number, status_param(100, "not now")))
        else:
            refused = self.faults.refuse.get(kind, 0)
            with self._lock:
                code, more = (refused, b"") if refused else self._do(kind, body)
            answer = status_param(code, "no" if code else "") + more
            self._send(link, message(_ANSWERS.get(kind, 100), number, answer))
            self._is_open = kind != 14

    def _do(self, kind: int, body: bytes) -> tuple[int, bytes]:
        """Carry out a request; its LLRP status and what follows the status."""
        code, more = 0, b""
        match kind:
            case 1:
                more = capabilities(self.model)
            case 3:
                self._configure(body)
            case 20:
                code = self._add(body)
            case 21:
                self.spec = None
            case 22 | 24:
                code = self._begin(body)
            case 26:
                more = b"" if self.spec is None else ro_specs_of(self.spec)
            case 41 | 14:
                pass
            case _:
                code = 109  # M_UnsupportedMessage
        return code, more

    def _begin(self, body: bytes) -> int:
        if self.spec is None or body != self.spec[0].to_bytes(4, "big"):
            return 101
        self.spec = (self.spec[0], self.spec[1], 2)
        return 0

    def _configure(self, body: bytes) -> None:
        for kind, value in params(body[1:]):
            if kind == 220:
                self._keepalive_s = struct.unpack(">BI", value)[1] / 1000
            elif kind == 226:
                self._holds = bool(value[0] & 0x80)
            elif kind == 219:
                port, level = struct.unpack(">HB", value)
                self.outputs[port] = bool(level & 0x80)

    def _add(self, body: bytes) -> int:
        specs = [value for kind, value in params(body) if kind == 177]
        if len(specs) != 1 or (self.spec is not None and self.model["ro_specs"] == 1):
            return 100
        spec_id, _, state = struct.unpack(">IBB", specs[0][:6])
        if not spec_id or state:
            return 100
        self.spec = (spec_id, specs[0], 0)
        return 0

    def _send(self, link: socket.socket, data: bytes) -> None:
        if not self.faults.is_chopped:
            link.sendall(data)
            return
        for n in range(len(data)):
            link.sendall(data[n : n + 1])

    def _next(self) -> int:
        self._ids += 1
        return self._ids


_ANSWERS = {1: 11, 3: 13, 14: 4, 20: 30, 21: 31, 22: 32, 24: 34, 26: 36, 41: 51}
