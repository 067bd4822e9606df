"""Codes that a prefix, a suffix or silence tells apart, answered with fixed bytes."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.framing import Frame, FrameFault, Framer
from drivers.scanner_connection import PATIENCE_PERCENT
from drivers.scanner_settings import FramedSettings, to_bytes
from gateway.model import Rejection, Status, Verdict


class PlainTalk:
    """What most scanners speak; the configuration says the bytes."""

    alarms: Mapping[str, str] = {}

    def __init__(self, settings: FramedSettings) -> None:
        self._settings = settings
        self._framer = Framer(settings.rule())
        self._answers = answers = settings.answers
        self.is_ordered = answers.waits_for_ack
        self.patience_ms = answers.response_timeout_ms * PATIENCE_PERCENT // 100
        self.holds_news = answers.is_tone_an_answer
        self._connect = to_bytes(answers.connect)
        self._ack, self._nak = to_bytes(answers.ack), to_bytes(answers.nak)
        self._good, self._bad = to_bytes(answers.good), to_bytes(answers.bad) + to_bytes(answers.rearm)
        self._outgoing = b""

    @property
    def deadline_ms(self) -> int | None:
        return self._framer.deadline_ms

    def begin(self, now_ms: int) -> None:
        self._outgoing = self._connect

    def feed(self, chunk: bytes, now_ms: int) -> list[Frame]:
        return self._framer.feed(chunk, now_ms)

    def expire(self, now_ms: int) -> list[Frame]:
        return self._framer.expire(now_ms)

    def abort(self) -> list[Frame]:
        return self._framer.abort()

    def reply(self) -> bytes:
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def answer(self, verdict: Verdict, now_ms: int) -> bytes:
        if verdict.is_good:
            return self._ack + self._good
        if verdict.status is Status.FAILED or self._answers.nak_refusals:
            return self._nak + self._bad
        return self._ack + self._bad

    def news(self, verdict: Verdict) -> bytes:
        if not verdict.is_good:
            return self._bad
        # A code may be on the line already, and its scanner would take this for its answer.
        return b"" if self._answers.is_tone_an_answer else self._good

    def rejection(self, frame: Frame) -> Rejection:
        got, fault = f"{frame.length} bytes", frame.fault or FrameFault.BROKEN_OFF
        if fault is FrameFault.TOO_LONG:
            text = "The code is too long to be one; check the scanner's suffix setting"
            return Rejection(fault.value, text, got, f"at most {self._settings.limit_bytes} bytes")
        if fault is FrameFault.NO_PREFIX:
            text = "The code came without its prefix; scan again"
            return Rejection(fault.value, text, got, repr(self._settings.prefix))
        return Rejection(fault.value, "The code broke off on its way; scan again", got, "a complete frame")
