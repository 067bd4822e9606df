"""A real store behind a goods station, for commands and for capturing: labels are scanned into it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gateway.decide import Decider
from gateway.model import MasterData, Scan, Verdict
from gateway.parsed import Label
from gateway.stations.station import Station
from gateway.store.writer import Request
from tests.goods.dock import DOCK, MASTER
from tests.store.rig import HandClock, Rig


class DockStore(Rig):
    """One station, `D-1`, that receives; master data of the dock are loaded."""

    def __init__(self, data_dir: Path, clock: HandClock | None = None) -> None:
        super().__init__(data_dir, clock, Decider({DOCK: Station(DOCK, "goods", "DOCK", "receive")}))
        for number, (dataset, rows) in enumerate(MASTER.items(), start=1):
            self.writer.step([Request(MasterData(dataset, number, "", tuple(rows)))])

    def receive(self, found: Label) -> Verdict:
        """Scan a label at the dock."""
        read = replace(self.read("").read, station=DOCK, data=found.raw)
        return self.writer.step([Request(Scan(read, label=found, code=found.text))])[0].verdict
