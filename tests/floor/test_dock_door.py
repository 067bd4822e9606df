"""The simulated dock door: the same seed is the same day, and its reads look like those of real doors."""

from __future__ import annotations

import json
import random
import statistics
from collections import Counter
from pathlib import Path

from click.testing import CliRunner

from firmware_sim.cli import main
from firmware_sim.dock_door.day import episodes
from firmware_sim.dock_door.door import Door, Stretch
from firmware_sim.dock_door.episode import BACK, IN, OUT, Episode, edges_of
from firmware_sim.dock_door.inventory import Heard
from firmware_sim.dock_door.stock import Stock
from firmware_sim.llrp_reader import LlrpReader


def script(seed: int, count: int) -> list[Episode]:
    return list(episodes(Stock(random.Random(seed)).yard(), count))


def day(seed: int, count: int) -> list[Stretch]:
    yard = Stock(random.Random(seed)).yard()
    told = list(episodes(yard, count))
    return list(Door(seed, yard.standing, has_beams=True).stretches(told))


def test_a_seed_makes_the_same_day_again() -> None:
    first, second, other = day(3, 2), day(3, 2), day(4, 2)
    assert [one.said for one in first] == [one.said for one in second] != [one.said for one in other]


def test_reads_are_as_many_and_as_strong_as_at_real_doors() -> None:
    stretches = [one for one in day(5, 6) if one.episode is not None]
    heard = [said for one in stretches for said in one.said if isinstance(said, Heard)]
    rates = Counter(int(one.at_s) for one in heard)
    assert 50 <= statistics.median(rates.values()) <= 140 and max(rates.values()) <= 215
    assert min(one.rssi_dbm for one in heard) >= -80 and max(one.rssi_dbm for one in heard) <= -20
    of_tags = Counter(one.epc for one in heard)
    assert 3 <= statistics.median(of_tags.values()) <= 60


def test_the_light_curtains_are_interrupted_in_the_order_of_the_way() -> None:
    for episode in script(6, 30):
        if episode.kind in ("in", "out"):
            edges = edges_of(episode)
            order = {IN: [1, 2], OUT: [2, 1]}[episode.facts[0].direction]
            assert [edge.port for edge in edges] == order * 2
            assert [edge.is_blocked for edge in edges] == [True, True, False, False]


def test_who_turns_back_leaves_every_light_curtain_free() -> None:
    turned = [one for one in script(9, 60) if one.facts and one.facts[0].direction == BACK]
    assert turned
    for episode in turned:
        assert sum(1 if edge.is_blocked else -1 for edge in edges_of(episode)) == 0


def test_the_command_writes_what_announces_its_pallets(tmp_path: Path) -> None:
    plant = tmp_path / "plant.json"
    with LlrpReader() as taken:  # its port is in use: the command ends before it plays anything
        arguments = ["dock-door", "--port", str(taken.port), "--passages", "5", "--plant", str(plant)]
        assert CliRunner().invoke(main, arguments).exit_code != 0
    told = json.loads(plant.read_text())
    assert len(told["ship_notices"]) >= 1 and told["purchase_orders"][0]["lines"]
