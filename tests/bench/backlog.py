"""F18: a backlog of movements drains to the ERP while somebody goes on pressing buttons."""

from __future__ import annotations

import time
from pathlib import Path

from gateway.model import Decision, Intake, Scan, Status, Verdict, View
from tests.bench.figure import Figure, LossError, milliseconds
from tests.bench.growth import movement
from tests.bench.line import Line
from tests.bench.offline import BATCH, Desk, prepare_cards
from tests.bench.plant import LOOPS
from tests.bench.process import resident_bytes

CARDS = 200
STALL_LIMIT_S = 30.0
PRESS_EVERY_S = 0.25
RATE_TARGET, WAIT_TARGET_S, GROWTH_TARGET = 10_000.0, 1.0, 32_000_000


def measure(directory: Path, events: int) -> list[Figure]:
    """Three rows: rate, memory, and how long a live signal waits."""
    _prepare(directory / "data", events)
    waits: list[float] = []
    memory: list[int] = []
    with Line(directory, cards=CARDS) as line:
        presser, pid = line.presser, line.gateway.pid
        presser.begin()
        first, began = presser.heard["mov"], time.perf_counter()
        heard_at, next_press = began, began
        while presser.heard["mov"] < events:
            before = presser.heard["mov"]
            now = time.perf_counter()
            if now >= next_press:
                next_press = now + PRESS_EVERY_S
                memory.append(resident_bytes(pid))
                waits.append(presser.press_once())
            presser.listen(0.02)
            if presser.heard["mov"] != before:
                heard_at = time.perf_counter()
            elif time.perf_counter() - heard_at > STALL_LIMIT_S:
                raise LossError(f"the drain stopped at {before} of {events} events")
        taken = time.perf_counter() - began
        booked = line.booked_events()
    if booked < events + len(waits):
        raise LossError(f"the ERP has {booked} events, expected {events} movements and {len(waits)} presses")
    rate, growth, wait = (events - first) / taken, max(memory) - memory[0], max(waits)
    grown = f"grows by {growth / 1e6:.0f} MB"
    what = f"backlog of {events:,} movements drains to the ERP"
    return [
        Figure("F18", what, f"{rate:,.0f}/s", "", f">= {RATE_TARGET:,.0f}/s", rate >= RATE_TARGET),
        Figure("F18", "memory meanwhile", f"{max(memory) / 1e6:.0f} MB", grown, "flat", growth <= GROWTH_TARGET),
        Figure("F18", f"longest wait of {len(waits)} presses", milliseconds(wait), "", "< 1 s", wait < WAIT_TARGET_S),
    ]


def _prepare(data_dir: Path, events: int) -> None:
    """The journal of a gateway that was cut off for long."""
    prepare_cards(data_dir, CARDS)
    desk = Desk(data_dir, decide=_move)
    for start in range(0, events, BATCH):
        desk.commit([desk.scan(f"K-{number:07d}") for number in range(start, min(start + BATCH, events))])
    desk.close()


def _move(intake: Intake, view: View) -> Decision:
    events = (movement(intake.card, int(intake.card[-2:]) % LOOPS),) if isinstance(intake, Scan) else ()
    return Decision(events, Verdict(Status.OK, "MOVED"))
