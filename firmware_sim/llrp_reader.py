"""A fixed RFID reader that speaks LLRP over TCP or TLS, as an Impinj R420 or a Zebra FX9600 does.

Written from the standard alone and without the gateway's codec, so that the two cannot share a mistake. It talks to
one client at a time and turns others away, goes on reading and keeps its reports while nobody is connected, and
misbehaves on command (`Faults`).
"""

from __future__ import annotations

import select
import socket
import ssl
import struct
import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from firmware_sim.llrp_model import MODELS, TagSeen
from firmware_sim.llrp_state import ACTIVE, ReaderState
from firmware_sim.llrp_wire import message, status_param
from firmware_sim.port import LOOPBACK, wait_until

WAIT_S = 10.0
STEP_S = 0.02
MISSED_ACKS = 5  # a client that answers so many keep-alives in a row not is gone, whatever it has asked for
HEARD_LIMIT = 1000  # messages of the client that are kept, the newest
BATCH_BYTES = 32_768  # of messages that leave together
CLIENT_CONNECTED, ANOTHER_TRIED = 2, 4


@dataclass
class Faults:
    """What goes wrong, until it is set back."""

    attempt: int = 0  # status of the greeting; 2: a client is connected already
    attempts: int = 0  # how often `attempt` is told; 0: always
    never_greets: bool = False
    refuse: dict[int, int] = field(default_factory=dict)  # message type -> LLRP status of its answer
    error: set[int] = field(default_factory=set)  # message types answered with ERROR_MESSAGE
    unanswered: set[int] = field(default_factory=set)  # message types that nothing is said to
    is_silent: bool = False  # no keep-alives and no reports, the connection stays
    is_chopped: bool = False  # one byte a segment
    prefix: bytes = b""  # sent once before the next report: an unknown message, rubbish
    half: bool = False  # once: the next report stops in the middle, then the connection breaks
    empties: int = 0  # so many empty reports before the next one


