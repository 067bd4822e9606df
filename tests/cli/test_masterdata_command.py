"""Commissioning without an ERP: a plant from files, by a stopped gateway and by a running one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.cli.stored import reading
from gateway.clock import SystemClock
from gateway.decide import Decider
from gateway.model import MasterData
from gateway.offline import instruct_offline
from gateway.settings import load_settings
from gateway.store.writer import Request, Writer
from gateway.wiring import open_store
from tests.cli.test_store_commands import _CONFIG
from tests.gateway_process import GatewayProcess

FILES = {
    "items.csv": "id,name,uom\nSCREW-A,Screw,PCE\n",
    "locations.csv": "id;kind\nLINE1;line\nSTORE;bin\n",
    "loops.csv": "id,item,quantity,uom,cards,consumer,source,on_empty,on_full,replenishment_s\n"
                 "LP-1,SCREW-A,40,PCE,2,LINE1,STORE,issue,receipt,3600\n",
    "cards.csv": "id,loop,initial\nC1,LP-1,FULL\nC2,LP-1,EMPTY\n",
    "stock.csv": "item,location,qty,since\nSCREW-A,LINE1,40,2026-01-31\n",
}  # fmt: skip


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "gateway.toml"
    path.write_text(_CONFIG)
    return path


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    directory = tmp_path / "plant"
    directory.mkdir()
    for name, text in FILES.items():
        (directory / name).write_text(text)
    return directory


def run(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["masterdata", *arguments, "--config", str(config)])


def test_a_plant_comes_from_files_into_a_gateway_that_never_ran(config: Path, plant: Path) -> None:
    result = run(config, "import", str(plant))
    assert result.exit_code == 0, result.output
    with reading(load_settings(config)) as reader:
        status = reader.status()
    assert {card["card"]: card["state"] for card in status["cards"]} == {"C1": "FULL", "C2": "EMPTY"}
    assert [(row["item"], row["location"], row["qty"]) for row in status["stock"]] == [("SCREW-A", "LINE1", "40")]
    assert [signal["cards"] for signal in status["signals"]] == [["C2"]]
    again = run(config, "import", str(plant))
    assert (again.exit_code, "0 new, 0 changed" in again.output) == (0, True)
    assert CliRunner().invoke(main, ["verify", "--config", str(config)]).exit_code == 0


def test_opening_stock_is_as_old_as_its_file_says(config: Path, plant: Path) -> None:
    run(config, "import", str(plant))
    result = CliRunner().invoke(main, ["report", "ageing", "--json", "--config", str(config)])
    (row,) = json.loads(result.output)["rows"]
    assert row["item"] == "SCREW-A"
    assert row["days"] >= 300


def test_a_dry_run_changes_nothing_and_says_what_it_would(config: Path, plant: Path) -> None:
    result = run(config, "import", str(plant), "--dry-run", "--json")
    told = json.loads(result.output)
    assert told["sets"]["cards"] == {"rows": 2, "added": 2, "changed": 0, "removed": []}
    assert told["stock"] == 1
    assert not (config.parent / "data").exists()


def test_one_mistake_stops_everything_before_anything_is_changed(config: Path, plant: Path) -> None:
    (plant / "cards.csv").write_text("id,loop\nC1,LP-9\n")
    result = run(config, "import", str(plant))
    assert result.exit_code == 1
    assert "cards.csv [cards] row 2, loop: is 'LP-9', which is no row of loops" in result.output
    assert not (config.parent / "data").exists()


def test_a_running_gateway_takes_it_and_gives_it_back(config: Path, plant: Path, tmp_path: Path) -> None:
    gateway = GatewayProcess(config)
    gateway.start()
    try:
        assert run(config, "import", str(plant)).exit_code == 0
        assert run(config, "export", str(tmp_path / "out.xlsx")).exit_code == 0
        again = run(config, "import", str(tmp_path / "out.xlsx"), "--replace", "--json")
        told = json.loads(again.output)
        assert {name: (one["added"], one["changed"], one["removed"]) for name, one in told["sets"].items()} == {
            name: (0, 0, []) for name in ("items", "locations", "loops", "cards")
        }
        assert gateway.ask("status")["stock"][0]["qty"] == "40"
    finally:
        gateway.stop()


def test_what_the_erp_publishes_replaces_what_people_brought_whatever_its_number(config: Path, plant: Path) -> None:
    run(config, "import", str(plant))
    (plant / "items.csv").write_text("id,uom\nSCREW-A,PCE\nNUT-B,PCE\n")
    run(config, "import", str(plant))
    settings, clock = load_settings(config), SystemClock("boot")
    store = open_store(settings, clock)
    assert store.view.master_version("items")[0] == 2
    data = MasterData("items", 1, "of-the-erp", ({"id": "SCREW-A", "uom": "PCE"},))
    assert Writer(store, Decider({}), clock).step([Request(data)])[0].verdict.code == "MD_CHANGED"
    assert store.view.master_version("items") == (1, "of-the-erp")
    store.close()
    refused = run(config, "import", str(plant))
    assert (refused.exit_code, "items come from the ERP (version 1): change them there" in refused.output) == (1, True)


def test_a_set_that_changed_meanwhile_is_not_overwritten(config: Path, plant: Path) -> None:
    run(config, "import", str(plant))
    verdict = instruct_offline(
        load_settings(config), "masterdata.import", {"dataset": "items", "rows": [], "base": 0}, "user:x"
    )
    assert verdict.code == "MD_CHANGED_MEANWHILE"


def test_stock_that_is_there_is_counted_and_not_set_again(config: Path, plant: Path) -> None:
    run(config, "import", str(plant))
    (plant / "stock.csv").write_text("item,location,qty\nSCREW-A,LINE1,50\n")
    result = run(config, "import", str(plant))
    assert result.exit_code == 1
    assert "1 places have other stock already (SCREW-A at LINE1: 40): count them at a goods station." in result.output


@pytest.mark.promise("R10")
@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("masterdata.import", {}), ("masterdata.import", {"dataset": "users", "rows": [], "base": 0}),
        ("masterdata.import", {"dataset": "items", "rows": "x", "base": 0}),
        ("stock.open", {}), ("stock.open", {"rows": 7}),
        ("stock.open", {"rows": [["A", "B", "qc", "", "1", "yesterday"]]}), ("stock.open", {"rows": [["A", "B"]]}),
        ("stock.open", {"rows": [["A", "B", "available", "", "-1", ""]]}),
        ("stock.open", {"rows": [["A", "B", "gone", "", "1", ""]]}),
        ("stock.open", {"rows": [["A", "B", "qc", "", 1, ""]]}),
    ],
)  # fmt: skip
def test_an_instruction_that_is_none_changes_nothing(config: Path, name: str, body: dict[str, object]) -> None:
    assert instruct_offline(load_settings(config), name, body, "user:x").code == "BAD_INSTRUCTION"


def test_the_template_has_every_table_and_is_never_written_over(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["masterdata", "template", str(tmp_path / "t.xlsx")])
    assert "loops: A kanban loop." in result.output
    again = CliRunner().invoke(main, ["masterdata", "template", str(tmp_path / "t.xlsx")])
    assert (again.exit_code, "exists already" in again.output) == (1, True)
    some = CliRunner().invoke(main, ["masterdata", "template", str(tmp_path / "d"), "--only", "items,cards"])
    assert some.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "d").iterdir()) == ["cards.csv", "items.csv"]
