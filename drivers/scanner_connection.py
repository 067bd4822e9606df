"""One connection to a scanner: codes in, and answers out after the commit, whatever it comes through.

A `Line` moves bytes and never blocks, a `Talk` knows what they mean. What is known of time, threads and verdicts
stands here, once for all scanners.
"""

from __future__ import annotations

import logging
import select
import threading
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from drivers.base import STOP_LATENCY_S, DeviceSettings, Sink, read_now
from drivers.framing import Frame
from gateway.clock import Clock
from gateway.errors import TransientDeviceError
from gateway.model import Read, Rejection, Status, Verdict
from gateway.wake import Wake

UNANSWERED_LIMIT = 64  # frames of one connection without a verdict; the next are left where they are, or refused
NOTICE_LIMIT = 16  # news for the device not yet written; the oldest goes first
PATIENCE_PERCENT = 90  # of a scanner's response time-out: ours began when its last byte was here, its own before
WRITE_LIMIT_BYTES = 4096  # feedback a device does not take; beyond it the oldest is useless and all is dropped

NOT_TAKEN = Verdict(Status.FAILED, "NOT_STORED", "The scan could not be stored; scan again")

_LOG = logging.getLogger(__name__)


class Line(Protocol):
    """An open way to a scanner. Every method may raise TransientDeviceError: the scanner is gone."""

    place: str  # what it is connected to, for people
    holds_back: bool  # the scanner waits with its next bytes when nobody reads these

    def fileno(self) -> int: ...
    @property
    def wants_write(self) -> bool: ...
    def read(self) -> bytes:
        """What has arrived, b"" when nothing has after all."""

    def write(self, data: bytes) -> bool:
        """Queue and send as much as the line takes; False when the device takes nothing and all was dropped."""

    def flush(self) -> None: ...
    def check(self) -> None:
        """Called about once a second: is it still the device that the configuration means?"""

    def close(self) -> None: ...


class Talk(Protocol):
    """What the bytes of one connection mean. Pure: time comes in, frames and bytes go out.

    `reply` is asked after every other call for what the talk itself has to say, such as the acknowledgement of half
    a message. All calls come one at a time.
    """

    is_ordered: bool  # answers are given in the order of the frames
    patience_ms: int  # how long after its frame an answer is still expected; 0: for ever

    @property
    def deadline_ms(self) -> int | None:
        """When `expire` should be called if nothing arrives until then."""

    @property
    def alarms(self) -> Mapping[str, str]:
        """What a person should look after, by part."""

    @property
    def holds_news(self) -> bool:
        """Whether news would be taken for the answer to a code that waits for one."""

    def begin(self, now_ms: int) -> None:
        """The line is open."""

    def feed(self, chunk: bytes, now_ms: int) -> list[Frame]: ...
    def expire(self, now_ms: int) -> list[Frame]:
        """The line is known to be silent."""

    def abort(self) -> list[Frame]:
        """The line is gone: what was half received is damage."""

    def reply(self) -> bytes: ...
    def answer(self, verdict: Verdict, now_ms: int) -> bytes:
        """To the oldest frame without an answer, or to any if they are not ordered."""

    def news(self, verdict: Verdict) -> bytes:
        """Light and tone for what no code waits for; never so that they pass for the answer to one."""

    def rejection(self, frame: Frame) -> Rejection:
        """Why this faulty frame cannot be read, for people."""


@dataclass(slots=True, eq=False)
class Pending:
    """A frame handed on, and its verdict once there is one."""

    give_up_ms: int | None  # when the scanner no longer waits for its answer; None: it always does
    verdict: Verdict | None = None


@dataclass(slots=True)
class Outgoing:
    """What a line has not taken yet, bounded."""

    data: bytearray = field(default_factory=bytearray)

    def add(self, data: bytes) -> bool:
        """False when the device takes nothing any more: then all of it was dropped."""
        self.data += data
        if len(self.data) > WRITE_LIMIT_BYTES:
            self.data.clear()
            return False
        return True