class LlrpReader:
    """Usable as a context manager; listens on a free loopback port, or on the one that is given."""

    def __init__(
        self,
        model: str = "R420",
        *,
        buffer_limit: int | None = None,
        has_utc: bool = True,
        speaks_1_1: bool = False,
        tls: ssl.SSLContext | None = None,
        port: int = 0,
    ) -> None:
        self.model = MODELS[model]
        self.faults = Faults()
        self.sessions = 0  # clients greeted
        self.turned_away = 0  # others that came meanwhile
        self.acked: list[int] = []  # ids of answered keep-alives
        self.asked: list[int] = []  # types of messages received
        self.versions: set[int] = set()  # of these messages
        self.heard: deque[bytes] = deque(maxlen=HEARD_LIMIT)  # these messages as they came
        self.sent_reports = 0
        limit = buffer_limit or self.model.buffer
        self.state = ReaderState(self.model, buffer_limit=limit, has_utc=has_utc, speaks_1_1=speaks_1_1)
        self._tls = tls
        self._is_held = False
        self._is_open = True  # until the client says goodbye
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._drop = threading.Event()
        self._listener = socket.create_server((LOOPBACK, port))
        self.port = self._listener.getsockname()[1]
        self._is_talking = False
        self._ids = 0
        self._missed = 0
        self._thread = threading.Thread(target=self._serve, name="llrp-reader", daemon=True)

    def __enter__(self) -> LlrpReader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(WAIT_S)
        self._listener.close()

    # -- what happens around the reader -----------------------------------------------------

    def report(self, tags: Iterable[TagSeen]) -> int:
        """Tags are read, each a report of its own; how many. None is seen while no ROSpec is active."""
        with self._lock:
            return self.state.see(tags)

    def show(self, epc: str, *, antenna: int = 1, rssi_dbm: int = -50, reads: int = 1) -> None:
        """A tag in the field is read so many times."""
        self.report([TagSeen(epc, antenna, rssi_dbm * 100)] * reads)

    def set_input(self, port: int, *, is_on: bool) -> None:
        """A light curtain at an input is broken, or whole again."""
        with self._lock:
            self.state.set_input(port, is_on=is_on)

    def tell(self, kind: int, body: bytes) -> None:
        """An event parameter of a type, e.g. 255 for an antenna."""
        with self._lock:
            self.state.tell(kind, body)

    def stop_spec(self) -> None:
        """The reader ends what it was told to do by itself."""
        with self._lock:
            self.state.stop_spec()

    @property
    def outputs(self) -> dict[int, bool]:
        """Its output ports."""
        return self.state.outputs

    @property
    def is_reading(self) -> bool:
        """Whether an ROSpec is active."""
        return any(state == ACTIVE for _, state in list(self.state.specs.values()))

    def disconnect(self) -> None:
        """The connection breaks, and has broken when this returns; the reader goes on."""
        self._drop.set()
        wait_until(lambda: not self._drop.is_set() or not self._is_talking, WAIT_S)

    def reboot(self) -> None:
        """All is forgotten, the connection breaks."""
        with self._lock:
            self.state.start()
        self.disconnect()

    def wait_reading(self) -> None:
        """Until a client reads tags."""
        if not wait_until(lambda: self.is_reading and 64 in self.asked, WAIT_S):
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
            self._is_talking = True
            try:
                with self._secured(link) as secured:
                    self.sessions += 1
                    self._talk(secured)
            except OSError:
                link.close()
            finally:
                self._is_talking = False

    def _secured(self, link: socket.socket) -> socket.socket:
        if self._tls is None:
            return link
        link.settimeout(WAIT_S)
        return self._tls.wrap_socket(link, server_side=True)

    def _talk(self, link: socket.socket) -> None:
        self._is_held, self._is_open, self._missed = self.state.holds, True, 0
        self.state.connected()
        if not self.state.holds:
            with self._lock:
                self.state.take_reports()  # nobody asked to keep them
        if not self._greet(link):
            return
        buffer, last_alive = b"", time.monotonic()
        while not (self._stop.is_set() or self._drop.is_set()):
            ready, _, _ = select.select([link, self._listener], [], [], STEP_S)
            if self._listener in ready:
                self._turn_away(link)
            if link in ready:
                data = link.recv(65536)
                while isinstance(link, ssl.SSLSocket) and link.pending():
                    data += link.recv(65536)
                buffer = self._answer_all(link, buffer + data)
                if not data or not self._is_open:
                    return
            if not self.faults.is_silent:
                last_alive = self._live(link, last_alive)
                self._report(link)

    def _live(self, link: socket.socket, last_s: float) -> float:
        """Say so when it is time; when it was said last. A client that never answers is given up."""
        if not self.state.keepalive_s or time.monotonic() - last_s < self.state.keepalive_s:
            return last_s
        self._missed += 1
        if self._missed > (self.state.link_limit or MISSED_ACKS):
            raise OSError("the client answers no keep-alives")
        self._send(link, message(62, self._next()))
        return time.monotonic()

    def _greet(self, link: socket.socket) -> bool:
        faults, attempt = self.faults, self.faults.attempt
        if attempt and faults.attempts:
            faults.attempts -= 1
            if not faults.attempts:
                faults.attempt = 0
        if not faults.never_greets:
            told = self.state.event(256, struct.pack(">H", attempt))
            self._send(link, message(63, self._next(), told))
        return not attempt

    def _turn_away(self, link: socket.socket) -> None:
        """Somebody else comes: he is told no, and the client is told of him."""
        other, _ = self._listener.accept()
        with other:
            self.turned_away += 1
            told = self.state.event(256, struct.pack(">H", CLIENT_CONNECTED))
            try:
                other.sendall(message(63, self._next(), told))
            except OSError:
                pass
        self._send(link, message(63, self._next(), self.state.event(256, struct.pack(">H", ANOTHER_TRIED))))

    def _answer_all(self, link: socket.socket, buffer: bytes) -> bytes:
        """Answer each whole message; what is left of the bytes."""
        while len(buffer) >= 10 and self._is_open:
            head, length, number = struct.unpack(">HII", buffer[:10])
            if len(buffer) < length:
                break
            self.heard.append(buffer[:length])
            body, buffer = buffer[10:length], buffer[length:]
            self._answer(link, head & 0x3FF, number, body, head >> 10 & 7)
        return buffer

    def _answer(self, link: socket.socket, kind: int, number: int, body: bytes, version: int) -> None:
        self.asked.append(kind)
        self.versions.add(version)
        faults = self.faults
        if kind == 72:
            self.acked.append(number)
            self._missed = 0
        elif kind == 60:
            self._report(link, is_asked=True)
        elif kind == 64:
            self._is_held = False
        elif kind in faults.error:
            self._send(link, message(100, number, status_param(100, "not now")))
        elif kind not in faults.unanswered:
            with self._lock:
                answer, told = self.state.answer(kind, body, version)
            if kind in faults.refuse:
                answer, told = _CUSTOM_ANSWER if kind == 1023 else answer, status_param(faults.refuse[kind], "no")
            self._send(link, message(answer, number, told, self.state.version))
            self._is_open = kind != 14

    def _report(self, link: socket.socket, *, is_asked: bool = False) -> None:
        with self._lock:
            events, reports = [], []
            if not self._is_held:
                events = list(self.state.events)
                self.state.events.clear()
            if is_asked or not self._is_held:
                reports = self.state.take_reports()
        for body in events:
            self._send(link, message(63, self._next(), body))
        if reports:
            self._misbehave(link, reports)
        batch = b""
        for report in reports:  # each read at once, as the ROReportSpec asks
            batch += message(61, self._next(), report)
            self.sent_reports += 1
            if len(batch) >= BATCH_BYTES:
                self._send(link, batch)
                batch = b""
        if batch:
            self._send(link, batch)

    def _misbehave(self, link: socket.socket, reports: list[bytes]) -> None:
        faults = self.faults
        for _ in range(faults.empties):
            self._send(link, message(61, self._next()))
        faults.empties = 0
        if faults.prefix:
            prefix, faults.prefix = faults.prefix, b""
            self._send(link, prefix)
        if faults.half:
            faults.half = False
            whole = message(61, self._next(), reports[0])
            self._send(link, whole[: len(whole) // 2])
            with self._lock:
                self.state.reports.extendleft(reversed(reports))  # it was never sent
            raise OSError("the connection breaks")

    def _send(self, link: socket.socket, data: bytes) -> None:
        if not self.faults.is_chopped:
            link.sendall(data)
            return
        for n in range(len(data)):
            link.sendall(data[n : n + 1])

    def _next(self) -> int:
        self._ids += 1
        return self._ids


_CUSTOM_ANSWER = 100  # a custom message is refused by ERROR_MESSAGE
