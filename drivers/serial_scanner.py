"""A barcode scanner on a serial line: frames in, and ACK, NAK, light and tone out after the commit."""

from __future__ import annotations

import logging
import select
import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

from drivers.base import HEARTBEAT_S, STOP_LATENCY_S, Backoff, DeviceContext, DeviceHealth, Sink
from drivers.framing import Frame, FrameFault, Framer
from drivers.serial_port import SerialPort
from drivers.serial_settings import SerialSettings, to_bytes
from gateway.clock import Clock
from gateway.errors import TransientDeviceError
from gateway.ids import new_id
from gateway.model import Read, Rejection, Status, Verdict
from gateway.wake import Wake

UNANSWERED_LIMIT = 64  # frames of one connection without a verdict; the next ones are refused at once
NOTICE_LIMIT = 16  # news for the device not yet written; the oldest goes first
PATIENCE_PERCENT = 90  # of a scanner's response time-out: ours began when its last byte was here, its own before
REOPEN_FIRST_S = 0.1
REOPEN_LIMIT_S = HEARTBEAT_S

NOT_TAKEN = Verdict(Status.FAILED, "NOT_STORED", "The scan could not be stored; scan again")

_LOG = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Pending:
    """A frame handed on, and its verdict once there is one."""

    give_up_ms: int | None  # when the scanner no longer waits for its answer; None: it always does
    verdict: Verdict | None = None


class SerialScanner:
    """One configured scanner; outlives any number of unpluggings."""

    def __init__(self, settings: SerialSettings, context: DeviceContext) -> None:
        self.id = settings.id
        self._settings = settings
        self._clock: Clock = context.clock
        self._counters: Counter[str] = Counter()
        self._wake = Wake()
        self._notices: deque[Verdict] = deque(maxlen=NOTICE_LIMIT)

    def run(self, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> None:
        backoff = Backoff(REOPEN_FIRST_S, REOPEN_LIMIT_S)
        reason = ""
        while not stop.is_set():
            try:
                port = SerialPort(self._settings)
            except TransientDeviceError as error:
                reason = str(error)
            else:
                backoff.reset()
                self._counters["connects"] += 1
                reason = self._serve(port, stop, sink, health)
            if not stop.is_set():
                health(DeviceHealth(False, reason, dict(self._counters)))
                stop.wait(backoff.next_s())

    def notify(self, verdict: Verdict) -> None:
        """Light and tone without ACK or NAK: the device is not waiting for an answer to a frame."""
        self._notices.append(verdict)
        self._wake.set()

    def _serve(
        self, port: SerialPort, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]
    ) -> str:
        """Work on one connection until it ends; returns why it ended."""
        connection = ScannerConnection(self._settings, self._clock, port, self._wake, sink, self._counters)
        beat_ms = 0
        try:
            connection.begin()
            while not stop.is_set():
                now_ms = self._clock.mono_ms()
                if now_ms >= beat_ms:
                    beat_ms = now_ms + int(HEARTBEAT_S * 1000)
                    port.check_node()
                    health(DeviceHealth(True, f"connected to {self._settings.port}", dict(self._counters)))
                connection.step(self._notices)
            return ""
        except TransientDeviceError as error:
            return str(error)
        finally:
            connection.end()
            port.close()


