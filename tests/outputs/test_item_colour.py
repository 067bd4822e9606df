"""The colour of items: red, yellow and green by a rule, in `status` and on lights (A13, A14)."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.item_colour import items_json, worst_item
from gateway.kanban.colour import Colour
from gateway.lights import ColourWatch
from tests.reorder.shop import Shop

RULE = {"id": "colour", "kind": "item_colour", "threshold": 50}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path, RULE)


def test_an_item_turns_yellow_and_red_and_green_again(shop: Shop) -> None:
    colours = []
    for change in (60, -20, -40, 200):
        if change > 0:
            shop.receive(change)
        else:
            shop.issue(-change)
        colours += [one["colour"] for one in items_json(shop.data_dir)]
    assert colours == ["green", "yellow", "red", "green"]
    assert shop.asked() == []


def test_a_light_shows_the_worst_of_its_items(shop: Shop, tmp_path: Path) -> None:
    watch = ColourWatch(frozenset(), tmp_path, shop.clock, frozenset({"SCREW", "NUT"}))
    shop.receive(60)
    shop.receive(10, item="NUT")
    watch.look()
    assert watch.worst_item(("SCREW", "NUT")) is Colour.YELLOW
    assert watch.worst_item(("SCREW@WH",)) is Colour.GREEN
    assert watch.worst_item(("SCREW@LINE", "BOLT")) is None
    watch.close()
    assert watch.worst_item(("SCREW",)) is None


def test_without_a_rule_nothing_has_a_colour(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.receive(10)
    assert items_json(tmp_path) == []
    assert worst_item({}, ["SCREW"]) is None
