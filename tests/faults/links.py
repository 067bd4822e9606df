"""Link faults between gateway and broker, and between broker and ERP: seven toxics (figure F5).

While a toxic is on, people scan; when it is off again everything must arrive, each event once.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from firmware_sim.broker import Broker
from firmware_sim.erp.process import ErpProcess
from firmware_sim.erp.schema import connect_reader
from firmware_sim.faults import CLEAN, FaultProxy, Toxics
from tests.sync.rig import GatewayRig, plain_settings

Spoil = Callable[[random.Random], Toxics]

TOXICS: dict[str, Spoil] = {
    "latency and jitter": lambda chance: Toxics(latency_ms=chance.uniform(1, 60), jitter_ms=chance.uniform(0, 30)),
    "bandwidth": lambda chance: Toxics(bandwidth_bps=chance.randint(2_000, 40_000)),
    "slow close": lambda chance: Toxics(slow_close_ms=chance.uniform(10, 300), cut_after_bytes=chance.randint(1, 3000)),
    "silence": lambda chance: Toxics(silent=True),
    "reset": lambda chance: Toxics(reset_chance=chance.uniform(0.05, 0.5)),
    "slicer": lambda chance: Toxics(slice_bytes=chance.randint(1, 40), slice_delay_ms=chance.uniform(0, 2)),
    "cut after n bytes": lambda chance: Toxics(cut_after_bytes=chance.randint(1, 4000)),
}
TRICKS = ("lose", "repeat", "lower")  # what the ERP does to its acknowledgements on the way, too


@dataclass
class Passed:
    """How many schedules ran, and what did not add up."""

    schedules: int = 0
    events: int = 0
    differences: list[str] = field(default_factory=list)


def run_links(directory: Path, seed: int, rounds: int) -> Passed:
    """`rounds` schedules of each toxic."""
    chance = random.Random(seed)
    passed = Passed()
    with (
        Broker() as broker,
        FaultProxy(("127.0.0.1", broker.port), seed) as ours,
        FaultProxy(("127.0.0.1", broker.port), seed + 1) as theirs,
        ErpProcess(broker=f"127.0.0.1:{theirs.port}", db=directory / "ledger.db") as erp,
    ):
        settings = plain_settings(ours.port, keep_alive_s=5)
        with GatewayRig(directory / "data", settings, resend_ms=200) as gateway:
            gateway.await_settled()
            ids: list[str] = []
            for _ in range(rounds):
                for name, spoil in TOXICS.items():
                    link = chance.choice((ours, theirs))
                    _spoil(link, spoil(chance), chance)
                    erp.control(do=chance.choice(TRICKS), count=1)
                    ids += _work(gateway, chance)
                    _heal(link)
                    _await(gateway, f"{name} healed, everything settled", passed)
                    passed.schedules += 1
        passed.events = len(ids)
        passed.differences += _compare(directory / "ledger.db", ids)
    return passed


def _spoil(link: FaultProxy, toxics: Toxics, chance: random.Random) -> None:
    way = chance.choice(("up", "down", "both"))
    if way == "both":
        link.set(toxics)
    else:
        link.set(CLEAN)
        link.set(up=toxics) if way == "up" else link.set(down=toxics)


def _work(gateway: GatewayRig, chance: random.Random) -> list[str]:
    """Some scans while the link is bad; capture does not care."""
    ids = []
    pause = threading.Event()
    for _ in range(chance.randint(1, 4)):
        ids += gateway.scan(*[f"K-{chance.randint(0, 40):03d}" for _ in range(chance.randint(1, 8))])
        pause.wait(chance.uniform(0, 0.08))
    return ids


def _heal(link: FaultProxy) -> None:
    """A link that was silent is replaced, as the network does when a cable is plugged in again."""
    link.set(CLEAN)
    link.reset_all()


def _await(gateway: GatewayRig, what: str, passed: Passed) -> None:
    try:
        gateway.await_settled()
    except AssertionError as error:
        passed.differences.append(f"never came true: {what} ({error})")


def _compare(ledger: Path, ids: list[str]) -> list[str]:
    """Every event once, in the order of its stream, with its effect booked."""
    db = connect_reader(ledger)
    try:
        rows = db.execute(
            "SELECT id FROM event JOIN stream USING(stream) WHERE st='sig' AND outcome='applied' ORDER BY event.rowid"
        ).fetchall()
        stock = float(db.execute("SELECT coalesce(sum(qty), 0) FROM stock").fetchone()[0])
        moved = db.execute(
            "SELECT sum(CASE kind WHEN 'card_emptied' THEN -40 ELSE 40 END) FROM event WHERE kind LIKE 'card_%'"
        )
        expected = float(moved.fetchone()[0] or 0)
    finally:
        db.close()
    booked = [row[0] for row in rows]
    differences = []
    if booked != ids:
        missing, extra = set(ids) - set(booked), set(booked) - set(ids)
        differences.append(f"{len(booked)} events booked, {len(ids)} stored; missing {missing}, unknown {extra}")
    if stock != expected:
        differences.append(f"stock {stock}, expected {expected}")
    return differences
