"""A stopped gateway for commands: one loop with its cards, a station to scan at, a clock to turn."""

from __future__ import annotations

from pathlib import Path

from gateway.decide import Decider
from gateway.model import MasterData
from gateway.stations.station import Station
from gateway.store.writer import Request
from tests.cli.test_store_commands import _CONFIG
from tests.kanban.floor import LOOP
from tests.store.rig import HandClock, Rig


def worked_loop(directory: Path, cards: tuple[str, ...]) -> tuple[Path, Rig, HandClock]:
    """(configuration, store, clock); the caller closes the store."""
    path = directory / "gateway.toml"
    path.write_text(_CONFIG)
    clock = HandClock()
    rig = Rig(directory / "data", clock, Decider({"S1": Station("S1", "consume", "LINE3")}))
    rows = tuple({"id": name, "loop": "LP-1"} for name in cards)
    for dataset, told in (("loops", (LOOP,)), ("cards", rows)):
        rig.writer.step([Request(MasterData(dataset, 1, "e", told))])
    return path, rig, clock
