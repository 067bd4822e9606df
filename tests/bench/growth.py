"""F15: does storing get slower as the journal grows?

Two stores take the same commits in turn, one that stays small and one that was filled first: what
the machine does meanwhile hits both.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from gateway.model import Decision, Event, Intake, Scan, Status, Verdict
from gateway.store.writer import Request
from gateway.view import View
from tests.bench.figure import Figure, share
from tests.bench.offline import BATCH, Desk

ROUNDS = 150
ROUND_SCANS = 100
TARGET = 0.8
ITEMS = 100


def measure(directory: Path, rows: int) -> list[Figure]:
    """One row: insert rate behind `rows` journal rows as a share of the rate at the beginning."""
    small, large = Desk(directory / "small", decide=_move), Desk(directory / "large", decide=_move)
    scans = (small.scan(f"K-{number:07d}") for number in count())
    _fill(large, scans, rows)
    seconds: dict[Desk, list[float]] = {small: [], large: []}
    for number in range(ROUNDS):
        for desk in (small, large) if number % 2 else (large, small):
            batch = [next(scans) for _ in range(ROUND_SCANS)]
            began = time.perf_counter()
            desk.commit(batch)
            seconds[desk].append(time.perf_counter() - began)
    fast, slow = (ROUND_SCANS / share(seconds[desk], 0.5) for desk in (small, large))
    for desk in (small, large):
        desk.close()
    ratio = slow / fast
    what = f"insert rate at {rows:,} journal rows, {ROUND_SCANS} scans a commit"
    return [Figure("F15", what, f"{slow:,.0f}/s", f"{ratio:.2f} x the rate at zero", f">= {TARGET}", ratio >= TARGET)]


def _fill(desk: Desk, scans: Iterator[Request], rows: int) -> None:
    for _ in range(0, rows, BATCH):
        desk.commit([next(scans) for _ in range(BATCH)])


def _move(intake: Intake, view: View) -> Decision:
    """One movement per scan: a journal row, a stock row and an outbox row."""
    if not isinstance(intake, Scan):
        return Decision((), Verdict(Status.OK, "NOTHING"))
    return Decision((movement(intake.card, int(intake.card[-2:]) % ITEMS),), Verdict(Status.OK, "MOVED"))


def movement(serial: str, item: int) -> Event:
    """Goods that left the line: the kind of event a backlog is made of."""
    move = {"item": f"SCREW-{item:03d}", "qty": "1", "uom": "PCE", "base": "1", "from": "LINE", "to": None}
    return Event("stock_moved", "mov", "", {"serial": serial, "mv": [move]})
