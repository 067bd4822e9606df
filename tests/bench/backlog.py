"""F18: a backlog of movements drains to the ERP while somebody goes on pressing buttons."""

from __future__ import annotations

import time
from pathlib import Path

from gateway.model import Decision, Intake, Scan, Status, Verdict
from gateway.view import View
from tests.bench.figure import Figure, LossError, milliseconds
from tests.bench.growth import movement
from tests.bench.line import Line
from tests.bench.offline import BATCH, Desk
from tests.bench.plant import LOOPS
from tests.bench.process import resident_bytes

CARDS = 200
STALL_LIMIT_S = 30.0
PRESS_EVERY_S = 0.25
RATE_TARGET, WAIT_TARGET_S, GROWTH_TARGET = 10_000.0, 1.0, 8_000_000


def measure(directory: Path, events: int) -> list[Figure]:
    """Three rows: rate, memory, and how long a live signal waits."""
    drain = Drain(events)
    with Line(directory, cards=CARDS) as line:
        line.presser.begin()  # gateway and ERP have met
        line.gateway.stop()
        _fill(directory / "data", events)
        line.gateway.start()
        drain.watch(line)
    return drain.figures()


class Drain:
    """What happened between the gateway's return and the last acknowledgement."""

    def __init__(self, events: int) -> None:
        self._events = events
        self._seconds = 0.0
        self._waits: list[float] = []
        self._memory: list[int] = []

    def watch(self, line: Line) -> None:
        """Press now and then until everything has been acknowledged; LossError when that stops."""
        presser = line.presser
        began = heard_at = next_press = time.perf_counter()
        while (drained := presser.heard["mov"]) < self._events:
            now = time.perf_counter()
            if now >= next_press:
                next_press = now + PRESS_EVERY_S
                self._memory.append(resident_bytes(line.gateway.pid))
                self._waits.append(presser.press_once())
            presser.listen(0.02)
            if presser.heard["mov"] != drained:
                heard_at = time.perf_counter()
            elif time.perf_counter() - heard_at > STALL_LIMIT_S:
                raise LossError(f"the drain stopped at {drained} of {self._events} events")
        self._seconds = time.perf_counter() - began
        if presser.heard["mov"] > self._events:
            raise LossError(f"{presser.heard['mov']} movements were booked, {self._events} had happened")

    def figures(self) -> list[Figure]:
        """As rows of the table."""
        rate, wait, memory = self._events / self._seconds, max(self._waits), self._memory
        half = (len(memory) + 1) // 2
        growth = max(0, max(memory[half:], default=0) - max(memory[:half]))
        grown = f"grows by {growth / 1e6:.0f} MB in the second half"
        what = f"backlog of {self._events:,} movements drains to the ERP"
        presses = f"longest wait of {len(self._waits)} presses meanwhile"
        return [
            Figure("F18", what, f"{rate:,.0f}/s", "", f">= {RATE_TARGET:,.0f}/s", rate >= RATE_TARGET),
            Figure("F18", "memory meanwhile", f"{max(memory) / 1e6:.0f} MB", grown, "flat", growth <= GROWTH_TARGET),
            Figure("F18", presses, milliseconds(wait), "", "< 1 s", wait < WAIT_TARGET_S),
        ]


def _fill(data_dir: Path, events: int) -> None:
    """What happens while a gateway is cut off for long."""
    desk = Desk(data_dir, decide=_move)
    for start in range(0, events, BATCH):
        desk.commit([desk.scan(f"K-{number:07d}") for number in range(start, min(start + BATCH, events))])
    desk.close()


def _move(intake: Intake, view: View) -> Decision:
    events = (movement(intake.card, int(intake.card[-2:]) % LOOPS),) if isinstance(intake, Scan) else ()
    return Decision(events, Verdict(Status.OK, "MOVED"))