class ScannerConnection:
    """From one opening of the line to its end. A verdict that comes later answers nobody."""

    def __init__(
        self, settings: DeviceSettings, clock: Clock, line: Line, talk: Talk, *,
        wake: Wake, sink: Sink, counters: Counter[str],
    ) -> None:  # fmt: skip
        self._settings = settings
        self._clock = clock
        self.line = line
        self._talk = talk
        self._wake = wake
        self._sink = sink
        self._counters = counters
        self._lock = threading.Lock()  # over the next two, the talk and whatever is written to the line
        self._pending: list[Pending] = []  # in the order of their frames, until answered
        self._is_open = True
        self.notices: deque[Verdict] = deque(maxlen=NOTICE_LIMIT)

    @property
    def alarms(self) -> Mapping[str, str]:
        """What a person should look after."""
        return self._talk.alarms

    @property
    def is_full(self) -> bool:
        """Whether what it sends next had better stay with it: it waits, and nothing is lost."""
        return self.line.holds_back and len(self._pending) >= UNANSWERED_LIMIT

    def begin(self) -> None:
        """The line is open: send what the scanner needs to work."""
        with self._lock:
            self._talk.begin(self._clock.mono_ms())
            self._write(self._talk.reply())

    def timeout_s(self) -> float:
        """How long to wait for bytes before `handle` must be called without any."""
        deadline_ms = self._talk.deadline_ms
        if deadline_ms is None:
            return STOP_LATENCY_S
        return min(STOP_LATENCY_S, max(0.0, (deadline_ms - self._clock.mono_ms()) / 1000))

    def handle(self, *, is_readable: bool, is_writable: bool, is_silent: bool) -> None:
        """Take what came, then send what may be sent; TransientDeviceError when the scanner is gone."""
        data = self.line.read() if is_readable else b""
        now_ms = self._clock.mono_ms()
        frames: list[Frame] = []
        with self._lock:
            if is_readable:
                frames = self._talk.feed(data, now_ms)
            elif is_silent:
                frames = self._talk.expire(now_ms)
            self._write(self._talk.reply())
        self._take(frames)
        with self._lock:
            if is_writable:
                self.line.flush()
            self._send_answers()
            self._send_news()

    def end(self) -> None:
        """The line is closed: what was half received is evidence, and later verdicts are not written."""
        with self._lock:
            frames = self._talk.abort()
        self._take(frames)
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

        The line never blocks. What it does not take, and a line that broke, are left to our own thread.
        """
        try:
            with self._lock:
                if self._is_open:
                    self._send_answers()
                is_left = self.line.wants_write
        except TransientDeviceError:
            is_left = True
        if is_left:
            self._wake.set()

    def _take(self, frames: list[Frame]) -> None:
        for frame in frames:
            self._counters["frames" if frame.fault is None else "damaged_frames"] += 1
            patience_ms = self._talk.patience_ms
            pending = Pending(self._clock.mono_ms() + patience_ms if patience_ms else None)
            with self._lock:
                self._pending.append(pending)
                is_too_much = len(self._pending) > UNANSWERED_LIMIT and not self.line.holds_back
            if is_too_much:
                self._counters["refused_frames"] += 1
                pending.verdict = NOT_TAKEN
            else:
                self.offer(self._read(frame), pending)

    def _read(self, frame: Frame) -> Read:
        fault = None if frame.fault is None else self._talk.rejection(frame)
        settings = self._settings
        return read_now(self._clock, settings.id, settings.station, frame.data, aim=frame.aim, fault=fault)

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
                self._write(self._talk.answer(pending.verdict, now_ms) + self._talk.reply())
            elif self._talk.is_ordered:
                waiting += self._pending[n:]
                break
            else:
                waiting.append(pending)
        self._pending = waiting

    def _send_news(self) -> None:
        while self.notices and not (self._talk.holds_news and self._pending):
            self._write(self._talk.news(self.notices.popleft()))
            self._write(self._talk.reply())

    def _write(self, data: bytes) -> None:
        if data and not self.line.write(data):
            self._counters["lost_feedback"] += 1


@dataclass(frozen=True, slots=True)
class Ready:
    """What `wait_for` found; a connection that came later waits for the next time."""

    watched: frozenset[int]
    readable: frozenset[int]
    writable: frozenset[int]

    def serve(self, connection: ScannerConnection) -> None:
        """Give a connection its turn. Only one that was watched and brought nothing has been silent."""
        number = connection.line.fileno()
        is_readable = number in self.readable
        is_silent = number in self.watched and not is_readable
        connection.handle(is_readable=is_readable, is_writable=number in self.writable, is_silent=is_silent)


def wait_for(connections: Sequence[ScannerConnection], wake: Wake, doors: Iterable[int] = ()) -> Ready:
    """Wait for bytes, verdicts, news or silence, at most STOP_LATENCY_S; `doors` are further files to read from."""
    open_ones = [connection for connection in connections if not connection.is_full]
    lines = [connection.line.fileno() for connection in open_ones]
    writers = [connection.line.fileno() for connection in connections if connection.line.wants_write]
    timeout_s = min((connection.timeout_s() for connection in open_ones), default=STOP_LATENCY_S)
    readable, writable, _ = select.select([*lines, wake.fileno(), *doors], writers, [], timeout_s)
    wake.clear()
    return Ready(frozenset(lines), frozenset(readable), frozenset(writable))
