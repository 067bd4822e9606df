"""Capturing as it happens: a thread that looks through the journal, sends what is new, and moves the cursor behind it.

The cursor stands in the journal and moves only after the repository has said that it has the events. What was sent
and not noted is sent again under the same ids, so nothing is lost and nothing counts twice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from gateway.clock import Clock
from gateway.model import Status, Verdict
from sync.epcis.courier import CaptureCourier, Event, Refused
from sync.epcis.settings import EpcisSettings
from sync.mqtt import Credential
from sync.rest.http import HttpLine
from sync.rest.reply import HeldError
from sync.retry import SlicedPause, connect_attempts
from sync.warning import WarningBook

REFUSED_TOLD = 100  # of one round, in the journal; more are only counted
IDLE_ROWS = 10_000  # so many rows without an EPCIS event are passed over before that is noted
TROUBLE = (
    "CAPTURE_UNREACHABLE", "CAPTURE_CREDENTIAL", "CAPTURE_CONTENT_TYPE", "CAPTURE_BUSY", "CAPTURE_UNEXPECTED",
    "CAPTURE_MALFORMED", "CAPTURE_UNFINISHED", "CAPTURE_NOT_NOTED",
)  # fmt: skip


class Window(Protocol):
    """A part of the journal as EPCIS events, see gateway/epcis/window.py."""

    @property
    def events(self) -> tuple[Event, ...]: ...
    @property
    def rows(self) -> tuple[int, ...]: ...
    @property
    def up_to(self) -> int: ...


class Source(Protocol):
    """The journal."""

    def cursor(self) -> int: ...
    def next(self, after: int, limit: int, boot: str, mono_ms: int) -> Window: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Round:
    """What one look through the journal came to."""

    captured: int = 0
    refused: tuple[Refused, ...] = ()
    is_news: bool = False  # there may be more behind it


class CaptureRound:
    """One look at a time. `move` notes the cursor in the journal and answers after the commit."""

    def __init__(
        self, source: Source, courier: CaptureCourier, size: int, clock: Clock,
        move: Callable[[dict[str, Any]], Verdict],
    ) -> None:  # fmt: skip
        self._source = source
        self._courier = courier
        self._size = size
        self._clock = clock
        self._move = move
        self._seen = 0  # rows behind the cursor in which there is nothing to capture

    def play(self) -> Round:
        """Send what is new and note it; HeldError when it has to wait."""
        cursor = self._source.cursor()
        after = max(cursor, self._seen)
        window = self._source.next(after, self._size, self._clock.boot, self._clock.mono_ms())
        if window.up_to == after:
            return Round()
        refused = self._courier.capture(window.events, self._size)
        if window.events or window.up_to - cursor > IDLE_ROWS:
            self._note(cursor, window, refused)
        self._seen = window.up_to
        return Round(len(window.events) - len(refused), tuple(refused), is_news=True)

    def _note(self, cursor: int, window: Window, refused: list[Refused]) -> None:
        row_of = {event["eventID"]: row for event, row in zip(window.events, window.rows, strict=True)}
        told = [
            {"seq": row_of[one.event["eventID"]], "id": one.event["eventID"], "code": one.code, "text": one.text}
            for one in refused[:REFUSED_TOLD]
        ]
        body = {"after": cursor, "seq": window.up_to, "events": len(window.events) - len(refused), "refused": told}
        verdict = self._move(body)
        if verdict.status not in (Status.OK, Status.ALREADY):
            raise HeldError("CAPTURE_NOT_NOTED", f"what was captured cannot be noted: {verdict.text or verdict.code}")


class CaptureEngine:
    """`run` is the main function of its thread."""

    def __init__(
        self,
        settings: EpcisSettings,
        open_source: Callable[[], Source],
        make_document: Callable[[list[Event]], Event],
        move: Callable[[dict[str, Any]], Verdict],
        clock: Clock,
        warn: Callable[[str, str], None],
        *,
        credential: Credential,
        clear: Callable[[str], None] = lambda code: None,
    ) -> None:
        self._settings = settings
        self._open_source = open_source
        self._make_document = make_document
        self._move = move
        self._clock = clock
        self._book = WarningBook(warn, clock, clear)
        self._line = HttpLine(settings, credential)
        self.progress = 0  # grows with every look

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. What cannot be mended here (the store) is raised."""
        source = self._open_source()
        pause = SlicedPause(stop, self._beat)
        courier = CaptureCourier(
            self._line.ask, self._make_document, self._settings.content_type, self._settings.job_limit_s, self._clock,
            pause, stop.is_set,
        )  # fmt: skip
        look = CaptureRound(source, courier, self._settings.batch_events, self._clock, self._move)
        try:
            with self._line.ending_with(stop):
                while not stop.is_set():
                    if not self._looked(look, stop, pause):
                        pause(self._settings.interval_s)
        finally:
            source.close()

    def _looked(self, look: CaptureRound, stop: threading.Event, pause: SlicedPause) -> bool:
        """One look, again with growing pauses until the repository can be had; whether there may be more."""
        try:
            for attempt in connect_attempts(stop, HeldError, pause):
                with attempt:
                    return self._look(look)
        except HeldError:
            if not stop.is_set():
                raise
        return False

    def _look(self, look: CaptureRound) -> bool:
        try:
            done = look.play()
        except HeldError as error:
            self._book.tell(error.code, str(error))
            raise
        for code in TROUBLE:
            self._book.end(code)
        self._beat()
        return done.is_news

    def _beat(self) -> None:
        self.progress += 1
