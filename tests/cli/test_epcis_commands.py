"""The commands that write what happened to goods as EPCIS, and check such a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from firmware_sim.epcis_repository import EpcisRepository
from gateway.cli import main
from gateway.epcis.check import check_document
from tests.epcis.dock_store import DockStore
from tests.epcis.warehouse import violations
from tests.goods.dock import PALLET, label

CONFIG = """
[gateway]
id = "G1"
site = "P1"
timezone = "Asia/Shanghai"
data_dir = "data"
[sync]
host = "broker.example"
[epcis]
gln = "0614141073467"
company_prefixes = ["4012345"]
[epcis.places]
DOCK = "urn:epc:id:sgln:0614141.07346.DOCK"
[[station]]
id = "D-1"
role = "goods"
location = "DOCK"
operation = "receive"
[[device]]
id = "scan-1"
type = "serial"
station = "D-1"
port = "/dev/ttyUSB0"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration in whose store a pallet was received."""
    path = tmp_path / "gateway.toml"
    path.write_text(CONFIG)
    store = DockStore(tmp_path / "data")
    assert store.receive(label(sscc=PALLET)).code == "GOODS_RECEIVED"
    store.close()
    return path


def run(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["epcis", arguments[0], "--config", str(config), *arguments[1:]])


def test_the_journal_is_written_as_a_document_that_every_check_finds_good(config: Path, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonld"
    result = run(config, "export", "--output", str(file))
    assert result.exit_code == 0, result.output
    document = json.loads(file.read_text())
    assert violations(document) == [] and check_document(document) == []
    assert len(document["epcisBody"]["eventList"]) == 5
    assert document["epcisBody"]["eventList"][0]["epcList"] == ["urn:epc:id:sscc:4012345.3000000001"]
    told = CliRunner().invoke(main, ["epcis", "check", str(file)])
    assert (told.exit_code, told.output) == (0, "ok: 5 events\n")


def test_what_is_new_is_captured_once(config: Path) -> None:
    with EpcisRepository() as repository:
        config.write_text(CONFIG.replace("[epcis]", f'[epcis]\ntls.enabled = false\nbase_url = "{repository.url}"'))
        told = [run(config, "capture") for _ in range(2)]
        assert [one.output for one in told] == ["5 EPCIS events captured\n", "0 EPCIS events captured\n"]
        assert len(repository.events) == 5
    stopped = run(config, "capture")
    assert stopped.exit_code == 0, stopped.output  # nothing is new, so nobody is asked


def test_a_capture_without_a_repository_says_so(config: Path) -> None:
    result = run(config, "capture")
    assert result.exit_code == 1 and "see base_url in [epcis]" in result.output


def test_days_are_those_of_the_plant(config: Path) -> None:
    def count(*options: str) -> int:
        return len(json.loads(run(config, "export", *options).output)["epcisBody"]["eventList"])

    # the clock of the store says 2026-09-21 14:13:20 UTC, which is the evening of that day in Shanghai
    assert count("--from", "2026-09-21T22:13", "--to", "2026-09-22") == count() == 5
    assert count("--from", "2026-09-21T22:14") == count("--to", "2026-09-21T22:13") == 0


def test_a_place_with_a_name_that_is_none_is_a_mistake_of_the_configuration(config: Path, tmp_path: Path) -> None:
    config.write_text(CONFIG.replace("urn:epc:id:sgln:0614141.07346.DOCK", "Dock 1"))
    result = run(config, "export", "--output", str(tmp_path / "events.jsonld"))
    assert result.exit_code == 2
    assert 'gateway.toml:13: epcis.places.DOCK: "Dock 1" is not possible: expected a place' in result.output


@pytest.mark.parametrize(("text", "said"), [("{", "not JSON"), ("[]", "list, expected a JSON object")])
def test_a_file_that_is_no_document_is_told(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "bad.json"
    file.write_text(text)
    result = CliRunner().invoke(main, ["epcis", "check", str(file)])
    assert result.exit_code == 1 and said in result.output
