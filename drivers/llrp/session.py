"""One connection to a reader as a pure state machine: frames and time in, bytes and news out.

The way to go is one generator, step by step: greeting, capabilities, configuration, the ROSpec, then tags. What a
reader tells on its own (tags, events, keep-alives) is taken at every step. Nothing here opens a socket.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

from drivers.llrp import message as m
from drivers.llrp.event import CONNECTED, Notice, read_notices
from drivers.llrp.frame import Frame, render
from drivers.llrp.report import ReportReader, TagReport

GREETING_MS = 10_000  # a reader says ConnectionAttemptEvent first
ANSWER_MS = 10_000
SILENT_INTERVALS = 2.5  # keep-alives that may be missed

Step = tuple[int, bytes]


class SessionError(Exception):
    """This connection is of no use any more; the text says why, for people."""


class Session:
    """Feed it frames and ticks, send what `take_output` gives, and look at `tags` and `notices`."""

    def __init__(self, wanted: m.Inventory, keepalive_ms: int, inputs: Sequence[int], now_ms: int) -> None:
        self.capabilities = m.Capabilities()
        self.is_reading = False
        self.kept_spec = False  # the reader went on with our ROSpec while we were away
        self._wanted = wanted
        self._keepalive_ms = keepalive_ms
        self._inputs = inputs
        self._reports = ReportReader()
        self._output: list[bytes] = []
        self._ids = 0
        self._heard_ms = now_ms
        self._deadline_ms = now_ms + GREETING_MS
        self._expected = 0  # type of the answer that is waited for
        self._script: Generator[Step, bytes, None] | None = None
        self._step = "ConnectionAttemptEvent"

    @property
    def damaged(self) -> int:
        """Tag reports of this connection that had no usable EPC."""
        return self._reports.damaged

    def take_output(self) -> bytes:
        """What is to be sent now."""
        output, self._output = b"".join(self._output), []
        return output

    def take(self, frame: Frame, now_ms: int) -> tuple[list[TagReport], list[Notice]]:
        """Tags and events of one frame; SessionError when the connection must end."""
        self._heard_ms = now_ms
        if frame.type == m.REPORT:
            return self._reports.read(frame.body), []
        if frame.type == m.KEEPALIVE:
            self._output.append(render(m.KEEPALIVE_ACK, frame.id))
        elif frame.type == m.NOTIFY:
            return [], self._noticed(read_notices(frame.body), now_ms)
        elif frame.type == m.ERROR:
            self._refused(*m.read_status(frame.body))
        elif self._expected and frame.type == self._expected and frame.id == self._ids:
            self._answered(frame, now_ms)
        return [], []  # anything else is a message we did not ask for: skipped

    def tick(self, now_ms: int) -> None:
        """SessionError when the reader has been silent for too long."""
        if self._deadline_ms and now_ms >= self._deadline_ms:
            raise SessionError(f"no {self._step} within {GREETING_MS // 1000} s: is it an LLRP reader, is it in use?")
        if self.is_reading and now_ms - self._heard_ms > SILENT_INTERVALS * self._keepalive_ms:
            raise SessionError(f"silent for {SILENT_INTERVALS} keep-alive intervals")

    def set_outputs(self, levels: Sequence[tuple[int, bool]]) -> None:
        """Switch output ports; the answer is not waited for."""
        self._send(m.SET_CONFIG, m.outputs(levels))

    def close(self) -> None:
        """Say goodbye."""
        self._send(m.CLOSE, b"")

    # -- inner -----------------------------------------------------------------------------

    def _noticed(self, notices: list[Notice], now_ms: int) -> list[Notice]:
        for notice in notices:
            if notice.kind == "attempt":
                if notice.number != CONNECTED:
                    raise SessionError(notice.text)
                if self._script is None:
                    self._script = self._steps()
                    self._go(next(self._script), now_ms)
            elif notice.kind == "close":
                raise SessionError("the reader ended the connection")
            elif notice.kind == "warning":
                self._send(m.GET_REPORT, b"")
        return notices

    def _steps(self) -> Generator[Step, bytes, None]:
        """What is asked, in order. Each `yield` gives the body of the answer, whose status was good."""
        self.capabilities = m.read_capabilities((yield m.GET_CAPABILITIES, b"\x00"))
        yield m.SET_CONFIG, m.configuration(self._keepalive_ms, self._inputs, holds=self.capabilities.can_hold)
        spec_id, spec = m.ro_spec(self._wanted, self.capabilities)
        present = m.read_ro_specs((yield m.GET_RO_SPECS, b""))
        number = spec_id.to_bytes(4, "big")
        if [one for one, _ in present] == [spec_id]:
            self.kept_spec = True
            state = present[0][1]
            if state == m.DISABLED:
                yield m.ENABLE_RO_SPEC, number
            elif state == m.INACTIVE:
                yield m.START_RO_SPEC, number
        else:
            if present:
                yield m.DELETE_ACCESS_SPEC, bytes(4)
                yield m.DELETE_RO_SPEC, bytes(4)
            yield m.ADD_RO_SPEC, spec
            yield m.ENABLE_RO_SPEC, number

    def _answered(self, frame: Frame, now_ms: int) -> None:
        code, text = m.read_status(frame.body)
        if code != 0:
            self._refused(code, text)
        if self._script is None:
            return
        try:
            step = self._script.send(frame.body)
        except StopIteration:
            self._expected = self._deadline_ms = 0
            self.is_reading = True
            self._send(m.ENABLE_EVENTS, b"")  # now comes what the reader kept while nobody was there
            return
        self._go(step, now_ms)

    def _refused(self, code: int, text: str) -> None:
        if not self.is_reading:  # later it is the answer to something that is not vital, an output say
            raise SessionError(f"{self._step} was refused: {text or 'no reason given'} (status {code})")

    def _go(self, step: Step, now_ms: int) -> None:
        kind, body = step
        self._step = _NAMES[kind]
        self._expected = m.ANSWERS[kind]
        self._deadline_ms = now_ms + ANSWER_MS
        self._send(kind, body)

    def _send(self, kind: int, body: bytes) -> None:
        self._ids += 1
        self._output.append(render(kind, self._ids, body))


_NAMES = {
    m.GET_CAPABILITIES: "GET_READER_CAPABILITIES", m.SET_CONFIG: "SET_READER_CONFIG", m.GET_RO_SPECS: "GET_ROSPECS",
    m.DELETE_ACCESS_SPEC: "DELETE_ACCESSSPEC", m.DELETE_RO_SPEC: "DELETE_ROSPEC", m.ADD_RO_SPEC: "ADD_ROSPEC",
    m.ENABLE_RO_SPEC: "ENABLE_ROSPEC", m.START_RO_SPEC: "START_ROSPEC",
}  # fmt: skip
