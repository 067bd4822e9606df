"""`report` at the command line: every report has an answer, as text and as JSON."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.cli.report import REPORTS
from gateway.store.reader import StoreReader
from tests.cli.test_store_commands import _CONFIG
from tests.reorder.shop import BELOW, ITEM, PLACE, Shop
from tests.store.rig import HandClock

NAMES = [name for name, _, _ in REPORTS]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty days of ten a day out of 300."""
    directory = tmp_path_factory.mktemp("worked")
    path = directory / "gateway.toml"
    path.write_text(_CONFIG)
    clock = HandClock()
    shop = Shop(directory / "data", BELOW, clock=clock)
    shop.receive(300, lot="A")
    for _ in range(20):
        shop.tick(60 * 24)
        shop.issue(10, lot="A")
    shop.close()
    return path


@pytest.mark.parametrize("name", NAMES)
def test_every_report_answers(config: Path, name: str) -> None:
    text = CliRunner().invoke(main, ["report", name, "--config", str(config)])
    assert text.exit_code == 0, text.output
    told = json.loads(CliRunner().invoke(main, ["report", name, "--config", str(config), "--json"]).output)
    assert text.output.splitlines()[0] == told["report"]
    assert told.keys() == {"report", "rows", "total", "notes"}


def test_turns_are_use_against_average_stock(config: Path) -> None:
    told = json.loads(CliRunner().invoke(main, ["report", "turns", "--config", str(config), "--json"]).output)
    [row] = told["rows"]
    assert (row["item"], row["area"], row["uom"], row["used"]) == (ITEM, PLACE, "PCE", "200")
    # 300 at first, 10 less each day for 20 days
    assert row["average stock"] == "205"
    assert row["turns"] == round(200 * 365 / (205 * 20), 1)


def test_an_unknown_report_is_told_with_those_that_exist(config: Path) -> None:
    result = CliRunner().invoke(main, ["report", "profit", "--config", str(config)])
    assert (result.exit_code, "No such command" in result.output) == (2, True)


def test_a_journal_that_is_read_in_pieces_is_read_whole(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(StoreReader(config.parent / "data")) as reader:
        whole = [event["seq"] for event in reader.telling(('"t":',))]
        monkeypatch.setattr("gateway.store.reader.ROWS_AT_ONCE", 7)
        assert [event["seq"] for event in reader.telling(('"t":',))] == whole == list(range(1, reader.head() + 1))
        assert {event["t"] for event in reader.telling(('"t":"goods_issued"',))} == {"goods_issued"}
