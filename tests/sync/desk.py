"""A writer whose outcomes and a clock whose time a test hands out by hand."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from gateway.errors import BusyError
from gateway.model import Acknowledgement, Intake, Outcome, Status, Verdict

STORED = Outcome(Verdict(Status.OK, "SETTLED"), (1,))
RED = Outcome(Verdict(Status.FAILED, "STORE_FULL", "The disk is full."))
Done = Callable[[Outcome], None] | None


class Desk:
    """A writer whose outcomes and a clock whose time a test hands out by hand."""

    def __init__(self) -> None:
        self.is_busy = False
        self.given: list[Intake] = []
        self.open: deque[Done] = deque()
        self.later: deque[Callable[[], None]] = deque()
        self.settled: list[Acknowledgement] = []

    def submit(self, intake: Intake, done: Done) -> None:
        if self.is_busy:
            raise BusyError("20000 reads wait for the disk already")
        self.given.append(intake)
        self.open.append(done)

    def answer(self, outcome: Outcome = STORED) -> None:
        """The writer has committed its oldest intake."""
        done = self.open.popleft()
        assert done is not None
        done(outcome)
        while self.later:
            self.later.popleft()()


class SimClock:
    """Simulated milliseconds."""

    boot = "b0070001"

    def __init__(self) -> None:
        self.now = 1_000

    def wall_ms(self) -> int:
        return self.now

    def mono_ms(self) -> int:
        return self.now

    def quality(self) -> str:
        return "ntp"
