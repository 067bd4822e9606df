"""What one portal has to store, in order: one at a time to the writer, again until it is on disk.

In order, because a pallet that comes back takes back what was booked before: its return must not be stored first.
The list is bounded. What does not fit any more, because nothing could be stored for so long, becomes one passage that
is incomplete: red, with a task, once storing works again.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from gateway.clock import Clock
from gateway.errors import BusyError
from gateway.model import Outcome, Scan, Status, Verdict
from gateway.pipeline import BUSY, NOT_STORED, Submit

WAITING_LIMIT = 200  # openings and passages of one portal that wait for the disk
RETRY_MS = 500
_KEPT_FOR_REPAIR = "INTERNAL"  # it is in the journal, with the reason; sending it again changes nothing

Told = Callable[[Scan, Verdict], None]


@dataclass(slots=True)
class _Letter:
    scan: Scan
    has_failed: bool = False


class PortalPost:
    """`put` and `turn` in the desk's thread; answers come in the writer's."""

    def __init__(self, submit: Submit, clock: Clock, told: Told, wake: Callable[[], None]) -> None:
        """`told` gets each verdict that counts, and the first failure; `wake` is called when an answer is there."""
        self._submit = submit
        self._clock = clock
        self._told = told
        self._wake = wake
        self._waiting: deque[_Letter] = deque()
        self._lock = threading.Lock()  # guards the answer only
        self._answer: Verdict | None = None
        self._is_under_way = False
        self._retry_ms = 0
        self.dropped = 0  # what did not fit since `take_dropped`

    @property
    def waiting(self) -> int:
        """How much is not on disk yet."""
        return len(self._waiting)

    def put(self, scan: Scan) -> None:
        """Store this after everything before it."""
        if len(self._waiting) >= WAITING_LIMIT:
            self.dropped += 1
            return
        self._waiting.append(_Letter(scan))

    def take_dropped(self) -> int:
        """How many did not fit, once there is room again; 0 otherwise."""
        if not self.dropped or len(self._waiting) >= WAITING_LIMIT // 2:
            return 0
        dropped, self.dropped = self.dropped, 0
        return dropped

    def turn(self) -> None:
        """Look at the answer, send the next one."""
        with self._lock:
            answer, self._answer = self._answer, None
        if answer is not None:
            self._is_under_way = False
            self._settle(answer)
        if self._waiting and not self._is_under_way and self._clock.mono_ms() >= self._retry_ms:
            self._send(self._waiting[0])

    def _settle(self, verdict: Verdict) -> None:
        letter = self._waiting[0]
        if verdict.status is Status.FAILED and verdict.code != _KEPT_FOR_REPAIR:
            self._retry_ms = self._clock.mono_ms() + RETRY_MS
            if not letter.has_failed:
                letter.has_failed = True
                self._told(letter.scan, verdict)
            return
        self._waiting.popleft()
        self._told(letter.scan, verdict)

    def _send(self, letter: _Letter) -> None:
        self._is_under_way = True
        try:
            self._submit(letter.scan, self._done)
        except BusyError:
            self._done(Outcome(BUSY))
        except Exception:  # noqa: BLE001  whatever it was, the passage is kept and tried again
            self._done(Outcome(NOT_STORED))

    def _done(self, outcome: Outcome) -> None:
        with self._lock:
            self._answer = outcome.verdict
        self._wake()
