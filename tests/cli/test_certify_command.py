"""`certify` at the command line, on the store of a stopped gateway whose loop was in shadow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.ids import new_id
from gateway.model import Command, Instruction, MasterData
from gateway.store.writer import Request
from tests.cli.test_store_commands import _CONFIG
from tests.cli.worked_loop import worked_loop
from tests.reorder.shop import BELOW, ITEM, Shop

HOUR_MS = 3_600_000


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Three cards emptied in shadow; the ERP ordered for the first, and filled the second."""
    path, rig, clock = worked_loop(tmp_path, ("C1", "C2", "C3"))
    body = {"scope": "loop", "name": "LP-1", "mode": "shadow"}
    rig.writer.step([Request(Instruction(new_id(0), "mode.set", body, "user:test"))])
    for card in ("C1", "C2", "C3"):
        clock.pass_time(HOUR_MS)
        rig.scan(card)
    line = {"line": "1", "item": "SCREW-A", "quantity": "40", "uom": "PCE"}
    orders = ({"id": "PO-1", "supplier": "V1", "lines": [line]},)
    rig.writer.step([Request(MasterData("purchase_orders", 1, "e", orders))])
    rig.writer.step([Request(Command("c1", "card_full", {"card": "C2", "cycle": 1}))])
    rig.close()
    return path


def _certify(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["certify", *arguments, "--config", str(config)])


def test_a_loop_is_compared_and_told_what_is_missing(config: Path) -> None:
    result = _certify(config, "LP-1")
    assert result.exit_code == 0, result.output
    assert "3 needs of ours, 2 deeds of the ERP" in result.output
    assert "40 (C2) | filling C2/1: the ERP reported the bin full" in result.output
    assert "[ ] 3 needs were compared: go on until there are 10" in result.output
    assert "[ ] the loop was not walked since it is in shadow: kanban-gateway walk LP-1" in result.output
    assert "Not ready: 3 of 5 conditions are missing." in result.output


def test_the_same_as_json(config: Path) -> None:
    told = json.loads(_certify(config, "LP-1", "--json").output)
    assert told["counts"] == {"both": 1, "apart": 1, "only_us": 1, "only_them": 0}
    assert [row["outcome"] for row in told["rows"]] == ["apart", "both", "only_us"]
    assert told["rows"][0]["theirs"][0]["ref"] == "PO-1" and told["rows"][0]["ours"][0]["sent"] is False


def test_a_period_leaves_out_what_lies_before_it(config: Path) -> None:
    assert json.loads(_certify(config, "LP-1", "--from", "2030-01-01", "--json").output)["rows"] == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("LP-9",), 1, "'LP-9' is no loop and no item"),
        (("LP-1", "--from", "yesterday"), 2, "expected a day such as 2026-11-30"),
        (("LP-1", "--from", "2026-11-30", "--to", "2026-11-01"), 2, "lies before"),
    ],
)
def test_what_cannot_be_certified_is_said(config: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    result = _certify(config, *arguments)
    assert (result.exit_code, said in result.output) == (code, True), result.output


def test_the_rules_of_an_item_in_shadow_are_compared_with_the_orders_of_the_erp(tmp_path: Path) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text(_CONFIG)
    shop = Shop(tmp_path / "data", {**BELOW, "mode": "shadow"})
    shop.receive(190)
    shop.issue(11)
    shop.tick(60)
    line = {"line": "1", "item": ITEM, "quantity": "250", "uom": "PCE"}
    shop.load("purchase_orders", {"id": "PO-1", "supplier": "V1", "lines": [line]})
    shop.close()
    told = json.loads(_certify(config, ITEM, "--json").output)
    [row] = told["rows"]
    assert (row["outcome"], row["why"], row["apart_ms"]) == ("apart", "the ERP ordered 50 more", HOUR_MS)
    assert row["ours"][0]["sent"] is False
    assert told["ready"] == "Not ready: 1 of 4 conditions are missing."
    assert "it works in shadow" in _certify(config, ITEM).output
