"""Link faults between gateway and broker, and between broker and ERP: seven toxics (figure F5).

While a toxic is on, people scan; when it is off again everything must arrive, each event once.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from firmware_sim.broker import Broker
from firmware_sim.erp.process import ErpProcess
from firmware_sim.erp.schema import connect_reader
from firmware_sim.faults import CLEAN, FaultProxy, Toxics
from tests.faults.report import Tally
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
_BOOKED = "SELECT id FROM event JOIN stream USING(stream) WHERE st='sig' AND outcome='applied' ORDER BY event.rowid"
_MOVED = "SELECT sum(CASE kind WHEN 'card_emptied' THEN -40 ELSE 40 END) FROM event WHERE kind LIKE 'card_%'"
TRICKS = ("lose", "repeat", "lower")  # what the ERP does to its acknowledgements on the way, too


class Line:
    """A gateway and its ERP with links between them that can be spoilt, one schedule after the other."""

    def __init__(self, gateway: GatewayRig, erp: ErpProcess, links: Sequence[FaultProxy], seed: int) -> None:
        self.gateway, self.erp = gateway, erp
        self.chance = random.Random(seed)
        self.tally = Tally()
        self._links = links
        self._ids: list[str] = []

    def through(self, name: str, spoil: Spoil) -> None:
        """People scan while a link is bad; once it is healed everything must settle."""
        link = self.chance.choice(self._links)
        way = self.chance.choice(("up", "down", "both"))
        toxics = spoil(self.chance)
        link.set(up=CLEAN if way == "down" else toxics, down=CLEAN if way == "up" else toxics)
        self.work()
        link.set(CLEAN)
        link.reset_all()  # one that was silent is replaced, as when a cable is plugged in again
        self.settle(f"{name}, {way}")

    def work(self) -> None:
        """Some scans; capture does not care for links."""
        pause = threading.Event()
        for _ in range(self.chance.randint(1, 4)):
            cards = [f"K-{self.chance.randint(0, 40):03d}" for _ in range(self.chance.randint(1, 8))]
            self._ids += self.gateway.scan(*cards)
            pause.wait(self.chance.uniform(0, 0.08))

    def settle(self, what: str) -> None:
        """One schedule is over."""
        self.tally.tried += 1
        try:
            self.gateway.await_settled()
        except AssertionError as error:
            self.tally.fail(f"after {what} not everything settled: {error}")

    def compare(self, opening: int = 0) -> Tally:
        """Every event once, in the order of its stream, with its effect booked; `opening`: the stock it began with."""
        db = connect_reader(self.erp.db)
        try:
            booked = [one for (one,) in db.execute(_BOOKED)]
            stock = float(db.execute("SELECT coalesce(sum(qty), 0) FROM stock").fetchone()[0])
            moved = float(db.execute(_MOVED).fetchone()[0] or 0)
        finally:
            db.close()
        if booked != self._ids:
            missing, extra = set(self._ids) - set(booked), set(booked) - set(self._ids)
            text = f"{len(booked)} events booked, {len(self._ids)} stored; missing {missing}, unknown {extra}"
            self.tally.fail(text)
        if stock != opening + moved:
            self.tally.fail(f"stock {stock}, expected {opening + moved}")
        self.tally.counts["events"] = len(self._ids)
        return self.tally


def run_links(directory: Path, seed: int, rounds: int) -> Tally:
    """`rounds` schedules of each toxic, between gateway and broker or between broker and ERP."""
    with (
        Broker() as broker,
        FaultProxy(("127.0.0.1", broker.port), seed) as ours,
        FaultProxy(("127.0.0.1", broker.port), seed + 1) as theirs,
        ErpProcess(broker=f"127.0.0.1:{theirs.port}", db=directory / "ledger.db") as erp,
        GatewayRig(directory / "data", plain_settings(ours.port, keep_alive_s=5), resend_ms=200) as gateway,
    ):
        gateway.await_settled()
        line = Line(gateway, erp, (ours, theirs), seed)
        for _ in range(rounds):
            for name, spoil in TOXICS.items():
                erp.control(do=line.chance.choice(TRICKS), count=1)
                line.through(name, spoil)
        return line.compare()
