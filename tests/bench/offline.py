"""A store without devices and network: prepared for a gateway to come, or measured by itself."""

from __future__ import annotations

from pathlib import Path

from gateway.clock import SystemClock
from gateway.decide import Decider
from gateway.ids import new_id
from gateway.master import PARSERS
from gateway.model import Action, Read, Scan, Status
from gateway.stations.station import Station
from gateway.store.commit import Decider as Decide
from gateway.store.store import Store
from gateway.store.writer import Limits, Request, Writer
from tests.bench.figure import LossError
from tests.bench.plant import GATEWAY, SITE, master_data

BATCH = 500


class Desk:
    """The real store and writer, driven by hand."""

    def __init__(self, data_dir: Path, decide: Decide | None = None) -> None:
        self.clock = SystemClock()
        self.store = Store(data_dir, self.clock, PARSERS, site=SITE, gateway=GATEWAY)
        station = {"S1": Station("S1", "consume", "LINE", "")}
        self.writer = Writer(self.store, decide or Decider(station), self.clock, limits=Limits(batch=BATCH))

    def load(self, cards: int) -> None:
        """Master data, as the ERP would send it."""
        self.commit([Request(dataset) for dataset in master_data(cards)])

    def scan(self, card: str, action: Action = Action.SCAN) -> Request:
        """A read that nobody waits for."""
        wall_ms = self.clock.wall_ms()
        read = Read(
            new_id(wall_ms), "scan-1", "S1", f"K1.P1.{card}.1.7Q".encode(), "]Q1", wall_ms, self.clock.mono_ms(),
            self.clock.boot, "ntp",
        )  # fmt: skip
        return Request(Scan(read, action=action, card=card))

    def commit(self, batch: list[Request]) -> None:
        """One commit; LossError when anything in it was not accepted."""
        for outcome in self.writer.step(batch):
            if outcome.verdict.status is not Status.OK:
                raise LossError(f"not accepted: {outcome.verdict}")

    def close(self) -> None:
        self.store.close()


def prepare_cards(data_dir: Path, cards: int) -> None:
    """A data directory that knows its cards."""
    desk = Desk(data_dir)
    desk.load(cards)
    desk.close()
