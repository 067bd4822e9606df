"""`backtest` at the command line, on the journal of a gateway that really worked by its rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from tests.cli.test_store_commands import _CONFIG
from tests.reorder.shop import BELOW, ITEM, PLACE, Shop
from tests.store.rig import HandClock

DAYS, LEAD_DAYS, DAILY = 40, 3, 20
RULES = """
[[rule]]
id = "low"
kind = "below_safety"
safety_stock = {safety}
order_quantity = {quantity}
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty days of 20 a day; every order came after three days."""
    directory = tmp_path_factory.mktemp("worked")
    path = directory / "gateway.toml"
    path.write_text(_CONFIG)
    clock = HandClock()
    shop = Shop(directory / "data", BELOW, clock=clock)
    shop.receive(300)
    due: dict[int, dict[str, Any]] = {}
    for day in range(DAYS):
        shop.tick(60 * 24)
        if day in due:
            shop.receive_for(due[day]["id"], "1", 200)
        shop.issue(DAILY)
        for need in shop.triggers()[len(due) :]:
            line = {"line": "1", "item": ITEM, "quantity": "200", "uom": "PCE", "location": PLACE, "need": need["key"]}
            due[day + LEAD_DAYS] = {"id": f"PO-{len(due) + 1}", "supplier": "V1", "lines": [line]}
            shop.load("purchase_orders", *due.values())
    shop.tick(60 * 24)
    shop.move(0, PLACE, None, kind="stock_adjusted")
    shop.close()
    return path


def _backtest(config: Path, *arguments: str, safety: int = 180, quantity: int = 200) -> Result:
    rules = config.parent / "new.toml"
    rules.write_text(RULES.format(safety=safety, quantity=quantity))
    return CliRunner().invoke(main, ["backtest", "--rules", str(rules), "--config", str(config), *arguments])


def _figures(told: dict[str, Any], side: str) -> dict[str, Any]:
    [stock] = told["stocks"]
    figures: dict[str, Any] = stock[side]
    return figures


def test_the_baseline_is_what_the_gateway_really_did(config: Path) -> None:
    result = _backtest(config, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    actual = _figures(told, "actual")
    assert actual["signals"] >= 3
    assert _figures(told, "old") == actual == _figures(told, "new")
    [stock] = told["stocks"]
    assert (stock["item"], stock["location"], stock["uom"], stock["faults"]) == (ITEM, PLACE, "PCE", [])
    assert stock["lead_time_h"] == {"samples": actual["signals"], "median": 72.0, "least": 72.0, "most": 72.0}


def test_other_rules_are_compared_on_the_same_demand(config: Path) -> None:
    told = json.loads(_backtest(config, "--json", safety=60, quantity=400).output)
    old, new = _figures(told, "old"), _figures(told, "new")
    assert new["signals"] < old["signals"]
    assert float(new["average_stock"]) != float(old["average_stock"])
    assert new["red_pct"] > old["red_pct"]


def test_the_table_says_what_happened_beside_both(config: Path) -> None:
    output = _backtest(config, safety=60).output
    assert f"{ITEM} at {PLACE} (PCE)" in output
    assert [line.split("  ")[1] for line in output.splitlines() if line.startswith(("  what", "  rules", "  new"))] == [
        "what happened", "rules so far", "new rules",
    ]  # fmt: skip
    assert "lead times 3.0 to 3.0 days, of" in output


def test_the_picture_is_drawn_as_svg_and_as_png(config: Path, tmp_path: Path) -> None:
    for name in ("chart.svg", "chart.png"):
        result = _backtest(config, "--chart", str(tmp_path / name), safety=60)
        assert result.exit_code == 0, result.output
    words = " ".join(ElementTree.parse(tmp_path / "chart.svg").getroot().itertext())
    assert all(one in words for one in ("Back-test of new.toml", "Stock-outs", f"{ITEM} at {PLACE}", "new rules"))
    picture = cv2.imread(str(tmp_path / "chart.png"))
    assert picture is not None
    assert picture.shape[1] == 2000
    orange = np.all(np.abs(picture.astype(int) - (0x00, 0x7B, 0xE0)) < 40, axis=2)
    assert orange.sum() > 500


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--chart", "chart.gif"), 2, "expected a file ending in .svg or .png"),
        (("--lead-time", "soon"), 2, "--lead-time: time 'soon' is not understood"),
        (("--to", "2020-01-01"), 1, "no rule of either set is for an item and a place"),
    ],
)
def test_what_cannot_be_tested_is_said(config: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    result = _backtest(config, *arguments)
    assert (result.exit_code, said in result.output) == (code, True), result.output


def test_a_stock_whose_deliveries_nobody_saw_needs_a_lead_time(tmp_path: Path) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text(_CONFIG)
    shop = Shop(tmp_path / "data", BELOW)
    shop.receive(300)
    shop.issue(5)
    shop.close()
    result = _backtest(config)
    assert (result.exit_code, f"nobody knows how long goods take to {ITEM} at {PLACE}" in result.output) == (1, True)
    assert _backtest(config, "--lead-time", "3 d").exit_code == 0


def test_a_mistake_in_the_new_rules_is_told_with_its_line(config: Path) -> None:
    rules = config.parent / "wrong.toml"
    rules.write_text(RULES.format(safety=1, quantity=1) + "safty = 3\n")
    result = CliRunner().invoke(main, ["backtest", "--rules", str(rules), "--config", str(config)])
    assert (result.exit_code, "wrong.toml:7: " in result.output) == (2, True), result.output
