"""An RFID reader at a chute or shelf: each bin that comes is one read, however often its tag is read (RFID design 1.4).

One thread: it connects, runs the session, and offers arrivals. A tag whose arrival could not be stored arrives again.
"""

from __future__ import annotations

import select
import socket
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

from drivers.base import HEARTBEAT_S, STOP_LATENCY_S, Backoff, DeviceContext, DeviceHealth, Sink, wait_beating
from drivers.buffered_socket import disable_delay
from drivers.llrp.event import Notice
from drivers.llrp.frame import Deframer, Frame, LostFrameError
from drivers.llrp.message import Inventory
from drivers.llrp.report import TagReport
from drivers.llrp.session import Session, SessionError
from drivers.llrp.settings import LlrpSettings
from drivers.rfid_clock import ReaderClock
from drivers.rfid_outlet import open_outlet
from gateway.clock import Clock
from gateway.errors import TransientDeviceError
from gateway.model import Verdict
from gateway.tag import OVERFLOWED, InputEdge, TagRead

RECONNECT_FIRST_S = 5.0  # a reader frees its one connection only after a while
RECONNECT_LIMIT_S = 60.0
CONNECT_TIMEOUT_S = 5.0
GOOD_SESSION_MS = 30_000  # after one that read for so long the delays begin anew
READ_BYTES = 65_536
REPORT_TAGS = 1  # each read at once; 0 would mean "at the end", and there is none


class LlrpReader:
    """One reader."""

    def __init__(self, settings: LlrpSettings, context: DeviceContext) -> None:
        self.id = settings.id
        self._settings = settings
        self._clock: Clock = context.clock
        self._place = f"{settings.host}:{settings.port}"
        self._counters: Counter[str] = Counter()
        self._outlet = open_outlet(settings, context, self._counters)
        self._reader_clock = ReaderClock()
        self._antennas_off: set[int] = set()

    def run(self, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> None:
        backoff = Backoff(RECONNECT_FIRST_S, RECONNECT_LIMIT_S)
        while not stop.is_set():
            began_ms = self._clock.mono_ms()
            try:
                self._serve(stop, sink, health)
            except (TransientDeviceError, SessionError, LostFrameError, OSError) as error:
                if self._clock.mono_ms() - began_ms >= GOOD_SESSION_MS:
                    backoff.reset()
                self._counters["reconnects"] += 1
                down = DeviceHealth(False, f"{self._place}: {error}", dict(self._counters))
                wait_beating(stop, backoff.next_s(), partial(health, down))

    def notify(self, verdict: Verdict) -> None:
        """A reader without outputs shows nothing; a light at the station does."""

    # -- inner -----------------------------------------------------------------------------

    def _serve(self, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> None:
        """One connection, from the greeting to its end."""
        with self._connect() as link:
            session = self._open_session()
            try:
                self._talk(link, session, stop, sink, health)
            finally:
                if session.is_reading:
                    self._outlet.cut()
            session.close()
            link.sendall(session.take_output())

    def _talk(
        self,
        link: socket.socket,
        session: Session,
        stop: threading.Event,
        sink: Sink,
        health: Callable[[DeviceHealth], None],
    ) -> None:
        deframer, beat_ms, is_looking = Deframer(), 0, False
        while not stop.is_set():
            for frame in deframer.feed(_receive(link)):
                self._take(session, frame, sink)
            session.tick(self._now())
            link.sendall(session.take_output())
            if session.is_reading and not is_looking:
                is_looking = True
                self._outlet.look()
            if self._now() >= beat_ms:
                beat_ms = self._now() + int(HEARTBEAT_S * 1000)
                if is_looking:
                    self._outlet.tick()
                health(self._health(session))

    def _connect(self) -> socket.socket:
        settings = self._settings
        try:
            link = socket.create_connection((settings.host, settings.port), CONNECT_TIMEOUT_S)
        except OSError as error:
            why = error.strerror or error
            raise TransientDeviceError(f"cannot connect ({why}): check power, cable and address") from error
        disable_delay(link)
        return link

    def _open_session(self) -> Session:
        settings = self._settings
        wanted = Inventory(
            settings.antennas, settings.power_cdbm, settings.session, settings.tag_population, REPORT_TAGS
        )
        return Session(wanted, settings.keepalive_s * 1000, (), self._now())

    def _take(self, session: Session, frame: Frame, sink: Sink) -> None:
        now_ms = self._now()
        tags, notices = session.take(frame, now_ms)
        if tags:
            self._reader_clock.learn(max(tag.last_us for tag in tags), now_ms)
            self._outlet.take(sink, [self._read(tag, now_ms) for tag in tags])
        self._note(notices)

    def _read(self, tag: TagReport, now_ms: int) -> TagRead:
        to_ms = self._reader_clock.to_ms
        rssi_cdbm = None if tag.rssi_dbm is None else tag.rssi_dbm * 100
        first_ms, last_ms = to_ms(tag.first_us, now_ms), to_ms(tag.last_us, now_ms)
        return TagRead(tag.epc, tag.antenna, rssi_cdbm, tag.count, first_ms, last_ms, tag.channel)

    def _now(self) -> int:
        return self._clock.mono_ms()

    def _edge_ms(self, notice: Notice) -> int:
        return self._reader_clock.to_ms(notice.at_us, self._now())

    def _note(self, notices: list[Notice]) -> None:
        for notice in notices:
            if notice.kind == "attempt":
                self._reader_clock.set(notice.at_us, self._now())
            elif notice.kind == "input":
                self._outlet.edge(InputEdge(notice.number, notice.is_on, self._edge_ms(notice)))
            elif notice.kind == "overflow":
                self._outlet.lost(OVERFLOWED)
            elif notice.kind == "antenna":
                (self._antennas_off.discard if notice.is_on else self._antennas_off.add)(notice.number)
            elif notice.kind == "exception":
                self._counters["reader_exceptions"] += 1

    def _health(self, session: Session) -> DeviceHealth:
        alarms = {f"antenna {port}": "not connected: check its cable" for port in sorted(self._antennas_off)}
        alarms |= self._outlet.alarms()
        state = "reading" if session.is_reading else "setting up"
        has = session.capabilities
        text = f"{state} at {self._place}, {self._outlet.state()}"
        if has.firmware:
            text += f" (maker {has.maker}, model {has.model}, {has.firmware})"
        counters = {**self._counters, "damaged_reports": session.damaged}
        return DeviceHealth(True, text, counters, alarms)


def _receive(link: socket.socket) -> bytes:
    """What came within a moment; TransientDeviceError when the reader closed the connection."""
    if not select.select([link], [], [], STOP_LATENCY_S)[0]:
        return b""
    data = link.recv(READ_BYTES)
    if not data:
        raise TransientDeviceError("the reader closed the connection")
    return data