class ScannerConnection:
    """From one opening of the line to its end. A verdict that comes later answers nobody."""

    def __init__(
        self,
        settings: SerialSettings,
        clock: Clock,
        port: SerialPort,
        wake: Wake,
        sink: Sink,
        counters: Counter[str],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._port = port
        self._wake = wake
        self._sink = sink
        self._counters = counters
        self._framer = Framer(settings.rule())
        self._lock = threading.Lock()  # over the next two lines and whatever is written to the port
        self._pending: list[Pending] = []  # in the order of their frames, until answered
        self._is_open = True
        self._answers = answers = settings.answers
        self._ack, self._nak = to_bytes(answers.ack), to_bytes(answers.nak)
        self._good, self._bad = to_bytes(answers.good), to_bytes(answers.bad) + to_bytes(answers.rearm)
        self._patience_ms = answers.response_timeout_ms * PATIENCE_PERCENT // 100

    def begin(self) -> None:
        """The line is open: send what the scanner needs to work."""
        with self._lock:
            self._write(to_bytes(self._answers.connect))

    def step(self, notices: deque[Verdict]) -> None:
        """Wait for bytes, verdicts, news or silence, at most STOP_LATENCY_S, and handle what came."""
        line = self._port.fileno()
        writers = [line] if self._port.wants_write else []
        readable, writable, _ = select.select([line, self._wake.fileno()], writers, [], self._timeout_s())
        if line in readable:
            self._take(self._framer.feed(self._port.read(), self._clock.mono_ms()))
        else:
            self._take(self._framer.expire(self._clock.mono_ms()))
        self._wake.clear()
        with self._lock:
            if writable:
                self._port.flush()
            self._send_answers()
            self._send_news(notices)

    def end(self) -> None:
        """The line is closed: what was half received is evidence, and later verdicts are not written."""
        self._take(self._framer.abort())
        with self._lock:
            self._is_open = False
            self._counters["late_answers"] += len(self._pending)
            self._pending.clear()

    def offer(self, read: Read, pending: Pending) -> None:
        """The only place where a frame meets its answer: after the verdict, never before."""

        def answer(verdict: Verdict) -> None:
            pending.verdict = verdict
            self._answer_at_once()

        try:
            self._sink.offer(read, answer)
        except Exception:  # noqa: BLE001  the person must see red, and the next scan must be read
            _LOG.exception("%s: a frame could not be handed on", self._settings.id)
            answer(NOT_TAKEN)

    def _answer_at_once(self) -> None:
        """Write from the thread that brings the verdict: waking ours would cost a person most of the wait.

        The port never blocks. What it does not take, and a line that broke, are left to our own thread.
        """
        try:
            with self._lock:
                if self._is_open:
                    self._send_answers()
                is_left = self._port.wants_write
        except TransientDeviceError:
            is_left = True
        if is_left:
            self._wake.set()

    def _timeout_s(self) -> float:
        deadline_ms = self._framer.deadline_ms
        if deadline_ms is None:
            return STOP_LATENCY_S
        return min(STOP_LATENCY_S, max(0.0, (deadline_ms - self._clock.mono_ms()) / 1000))

    def _take(self, frames: list[Frame]) -> None:
        for frame in frames:
            self._counters["frames" if frame.fault is None else "damaged_frames"] += 1
            patience_ms = self._patience_ms
            pending = Pending(self._clock.mono_ms() + patience_ms if patience_ms else None)
            with self._lock:
                self._pending.append(pending)
                is_too_much = len(self._pending) > UNANSWERED_LIMIT
            if is_too_much:
                self._counters["refused_frames"] += 1
                pending.verdict = NOT_TAKEN
            else:
                self.offer(self._read(frame), pending)

    def _read(self, frame: Frame) -> Read:
        clock = self._clock
        wall_ms = clock.wall_ms()
        return Read(
            id=new_id(wall_ms),
            device=self._settings.id,
            station=self._settings.station,
            data=frame.data,
            aim=frame.aim,
            wall_ms=wall_ms,
            mono_ms=clock.mono_ms(),
            boot=clock.boot,
            quality=clock.quality(),
            fault=None if frame.fault is None else _rejection(frame, frame.fault, self._settings),
        )

    def _send_answers(self) -> None:
        """Answer what has a verdict; a scanner that waits for ACK gets them in the order of its frames.

        One that has given up has shown an error by itself, and would take our answer for that of its next code.
        """
        waiting: list[Pending] = []
        now_ms = self._clock.mono_ms()
        for n, pending in enumerate(self._pending):
            if pending.give_up_ms is not None and now_ms >= pending.give_up_ms:
                self._counters["late_answers"] += 1
            elif pending.verdict is not None:
                self._answer(pending.verdict)
            elif self._answers.waits_for_ack:
                waiting += self._pending[n:]
                break
            else:
                waiting.append(pending)
        self._pending = waiting

    def _send_news(self, notices: deque[Verdict]) -> None:
        """Light and tone for what no code waits for; never so that they pass for the answer to one."""
        while notices and not (self._answers.is_tone_an_answer and self._pending):
            verdict = notices.popleft()
            if not verdict.is_good:
                self._write(self._bad)
            elif not self._answers.is_tone_an_answer:  # a code may be on the line already
                self._write(self._good)

    def _answer(self, verdict: Verdict) -> None:
        if verdict.is_good:
            self._write(self._ack + self._good)
        elif verdict.status is Status.FAILED or self._answers.nak_refusals:
            self._write(self._nak + self._bad)
        else:
            self._write(self._ack + self._bad)

    def _write(self, data: bytes) -> None:
        if data and not self._port.write(data):
            self._counters["lost_feedback"] += 1


def _rejection(frame: Frame, fault: FrameFault, settings: SerialSettings) -> Rejection:
    got = f"{frame.length} bytes"
    if fault is FrameFault.TOO_LONG:
        text = "The code is too long to be one; check the scanner's suffix setting"
        return Rejection(fault.value, text, got, f"at most {settings.limit_bytes} bytes")
    if fault is FrameFault.NO_PREFIX:
        return Rejection(fault.value, "The code came without its prefix; scan again", got, repr(settings.prefix))
    return Rejection(fault.value, "The code broke off on its way; scan again", got, "a complete frame")
