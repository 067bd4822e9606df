"""One connection to a reader as a pure state machine: frames and time in, bytes and news out.

The way to go is one generator, step by step: greeting, capabilities, configuration, the ROSpec, then tags. What a
reader tells on its own (tags, events, keep-alives) is taken at every step. Nothing here opens a socket.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import NamedTuple

from drivers.llrp import message as m
from drivers.llrp.capability import Capabilities, read_capabilities
from drivers.llrp.event import ANOTHER_CLIENT, CONNECTED, Notice, read_notices
from drivers.llrp.frame import VERSION, VERSION_1_1, Frame, render
from drivers.llrp.maker import Maker, maker_of
from drivers.llrp.report import ReportReader
from drivers.llrp.ro_spec import DISABLED, INACTIVE, Inventory, read_ro_specs, ro_spec
from drivers.rfid_clock import ReaderClock
from gateway.tag import TagRead

GREETING_MS = 10_000  # a reader says ConnectionAttemptEvent first
ANSWER_MS = 10_000
SILENT_INTERVALS = 2.5  # keep-alives that may be missed
CHECK_MS = 30_000  # how often the reader is asked whether it still does what it was told


class SessionError(Exception):
    """This connection is of no use any more; the text says why, for people."""

    def __init__(self, text: str, *, is_in_use: bool = False) -> None:
        super().__init__(text)
        self.is_in_use = is_in_use  # by another client, or by a session of ours that the reader has not given up yet


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wanted of a reader."""

    inventory: Inventory
    keepalive_ms: int
    watches_inputs: bool = False
    probes_version: bool = False


class Step(NamedTuple):
    """One request of the way to go."""

    kind: int
    body: bytes = b""
    is_vital: bool = True  # else a refusal is answered with None
    version: int = 0  # 0: that of the session


Script = Generator[Step, bytes | None, None]


