"""`classes`, `consignment`, `level` and `rules kinds` on the store of a gateway that does not run."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.model import MasterData
from gateway.reorder.kind import KINDS
from tests.cli.test_reorder_commands import CONFIG
from tests.kanban.floor import LOOP
from tests.reorder.shop import PLACE, Shop


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Screws are ours, nuts belong to ACME, and so does one lot of screws."""
    path = tmp_path / "gateway.toml"
    path.write_text(CONFIG)
    shop = Shop(tmp_path / "data")
    shop.load("items", *({"id": item, "uom": "PCE"} for item in ("SCREW", "NUT", "PIN")))
    shop.load("lots", {"id": "1", "item": "SCREW", "lot": "L1", "owner": "ACME"})
    shop.load("order_points", {"id": "1", "item": "NUT", "location": PLACE, "owner": "ACME", "class": "C"})
    shop.load("loops", LOOP, {**LOOP, "id": "LP-2"})
    shop.load("cards", *({"id": f"C{n}", "loop": "LP-1" if n < 3 else "LP-2", "initial": "EMPTY"} for n in range(4)))
    for item, qty, more in (("SCREW", 100, {}), ("SCREW", 7, {"lot": "L1"}), ("NUT", 30, {}), ("PIN", 1, {})):
        shop.receive(qty, item=item, **more)
        shop.issue(qty, item=item, **more)
    shop.move(2, None, PLACE, item="NUT", kind="goods_returned")
    shop.move(5, PLACE, "LINE", item="NUT")
    line = {"item": "SCREW", "qty": "0"}
    shop.tell("stock_counted", operation="count", is_open=False, lines=[line])
    shop.close()
    return path


def _run(*arguments: str, config: Path | None = None) -> Result:
    return CliRunner().invoke(main, [*arguments, *(("--config", str(config)) if config else ())])


def _told(*arguments: str, config: Path) -> Any:
    result = _run(*arguments, "--json", config=config)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_a_supplier_is_paid_for_what_left_for_good_and_did_not_come_back(config: Path) -> None:
    rows = _told("consignment", config=config)["used"]
    assert [(row["owner"], row["item"], row["qty"]) for row in rows] == [("ACME", "NUT", "28"), ("ACME", "SCREW", "7")]
    assert "ACME: 28 PCE NUT" in _run("consignment", config=config).output
    nothing = _run("consignment", "--to", "2001-01-01", config=config)
    assert nothing.output == "nothing was used of what belongs to suppliers\n"


def test_items_are_classified_by_the_value_of_what_was_used(config: Path, tmp_path: Path) -> None:
    by_quantity = {row["item"]: row["class"] for row in _told("classes", config=config)["items"]}
    assert by_quantity == {"SCREW": "A", "NUT": "B", "PIN": "C"}
    prices = tmp_path / "prices.csv"
    prices.write_text("item,price\nPIN,5000\nSCREW,0.01\n")
    rows = _told("classes", "--prices", str(prices), config=config)["items"]
    assert (rows[0]["item"], rows[0]["class"], rows[0]["value"]) == ("PIN", "A", "5000")
    assert next(row for row in rows if row["item"] == "SCREW")["late_days"] is None  # it was counted just now


def test_a_price_that_is_none_is_told_with_its_line(config: Path, tmp_path: Path) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_text("item,price\nPIN,much\n")
    result = _run("classes", "--prices", str(prices), config=config)
    assert result.exit_code == 1
    assert "prices.csv:2: 'PIN,much' has no price" in result.output


def test_open_cards_of_a_source_are_mixed_evenly(config: Path) -> None:
    told = _told("level", LOOP["source"], "--hours", "4", config=config)
    assert (told["pitch_s"], [row["loop"] for row in told["plan"]]) == (3600, ["LP-1", "LP-1", "LP-2", "LP-1"])
    assert "4 open cards" in _run("level", LOOP["source"], config=config).output
    assert _run("level", "NOWHERE", config=config).exit_code == 1


def test_a_levelled_source_is_shown_the_pitches_in_which_it_will_be_given_its_cards(config: Path) -> None:
    shop = Shop(config.parent / "data")
    level = {"pitch_s": 600, "deciding_gateway": "G1", "max_wait_s": 10**9}
    rows = [{**LOOP, **level, "source": "CELL", "id": name} for name in ("LV-1", "LV-2")]
    shop.step(MasterData("loops", 9, "e9", ({**LOOP}, {**LOOP, "id": "LP-2"}, *rows)))
    cards = [{"id": f"V{n}", "loop": f"LV-{1 + n // 2}", "initial": "WAIT"} for n in range(4)]
    shop.step(MasterData("cards", 9, "e9", tuple(cards)))
    shop.close()
    told = _told("level", "CELL", config=config)
    assert [row["cards"] for row in told["plan"]] == [["V0"], ["V2"], ["V1"], ["V3"]]
    times = [datetime.fromisoformat(row["pitch"]) for row in told["plan"]]
    assert {after - before for before, after in pairwise(times)} == {timedelta(minutes=10)}
    assert "4 cards wait for CELL, which takes 1 every 10.0 min" in _run("level", "CELL", config=config).output


def test_classes_says_which_counts_the_gateway_will_ask_for(config: Path) -> None:
    assert _told("classes", config=config)["counts"] == []
    config.write_text(f"{CONFIG}\n[goods]\ncount_days = [0, 0, 30]\n")
    asked = {"item": "NUT", "place": PLACE, "class": "C", "is_asked": False}
    assert _told("classes", config=config)["counts"] == [asked]
    assert f"to count: NUT at {PLACE}, not asked for yet" in _run("classes", config=config).output


def test_every_kind_of_rule_is_listed_with_its_parameters() -> None:
    listed = _run("rules", "kinds")
    assert [line.split()[0] for line in listed.output.splitlines()] == list(KINDS)
    told = json.loads(_run("rules", "kinds", "--json").output)
    assert set(told) == set(KINDS)
    one = _run("rules", "kinds", "min_max").output
    assert "minimum" in one
    assert "must be given; a whole number, or a decimal in quotes such as '2.5', from 0 to 1000000000" in one
    assert "default position; one of on_hand, free, position" in one
    assert _run("rules", "kinds", "magic").exit_code == 1
