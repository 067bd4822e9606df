"""`identity`: whose name the store has, that a box keeps it, and a new one; on a stopped store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.clock import SystemClock
from gateway.decide import Decider
from gateway.model import Rival
from gateway.settings import load_settings
from gateway.store.writer import Request, Writer
from gateway.wiring import open_store
from tests.cli.test_store_commands import _CONFIG
from tests.store.rig import Rig


def run(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--config", str(config)])


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A stopped gateway that has seen its double."""
    path = tmp_path / "gateway.toml"
    path.write_text(_CONFIG)
    rig = Rig(tmp_path / "data")
    rig.scan("K-1", "K-2")
    rig.close()
    settings, clock = load_settings(path), SystemClock("boot")
    store = open_store(settings, clock)
    writer = Writer(store, Decider({}), clock)
    for _ in range(2):
        writer.step([Request(Rival("two boxes use the id 'G1'"))])
    store.close()
    return path


def told(config: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(run(config, "identity", "show", "--json").output)
    return found


def test_a_double_is_shown_and_kept_over_a_restart(config: Path) -> None:
    assert told(config)["rival"] == {"why": "two boxes use the id 'G1'"}
    assert "nothing is sent: two boxes" in run(config, "identity", "show").output
    assert "NOTHING IS SENT: two boxes" in run(config, "status").output
    events = run(config, "events", "--kind", "rival_detected").output
    assert len(events.splitlines()) == 1


def test_the_box_that_keeps_its_id_has_a_claim_and_a_new_epoch(config: Path) -> None:
    before = told(config)
    assert "keeps the id G1" in run(config, "identity", "keep").output
    after = told(config)
    assert ("rival" in after, after["epoch"] != before["epoch"]) == (False, True)
    first = after["claim"]
    run(config, "identity", "keep")
    assert told(config)["claim"] != first
    assert run(config, "verify").exit_code == 0


def test_a_store_gets_the_id_that_the_configuration_says(config: Path) -> None:
    run(config, "identity", "keep")
    before = told(config)
    config.write_text(config.read_text().replace('id = "G1"', 'id = "G7"'))
    refused = run(config, "identity", "keep")
    assert (refused.exit_code, "identity new" in refused.output) == (1, True)
    assert "the store of G1 is the store of G7 now" in run(config, "identity", "new").output
    after = told(config)
    assert (after["gateway"], after["epoch"] != before["epoch"], "claim" in after) == ("G7", True, False)
    assert run(config, "verify").exit_code == 0
    assert "has the id 'G7' already" in run(config, "identity", "new").output
    streams = json.loads(run(config, "status", "--json").output)["streams"]
    assert streams["sig"]["unsettled"] == 2


@pytest.mark.parametrize("act", ["show", "new"])
def test_without_a_store_there_is_nothing_to_name(tmp_path: Path, act: str) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(_CONFIG)
    result = run(path, "identity", act)
    assert (result.exit_code, "store" in result.output) == (1, True)