class Session:
    """Feed it frames and ticks; send what `take_output` gives; `take_reads` are the tags."""

    def __init__(self, wishes: Wishes, now_ms: int) -> None:
        self.capabilities = Capabilities()
        self.maker = Maker("unknown maker")
        self.is_set_up = False  # it was told what to do, and did it once
        self.is_reading = False
        self.kept_spec = False  # the reader went on with our ROSpec while we were away
        self.version = VERSION
        self._wishes = wishes
        self._clock = ReaderClock()
        self._reports = ReportReader(self._clock)
        self._reads: list[TagRead] = []
        self._output: list[bytes] = []
        self._inputs: list[Notice] = []
        self._spec_id = 0
        self._report_more = b""  # what this maker wants to be told about reports
        self._ids = 0
        self._step_id = 0
        self._light_ids: set[int] = set()  # requests for outputs that wait for their answers
        self._heard_ms = now_ms
        self._check_ms = 0
        self._deadline_ms = now_ms + GREETING_MS
        self._step = Step(0)
        self._script: Script | None = None

    @property
    def damaged(self) -> int:
        """Tag reports of this connection that could not be read."""
        return self._reports.damaged

    def take_output(self) -> bytes:
        """What is to be sent now."""
        output, self._output = b"".join(self._output), []
        return output

    def take_reads(self) -> list[TagRead]:
        """The tags since the last call, in the order of receipt."""
        reads, self._reads = self._reads, []
        return reads

    def take(self, frame: Frame, now_ms: int) -> list[Notice]:
        """One frame; the events in it. SessionError when the connection must end."""
        self._heard_ms = now_ms
        kind = frame.type
        if kind == m.REPORT:
            self._reads += self._reports.read(frame.body, now_ms)
        elif kind == m.KEEPALIVE:
            self._output.append(render(m.KEEPALIVE_ACK, frame.id, version=self.version))
        elif kind == m.NOTIFY:
            return self._noticed(read_notices(frame.body), now_ms)
        elif frame.id in self._light_ids:
            return self._lit(frame)
        elif self._step.kind and frame.id == self._step_id and kind in (m.ANSWERS[self._step.kind], m.ERROR):
            return self._answered(frame, now_ms)
        return []  # anything else is a message we did not ask for: skipped

    def tick(self, now_ms: int) -> None:
        """SessionError when the reader has been silent for too long."""
        if self._step.kind or self._script is None:
            if now_ms >= self._deadline_ms:
                name = m.NAMES.get(self._step.kind, "ConnectionAttemptEvent")
                text = f"no answer to {name}" if self._step.kind else f"no {name}"
                raise SessionError(f"{text} within {GREETING_MS // 1000} s: is it an LLRP reader, is it in use?")
        elif now_ms >= self._check_ms:
            self._start(self._arrange(), now_ms)
        if self.is_set_up and now_ms - self._heard_ms > SILENT_INTERVALS * self._wishes.keepalive_ms:
            raise SessionError(f"silent for {SILENT_INTERVALS} keep-alive intervals")

    def set_outputs(self, levels: list[tuple[int, bool]]) -> None:
        """Switch output ports; a refusal comes as a notice `refused`."""
        self._light_ids.add(self._send(Step(m.SET_CONFIG, m.outputs(levels))))

    def close(self) -> None:
        """Say goodbye."""
        self._step_id, self._step = self._send(Step(m.CLOSE)), Step(m.CLOSE)

    # -- what the reader says ---------------------------------------------------------------

    def _noticed(self, notices: list[Notice], now_ms: int) -> list[Notice]:
        for n, notice in enumerate(notices):
            if notice.kind == "attempt":
                self._greeted(notice, now_ms)
            elif notice.kind == "close":
                raise SessionError("the reader ended the connection")
            elif notice.kind == "warning":
                self._send(Step(m.GET_REPORT))
            elif notice.kind == "stopped" and notice.number == self._spec_id and self.is_reading:
                self.is_reading = False
                if not self._step.kind:
                    self._start(self._arrange(), now_ms)
            if notice.at_us:
                notices[n] = notice.at(self._clock.to_ms(notice.at_us, now_ms))
            else:
                notices[n] = notice.at(now_ms)
        return notices

    def _greeted(self, notice: Notice, now_ms: int) -> None:
        if notice.number == ANOTHER_CLIENT and self._script is not None:
            return  # somebody knocked while we are there
        if notice.number != CONNECTED:
            raise SessionError(notice.text, is_in_use=True)
        self._clock.set(notice.at_us, now_ms)
        if self._script is None:
            self._start(self._steps(), now_ms)

    def _lit(self, frame: Frame) -> list[Notice]:
        self._light_ids.discard(frame.id)
        code, text = m.read_status(frame.body)
        return [Notice("refused", code, text=text)] if code else []

    def _answered(self, frame: Frame, now_ms: int) -> list[Notice]:
        code, text = m.read_status(frame.body, frame.type) if frame.type != m.ERROR else _error(frame)
        step, self._step = self._step, Step(0)
        if step.kind == m.CLOSE:
            raise SessionError("closed")
        if code and step.is_vital:
            raise SessionError(f"{m.NAMES[step.kind]} was refused: {text or 'no reason given'} (status {code})")
        self._go_on(None if code else frame.body, now_ms)
        inputs, self._inputs = self._inputs, []
        return [notice.at(now_ms) for notice in inputs]

    # -- the way to go ----------------------------------------------------------------------

    def _steps(self) -> Script:
        """What is asked, in order. Each `yield` gives the body of a good answer."""
        if self._wishes.probes_version:
            yield from self._agree_on_version()
        self.capabilities = has = read_capabilities((yield Step(m.GET_CAPABILITIES, m.ALL)) or b"")
        self.maker = maker_of(has.maker)
        _check_mode(self._wishes.inventory.mode, has)
        is_extended = bool(
            self.maker.enabling and (yield Step(m.CUSTOM, self.maker.enabling, is_vital=False)) is not None
        )
        yield from self._configure(self.maker.configuration if is_extended else b"")
        self._report_more = self.maker.report if is_extended else b""
        yield from self._arrange()
        if self._wishes.watches_inputs and has.inputs:
            told = m.read_inputs((yield Step(m.GET_CONFIG, m.INPUT_STATES, is_vital=False)) or b"")
            self._inputs = [Notice("input", port, is_on) for port, is_on in told]

    def _agree_on_version(self) -> Script:
        """A reader of 1.0.1 answers ERROR_MESSAGE, and that is as good."""
        told = yield Step(m.GET_VERSION, is_vital=False, version=VERSION_1_1)
        if told is not None and m.read_version(told) >= VERSION_1_1:
            chosen = yield Step(m.SET_VERSION, bytes((VERSION_1_1,)), is_vital=False, version=VERSION_1_1)
            self.version = VERSION if chosen is None else VERSION_1_1

    def _configure(self, more: bytes) -> Script:
        has, wishes = self.capabilities, self._wishes
        inputs = range(1, has.inputs + 1) if wishes.watches_inputs else ()
        plain = m.configuration(wishes.keepalive_ms, inputs, holds=has.can_hold, warns=has.can_warn)
        if not more or (yield Step(m.SET_CONFIG, plain + more, is_vital=False)) is None:
            yield Step(m.SET_CONFIG, plain)

    def _arrange(self) -> Script:
        """See to it that the reader does what is wanted; what it does already is left alone, its reports with it."""
        self._spec_id, spec = ro_spec(self._wishes.inventory, self.capabilities, self._report_more)
        present = read_ro_specs((yield Step(m.GET_RO_SPECS)) or b"")
        number = self._spec_id.to_bytes(4, "big")
        self.kept_spec = [one for one, _ in present] == [self._spec_id]
        if not self.kept_spec:
            if present:
                yield Step(m.DELETE_ACCESS_SPEC, bytes(4))
                yield Step(m.DELETE_RO_SPEC, bytes(4))
            yield Step(m.ADD_RO_SPEC, spec)
            yield Step(m.ENABLE_RO_SPEC, number)
        elif present[0][1] == DISABLED:
            yield Step(m.ENABLE_RO_SPEC, number)
        elif present[0][1] == INACTIVE:
            yield Step(m.START_RO_SPEC, number)

    def _start(self, script: Script, now_ms: int) -> None:
        self._script = script
        self._go(next(script), now_ms)

    def _go_on(self, body: bytes | None, now_ms: int) -> None:
        if self._script is None:
            return
        try:
            step = self._script.send(body)
        except StopIteration:
            self._check_ms = now_ms + CHECK_MS
            self.is_reading = True
            if not self.is_set_up:
                self.is_set_up = True
                self._send(Step(m.ENABLE_EVENTS))  # now comes what the reader kept while nobody was there
            return
        self._go(step, now_ms)

    def _go(self, step: Step, now_ms: int) -> None:
        self._step = step
        self._deadline_ms = now_ms + ANSWER_MS
        self._step_id = self._send(step)

    def _send(self, step: Step) -> int:
        self._ids += 1
        self._output.append(render(step.kind, self._ids, step.body, step.version or self.version))
        return self._ids


def _error(frame: Frame) -> tuple[int, str]:
    """ERROR_MESSAGE is a refusal, whatever its status says."""
    code, text = m.read_status(frame.body)
    return code or -1, text


def _check_mode(mode: int, has: Capabilities) -> None:
    if mode and has.modes and mode not in has.modes:
        known = ", ".join(map(str, has.modes))
        raise SessionError(f"the reader has no RF mode {mode}; `rf_mode` can be {known}, or 0 for the reader's own")
