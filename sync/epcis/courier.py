"""Documents to a repository: posted, the job asked for until it is finished, halved until it is known what is refused.

Each document is captured as a whole or not at all (`rollback`), so that half of it can be sent again without care;
event ids make repeats harmless in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.clock import Clock
from sync.epcis.answer import KNOWN, Answer, Do, judge_capture, judge_job
from sync.rest.reply import HeldError, Reply, Request

HEADERS = {"GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0.0", "GS1-Capture-Error-Behaviour": "rollback"}
FIRST_LOOK_S, LAST_LOOK_S = 0.1, 5.0  # between two questions for a job, doubling
POST_LIMIT_S = 60.0

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """An event that the repository would not take."""

    event: Event
    code: str
    text: str


class CaptureCourier:
    """Used by one thread. `pause` sleeps and returns early when it is to stop, which `is_stopped` then says."""

    def __init__(
        self,
        ask: Callable[[Request], Reply],
        make_document: Callable[[list[Event]], Event],
        content_type: str,
        job_limit_s: float,
        clock: Clock,
        pause: Callable[[float], None],
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._ask = ask
        self._make_document = make_document
        self._content_type = content_type
        self._job_limit_ms = int(job_limit_s * 1000)
        self._clock = clock
        self._pause = pause
        self._is_stopped = is_stopped

    def capture(self, events: Sequence[Event], size: int) -> list[Refused]:
        """What is refused of the events, all others being captured; HeldError when the repository cannot be had."""
        refused: list[Refused] = []
        for first in range(0, len(events), size):
            refused += self._halved(list(events[first : first + size]))
        return refused

    def _halved(self, events: list[Event]) -> list[Refused]:
        answer = self._sent(events)
        if answer.do is Do.DONE:
            return []
        if len(events) > 1:
            middle = len(events) // 2
            return [*self._halved(events[:middle]), *self._halved(events[middle:])]
        if answer.code == f"HTTP_{KNOWN}":
            return []
        return [Refused(events[0], answer.code, answer.text)]

    def _sent(self, events: list[Event]) -> Answer:
        body = orjson.dumps(self._make_document(events))
        headers = {**HEADERS, "Content-Type": self._content_type}
        answer = judge_capture(self._ask(Request("POST", "/capture", headers=headers, body=body, limit_s=POST_LIMIT_S)))
        return self._finished(answer.job) if answer.do is Do.WAIT else answer

    def _finished(self, job: str) -> Answer:
        """How the job ended; HeldError when it does not end in time."""
        end_ms, look_s = self._clock.mono_ms() + self._job_limit_ms, FIRST_LOOK_S
        while not self._is_stopped() and self._clock.mono_ms() < end_ms:
            answer = judge_job(self._ask(Request("GET", f"/capture/{job}", headers=HEADERS)))
            if answer is not None:
                return answer
            self._pause(look_s)
            look_s = min(2 * look_s, LAST_LOOK_S)
        text = f"capture job {job!r} of the EPCIS repository did not end within {self._job_limit_ms // 1000} s"
        raise HeldError("CAPTURE_UNFINISHED", text)
