"""An RFID reader by LLRP, at a chute or shelf or at a portal (RFID design 1.4).

One thread: it connects, runs the session, hands on what was read, and switches the lamps at the reader's ports.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

from drivers.base import HEARTBEAT_S, STOP_LATENCY_S, Backoff, DeviceContext, DeviceHealth, Sink, wait_beating
from drivers.llrp.event import ANOTHER_CLIENT, Notice
from drivers.llrp.frame import Deframer, LostFrameError
from drivers.llrp.light import ReaderLight
from drivers.llrp.link import Link, connect
from drivers.llrp.ro_spec import Inventory
from drivers.llrp.session import Session, SessionError, Wishes
from drivers.llrp.settings import LlrpSettings
from drivers.rfid_outlet import open_outlet
from gateway.clock import Clock
from gateway.errors import TransientDeviceError
from gateway.model import Verdict
from gateway.tag import DAMAGED, OVERFLOWED, InputEdge

RECONNECT_FIRST_S = 0.5
RECONNECT_LIMIT_S = 30.0
IN_USE_FIRST_S = 5.0  # a reader frees its one connection only after a while
IN_USE_LIMIT_S = 60.0
IN_USE_ALARM = 5  # refusals in a row until a person is told
GOOD_SESSION_MS = 30_000  # after one that read for so long the delays begin anew
GOODBYE_S = 1.0  # how long the answer to it is waited for, and what was under way is still taken
REPORT_TAGS = 1  # each read at once; 0 would mean "at the end", and there is none


class LlrpReader:
    """One reader."""

    def __init__(self, settings: LlrpSettings, context: DeviceContext) -> None:
        self.id = settings.id
        self._settings = settings
        self._context = context
        self._clock: Clock = context.clock
        self._place = f"{settings.host}:{settings.port}"
        self._counters: Counter[str] = Counter()
        self._light = ReaderLight(settings.outputs, context.clock)
        self._outlet = open_outlet(settings, context, self._counters, self.notify)
        self._is_looking = False
        self._looking_since_ms = 0
        self._damaged = 0  # of the present session, as told already
        self._refused_in_a_row = 0
        self._outputs_mistake = ""
        self._antennas_off: set[int] = set()

    def run(self, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> None:
        usual = Backoff(RECONNECT_FIRST_S, RECONNECT_LIMIT_S)
        in_use = Backoff(IN_USE_FIRST_S, IN_USE_LIMIT_S)
        while not stop.is_set():
            self._looking_since_ms = 0
            backoff = usual
            try:
                self._serve(stop, sink, health)
            except (TransientDeviceError, SessionError, LostFrameError, OSError) as error:
                if isinstance(error, SessionError) and error.is_in_use:
                    self._refused_in_a_row += 1
                    backoff = in_use
                if self._looking_since_ms and self._now() - self._looking_since_ms >= GOOD_SESSION_MS:
                    usual.reset()
                    in_use.reset()
                self._counters["reconnects"] += 1
                down = DeviceHealth(False, f"{self._place}: {error}", dict(self._counters), self._alarms())
                wait_beating(stop, backoff.next_s(), partial(health, down))

    def notify(self, verdict: Verdict) -> None:
        """Lamps at the reader show it, where there are any."""
        self._light.tell(verdict)

    # -- one connection --------------------------------------------------------------------

    def _serve(self, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> None:
        """From the greeting to the end."""
        link = connect(self._settings, self._context)
        session, deframer = self._open_session(), Deframer()
        self._light.forget()
        self._damaged = 0
        try:
            beat_ms = 0
            while not stop.is_set():
                self._turn(link, session, deframer, sink)
                if self._now() >= beat_ms:
                    beat_ms = self._now() + int(HEARTBEAT_S * 1000)
                    if self._is_looking:
                        self._outlet.tick()
                    health(self._health(session))
            self._leave(link, session, deframer, sink)
        finally:
            link.close()
            self._look(is_looking=False)

    def _turn(self, link: Link, session: Session, deframer: Deframer, sink: Sink) -> None:
        wait_ms = self._light.change_ms(self._now())
        wait_s = STOP_LATENCY_S if wait_ms is None else min(STOP_LATENCY_S, wait_ms / 1000)
        self._take(session, deframer, link.receive(self._light.wake, wait_s), sink)
        session.tick(self._now())
        if session.is_reading:
            changes = self._light.changes(self._now())
            if changes:
                session.set_outputs(changes)
        link.send(session.take_output())

    def _leave(self, link: Link, session: Session, deframer: Deframer, sink: Sink) -> None:
        """Lamps off and goodbye; what was under way is taken, for the reader has forgotten it."""
        lit = self._light.dark()
        if lit:
            session.set_outputs(lit)
        session.close()
        link.send(session.take_output())
        until_ms = self._now() + int(GOODBYE_S * 1000)
        try:
            while self._now() < until_ms:
                self._take(session, deframer, link.receive(self._light.wake), sink)
        except (SessionError, TransientDeviceError, LostFrameError, OSError):
            return  # answered, or gone

    def _open_session(self) -> Session:
        keys = self._settings
        inventory = Inventory(
            keys.antennas, keys.power_cdbm, keys.session, keys.tag_population, REPORT_TAGS, keys.rf_mode
        )
        wishes = Wishes(
            inventory, keys.keepalive_s * 1000, watches_inputs=self._context.tag_sink is not None,
            probes_version=keys.version_probe,
        )  # fmt: skip
        return Session(wishes, self._now())

    # -- what came -------------------------------------------------------------------------

    def _take(self, session: Session, deframer: Deframer, data: bytes, sink: Sink) -> None:
        """Whole frames in order; what was good before something that ends the connection is handed on first."""
        lost: LostFrameError | None = None
        try:
            frames = deframer.feed(data) if data else []
        except LostFrameError as error:
            frames, lost = error.frames, error
        now_ms = self._now()
        try:
            for frame in frames:
                notices = session.take(frame, now_ms)
                if notices:
                    self._hand_on(session, sink)
                    for notice in notices:
                        self._note(notice)
        finally:
            self._hand_on(session, sink)
        if lost is not None:
            raise lost

    def _hand_on(self, session: Session, sink: Sink) -> None:
        reads = session.take_reads()
        if reads and not self._is_looking:
            self._look(is_looking=True)  # an ROSpec of before reads while the reader is still being set up
        if reads:
            self._outlet.take(sink, reads)
        if session.is_reading is not self._is_looking and (session.is_set_up or session.is_reading):
            self._look(is_looking=session.is_reading)
        if session.damaged > self._damaged:
            self._outlet.lost(DAMAGED, session.damaged - self._damaged)
            self._damaged = session.damaged

    def _look(self, *, is_looking: bool) -> None:
        if is_looking is self._is_looking:
            return
        self._is_looking = is_looking
        if is_looking:
            self._looking_since_ms = self._now()
            self._refused_in_a_row = 0
            self._outlet.look()
        else:
            self._outlet.cut()

    def _note(self, notice: Notice) -> None:
        if notice.kind == "input":
            self._outlet.edge(InputEdge(notice.number, notice.is_on, notice.at_ms))
        elif notice.kind == "overflow":
            self._outlet.lost(OVERFLOWED)
        elif notice.kind == "antenna":
            (self._antennas_off.discard if notice.is_on else self._antennas_off.add)(notice.number)
        elif notice.kind == "refused":
            self._outputs_mistake = notice.text or f"status {notice.number}"
        elif notice.kind == "attempt" and notice.number == ANOTHER_CLIENT:
            self._counters["other_clients"] += 1
        elif notice.kind in _COUNTED:
            self._counters[_COUNTED[notice.kind]] += 1

    # -- what is told ----------------------------------------------------------------------

    def _now(self) -> int:
        return self._clock.mono_ms()

    def _alarms(self) -> dict[str, str]:
        alarms = {f"antenna {port}": "not connected: check its cable" for port in sorted(self._antennas_off)}
        if self._refused_in_a_row >= IN_USE_ALARM:
            alarms["connection"] = "another client holds the reader: end it, or start the reader again"
        if self._outputs_mistake:
            alarms["outputs"] = f"the reader refused to switch its ports: {self._outputs_mistake}; check `outputs`"
        return alarms | self._outlet.alarms()

    def _health(self, session: Session) -> DeviceHealth:
        state = "reading" if session.is_reading else "setting up"
        has = session.capabilities
        text = f"{state} at {self._place}, {self._outlet.state()}"
        if has.firmware:
            text += f" ({session.maker.name} model {has.model}, {has.firmware})"
        return DeviceHealth(True, text, {**self._counters, "damaged_reports": session.damaged}, self._alarms())


# What is counted and no more, by the name of its counter.
_COUNTED = {"exception": "reader_exceptions", "warning": "buffer_warnings", "stopped": "ro_spec_ends"}
