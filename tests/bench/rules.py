"""F21: what deciding costs inside the writer, with 10,000 items, 50,000 loops and the rules of config/rules.toml.

The writer is driven as it would be at 1,000 movements a second: as many movements in each commit as come between two.
Told are the planner's own time for a commit and how many bare commits that is.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gateway.clock import SystemClock
from gateway.ids import new_id
from gateway.instruct import carry_out
from gateway.kanban.masterdata import take_over
from gateway.master import PARSERS
from gateway.model import Decision, Event, Instruction, Intake, MasterData, Read, Scan, Status, Tick, Verdict
from gateway.reorder.planner import Planner
from gateway.rule_file import load_rules
from gateway.store.store import Store
from gateway.store.writer import GATHER_MS, Request, Writer
from gateway.view import View
from tests.bench.baseline import Baseline
from tests.bench.figure import Figure, milliseconds, share

ITEMS, LOOPS = 10_000, 50_000
MOVEMENTS_PER_S = 1000
SECONDS = 10
WARM_UP = 2000  # movements before anything is measured
RULES = Path(__file__).parents[2] / "config" / "rules.toml"
TARGET = 0.5


class Timed:
    """The planner with a stopwatch."""

    def __init__(self) -> None:
        self.planner = Planner(ZoneInfo("UTC"))
        self.spent_s = 0.0

    def __call__(self, intake: Intake, bodies: Sequence[dict[str, Any]], view: View) -> tuple[Event, ...]:
        began = time.perf_counter()
        events = self.planner(intake, bodies, view)
        self.spent_s += time.perf_counter() - began
        return events


def measure(
    directory: Path, bare: Baseline, *, items: int = ITEMS, loops: int = LOOPS, seconds: int = SECONDS
) -> list[Figure]:
    """The figure; `bare` is the commit of the same run."""
    clock, timed, dice = SystemClock(), Timed(), random.Random(21)
    store = Store(directory, clock, PARSERS, site="P1", gateway="G1")
    try:
        writer = Writer(store, _decide, clock, follow=timed)
        _fill(writer, items, loops)
        per_commit = max(1, MOVEMENTS_PER_S * GATHER_MS // 1000)
        spent = []
        for commit in range((WARM_UP + MOVEMENTS_PER_S * seconds) // per_commit):
            timed.spent_s = 0.0
            writer.step([Request(_scan(clock, dice.randrange(items))) for _ in range(per_commit)])
            if commit * per_commit >= WARM_UP:
                spent.append(timed.spent_s)
        fired = store.connection.execute("SELECT count(*) FROM fact WHERE kind='episodes'").fetchone()[0]
    finally:
        store.close()
    rules = len(load_rules(RULES).rules.rules)
    cost_s, slow_s = share(spent, 0.5), share(spent, 0.99)
    ratio, slow = cost_s / bare.commit_s, f"{slow_s / bare.commit_s:.2f} x bare commit"
    what = f"{rules} rules, {items:,} items, {loops:,} loops, {fired} needs: deciding in a commit of {per_commit}"
    return [
        Figure("F21", f"{what}: p50", milliseconds(cost_s), f"{ratio:.2f} x bare commit", "< 0.5 x", ratio < TARGET),
        Figure("F21", "the same: p99", milliseconds(slow_s), slow),
    ]


def _decide(intake: Intake, view: View) -> Decision:
    """A movement without the rest of the gateway; master data and instructions as ever."""
    if isinstance(intake, MasterData):
        return take_over(intake, view)
    if isinstance(intake, Instruction):
        return carry_out(intake, view)
    if isinstance(intake, Scan):
        move = {"item": intake.card, "qty": "1", "uom": "PCE", "base": "1", "from": "STORE", "to": None}
        return Decision((Event("goods_issued", "mov", "", {"mv": [move]}),), Verdict(Status.OK, "MOVED"))
    return Decision((), Verdict(Status.OK, "NOTHING"))


def _fill(writer: Writer, items: int, loops: int) -> None:
    rows: dict[str, tuple[dict[str, Any], ...]] = {
        "items": tuple({"id": _item(n), "uom": "PCE", "class": "ABC"[n % 3]} for n in range(items)),
        "order_points": tuple(
            {"id": f"OP-{n}", "item": _item(n), "location": "STORE", "safety_stock": "180", "minimum": "150",
             "maximum": "900", "reorder_point": "170", "lot": "100"} for n in range(items)
        ),
        "sources": tuple(
            {"id": f"S-{n}", "item": _item(n), "supplier": f"V-{n % 50}", "lead_time_h": 72, "pack": "10"}
            for n in range(items)
        ),
        "loops": tuple(
            {"id": f"LP-{n}", "item": _item(n % items), "quantity": "40", "uom": "PCE", "consumer": f"LINE{n % 40}",
             "source": "STORE", "on_empty": "issue", "on_full": "receipt"} for n in range(loops)
        ),
    }  # fmt: skip
    for dataset, rows_of in rows.items():
        [outcome] = writer.step([Request(MasterData(dataset, 1, "e", rows_of))])
        assert outcome.verdict.code == "MD_CHANGED", outcome.verdict
    stock = [[_item(n), "STORE", "available", "", str(181 + n % 50)] for n in range(items)]
    body = {"document": load_rules(RULES).document, "zone": "UTC"}
    writer.step([Request(Instruction(new_id(0), "rules.load", body, "bench"))])
    with_stock = Decision((Event("stock_adopted", "", "", {"stock": stock}),), Verdict(Status.OK, "STOCK"))
    writer._committer._decide = lambda intake, view: with_stock
    writer.step([Request(Tick())])
    writer._committer._decide = _decide


def _item(number: int) -> str:
    return f"SCREW-{number:05d}"


def _scan(clock: SystemClock, number: int) -> Scan:
    wall_ms = clock.wall_ms()
    read = Read(new_id(wall_ms), "scan-1", "S-1", b"x", "]d2", wall_ms, clock.mono_ms(), clock.boot, "ntp")
    return Scan(read, card=_item(number))
