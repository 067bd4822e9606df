"""The commands that look at the store and mend it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.decide import Decider
from gateway.model import MasterData
from gateway.stations.station import Station
from gateway.store.connection import DATABASE
from gateway.store.writer import Request
from tests.store.rig import Rig

_CONFIG = """
[gateway]
id = "G1"
site = "P1"
data_dir = "data"
[sync]
host = "broker.example"
[[station]]
id = "S1"
role = "consume"
location = "LINE1"
[[device]]
id = "scan-1"
type = "serial"
station = "S1"
port = "/dev/ttyUSB0"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose store has seen three scans and one refusal."""
    path = tmp_path / "gateway.toml"
    path.write_text(_CONFIG)
    rig = Rig(tmp_path / "data")
    rig.scan("K-1", "K-2")
    rig.scan("K-1", "SKIP")
    rig.close()
    return path


def _run(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [arguments[0], "--config", str(config), *arguments[1:]])


def _change(config: Path, sql: str) -> None:
    connection = sqlite3.connect(config.parent / "data" / DATABASE)
    connection.execute(sql)
    connection.commit()
    connection.close()


def test_status_tells_cards_stock_and_what_waits(config: Path) -> None:
    text = _run(config, "status").output
    assert "card K-1 (LP-1): FULL, cycle 1" in text
    assert "stream sig: 3 stored, 0 settled, 3 waiting" in text
    told = json.loads(_run(config, "status", "--json").output)
    assert told["stock"] == [{"item": "SCREW-A", "location": "LINE3", "status": "available", "lot": "", "qty": "-40"}]
    assert [signal["key"] for signal in told["signals"]] == ["card/P1/K-2/1/empty"]


@pytest.mark.decision("K11")
def test_status_tells_the_colour_of_each_loop(config: Path) -> None:
    rig = Rig(config.parent / "data", decide=Decider({"S1": Station("S1", "consume", "LINE1")}))
    loop = {
        "id": "LP-1", "item": "SCREW-A", "quantity": "40", "uom": "PCE", "cards": 2, "consumer": "LINE1",
        "source": "STORE", "on_empty": "issue", "on_full": "receipt", "demand_per_hour": "30",
    }  # fmt: skip
    for dataset, row in (("loops", loop), ("cards", {"id": "K-1", "loop": "LP-1"})):
        rig.writer.step([Request(MasterData(dataset, 1, "e", (row,)))])
    rig.close()
    text = _run(config, "status").output
    assert "loop LP-1 (SCREW-A): yellow, 1 full, 1 open of 2 cards, 10 to spare until bins come back" in text
    (told,) = json.loads(_run(config, "status", "--json").output)["loops"]
    assert (told["loop"], told["colour"], told["margin"]) == ("LP-1", "yellow", "10")


def test_verify_is_quiet_about_a_sound_store(config: Path) -> None:
    result = _run(config, "verify", "--json")
    assert result.exit_code == 0
    assert json.loads(result.output)["ok"] is True


@pytest.mark.promise("R4")
def test_a_changed_projection_is_found_by_verify_and_mended_by_rebuild(config: Path) -> None:
    _change(config, "UPDATE stock SET quantity=0")
    found = _run(config, "verify")
    assert found.exit_code == 1
    assert "stock" in found.output
    assert "ok: 5 events folded" in _run(config, "rebuild").output
    assert _run(config, "verify").exit_code == 0


@pytest.mark.promise("R5")
def test_a_changed_journal_is_not_rebuilt_but_its_sound_part_can_be_kept(config: Path) -> None:
    _change(config, "UPDATE journal SET body=replace(body,'SCREW-A','SCREW-B') WHERE seq=3")
    refused = _run(config, "rebuild")
    assert refused.exit_code == 1
    assert "journal row 3" in refused.output
    assert _run(config, "rebuild", "--salvage").exit_code == 0
    assert _run(config, "verify").exit_code == 0
    assert list((config.parent / "data").glob("set-aside-*"))
    rows = [json.loads(line) for line in _run(config, "events").output.splitlines()]
    assert [row["t"] for row in rows] == ["epoch_started", "card_emptied", "epoch_started"]


def test_events_can_be_asked_by_kind_station_card_and_number(config: Path) -> None:
    def kinds(*arguments: str) -> list[str]:
        return [json.loads(line)["t"] for line in _run(config, "events", *arguments).output.splitlines()]

    assert kinds("--card", "K-1") == ["card_emptied", "card_filled"]
    assert kinds("--kind", "scan_refused") == ["scan_refused"]
    assert kinds("--station", "S1", "--last", "2") == ["card_filled", "scan_refused"]
    assert kinds("--station", "S9") == []
    assert len(kinds("--after", "3")) == 2


def test_export_holds_what_is_needed_to_check_the_chain_elsewhere(config: Path, tmp_path: Path) -> None:
    assert _run(config, "export", "--output", str(tmp_path / "journal.jsonl")).exit_code == 0
    rows = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
    assert [row["seq"] for row in rows] == [1, 2, 3, 4, 5]
    assert {"seq", "stream", "hash", "event"} == set(rows[0])
    assert _run(config, "verify", "--export", str(tmp_path / "journal.jsonl")).exit_code == 0
    forged = (tmp_path / "journal.jsonl").read_text().replace("SCREW-A", "SCREW-B", 1)
    (tmp_path / "forged.jsonl").write_text(forged)
    assert _run(config, "verify", "--export", str(tmp_path / "forged.jsonl")).exit_code == 1


def test_a_store_that_does_not_exist_is_said_to_be_missing(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(_CONFIG)
    result = _run(path, "status")
    assert result.exit_code == 1
    assert "there is no store" in result.output


def test_a_card_code_is_printed_without_a_store(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(_CONFIG)
    assert _run(path, "card", "K-0001").output == "K1.P1.K-0001.1.22\n"
    refused = _run(path, "card", "k 1")
    assert refused.exit_code == 1
    assert "cannot be printed" in refused.output


def test_a_whole_card_needs_its_master_data(config: Path, tmp_path: Path) -> None:
    result = _run(config, "card", "K-1", "--svg", str(tmp_path / "card.svg"))
    assert result.exit_code == 1
    assert "not in the master data" in result.output


def test_command_cards_need_a_secret(config: Path) -> None:
    assert "no secret" in _run(config, "command-card", "undo").output
    secret = config.parent / "credentials" / "command-secret"
    secret.parent.mkdir()
    secret.write_text("not for everyone")
    secret.chmod(0o600)
    config.write_text(_CONFIG + '\n[commands]\nsecret_credential = "command-secret"\n')
    assert _run(config, "command-card", "undo").output.startswith("K1C.P1.UNDO.")
