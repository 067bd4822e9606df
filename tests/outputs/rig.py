"""A real store with two loops and the real decider, for colours and lights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from gateway.decide import Decider
from gateway.model import Action, MasterData, Scan, Status, Verdict
from gateway.stations.station import Station
from gateway.store.writer import Request
from tests.store.rig import HandClock, Rig

STATIONS = {
    "S1": Station("S1", "consume", "LINE1"),
    "S2": Station("S2", "receive", "LINE1"),
    "S3": Station("S3", "source", "STORE", "ship"),
}


def loop_row(name: str, **keys: Any) -> dict[str, Any]:
    return {
        "id": name, "item": "SCREW-A", "quantity": "40", "uom": "PCE", "cards": 3, "consumer": "LINE1",
        "source": "STORE", "replenishment_s": 3600, "on_empty": "issue", "on_full": "receipt", **keys,
    }  # fmt: skip


class Plant(Rig):
    """Loop LP-1 with cards A1 to A3 and a demand of 40 an hour, loop LP-2 with B1 to B3 and none; all full."""

    def __init__(self, data_dir: Path) -> None:
        self.hand = HandClock()
        super().__init__(data_dir, self.hand, Decider(STATIONS))
        self._versions = 0
        self.load("loops", loop_row("LP-1", demand_per_hour="40"), loop_row("LP-2"))
        cards = [(f"{letter}{n}", loop) for letter, loop in (("A", "LP-1"), ("B", "LP-2")) for n in (1, 2, 3)]
        self.load("cards", *({"id": card, "loop": loop} for card, loop in cards))
        self.hand.pass_time(7_200_000)

    def load(self, dataset: str, *rows: dict[str, Any]) -> None:
        self._versions += 1
        verdict = self.writer.step([Request(MasterData(dataset, self._versions, "etag", rows))])[0].verdict
        assert verdict.code == "MD_CHANGED", verdict

    def empty(self, *cards: str) -> list[Verdict]:
        return [one.verdict for one in self.scan(*cards)]

    def ship(self, *cards: str) -> None:
        self._act(Action.SHIP, "S3", cards)

    def fill(self, *cards: str) -> None:
        self._act(Action.FULL, "S2", cards)

    def _act(self, action: Action, station: str, cards: tuple[str, ...]) -> None:
        for card in cards:
            read = replace(self.read(card).read, station=station)
            verdict = self.writer.step([Request(Scan(read, action, card=card))])[0].verdict
            assert verdict.status is Status.OK, verdict
