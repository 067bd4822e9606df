"""A store that knows the cards of the sample configurations, as a gateway leaves it behind."""

from __future__ import annotations

from pathlib import Path

from gateway.clock import SystemClock
from gateway.model import MasterData
from gateway.settings import Settings, load_settings
from gateway.store.writer import Request, Writer
from gateway.wiring import decider, open_store

CONFIG = Path(__file__).parents[2] / "config" / "devices"
CARDS = ("K-000812-03", "K-000813-01")
LOOP = {
    "id": "LP-1", "item": "SCREW-A", "quantity": "40", "uom": "PCE", "cards": 2, "consumer": "LINE1",
    "source": "STORE", "replenishment_s": 3600, "on_empty": "issue", "on_full": "receipt",
}  # fmt: skip


def sample(name: str, directory: Path) -> Settings:
    """A sample configuration whose data directory lies in `directory`."""
    file = directory / f"{name}.toml"
    file.write_text((CONFIG / file.name).read_text())
    return load_settings(file)


def load_plant(settings: Settings) -> None:
    """Two cards of one loop, both full."""
    clock = SystemClock()
    store = open_store(settings, clock)
    writer = Writer(store, decider(settings), clock)
    rows = [{"id": card, "loop": "LP-1"} for card in CARDS]
    for intake in (MasterData("loops", 1, "e1", (LOOP,)), MasterData("cards", 1, "e1", tuple(rows))):
        assert writer.step([Request(intake)])[0].verdict.is_good
    store.close()
