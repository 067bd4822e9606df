"""`passages` and `passage`: what went through, told from the journal of a real store."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.clock import SystemClock
from gateway.ids import natural_id, new_id
from gateway.model import MasterData, Read, Scan
from gateway.passage import UNKNOWN, Opened, Passage
from gateway.settings import load_settings
from gateway.store.writer import Request, Writer
from gateway.wiring import decider, open_store
from tests.config.test_portal_table import GOOD
from tests.portal.gate import CASES, GOODS, PALLET, made
from tests.portal.scene import sscc

WHOLE = (sscc(1), *CASES)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A gateway whose portal saw one pallet come in, one without a direction, and now something else."""
    file = tmp_path / "gateway.toml"
    file.write_text(GOOD)
    settings = load_settings(file)
    clock = SystemClock("boot-1")
    store = open_store(settings, clock)
    writer = Writer(store, decider(settings), clock)
    for dataset, rows in GOODS.items():
        writer.step([Request(MasterData(dataset, 1, "e", tuple(rows)))])
    for passage in (made(WHOLE), made(WHOLE[:3], UNKNOWN, why="both sides at once"), None):
        wall_ms = clock.wall_ms()
        name = natural_id("gate-1", new_id(wall_ms))
        read = Read(name, "gate-1", "DOCK-1", b"{}", "", wall_ms, clock.mono_ms(), "boot-1", "ntp")
        writer.step([Request(Scan(read, passage=Opened("gate-1", 1, 0, "reads"), is_press=True))])
        if passage is not None:
            ended: Passage = replace(passage, id=name, portal="gate-1")
            writer.step([Request(Scan(replace(read, id=natural_id("gate-1", name)), passage=ended, is_press=True))])
    store.close()
    return file


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_passages_lists_each_with_direction_pallet_match_and_verdict(config: Path) -> None:
    first, second, third = run("passages", "--config", str(config)).splitlines()
    assert f"gate-1 in      {PALLET} 100 % of ASN-1: green, Received: 10 CS SCREW" in first
    assert f"gate-1 unknown {PALLET}" in second and "red, " in second
    assert third.startswith("in the door of gate-1 now: ")
    [only] = json.loads(run("passages", "--config", str(config), "--json", "--last", "1"))["passages"]
    assert only["code"] == "PORTAL_DIRECTION"
    assert run("passages", "--config", str(config), "--portal", "other").strip() == "nothing went through yet"


def test_passage_explains_one_with_votes_thresholds_tags_and_what_is_missing(config: Path) -> None:
    first, second = json.loads(run("passages", "--config", str(config), "--json"))["passages"]
    told = run("passage", "--config", str(config), first["passage"])
    assert "direction in by vote" in told and "vote_pct 80" in told and "10 matched, 100 %" in told
    assert "urn:epc:id:sgtin:0614141.1" in told
    told = run("passage", "--config", str(config), second["passage"])
    assert "why: both sides at once" in told and "missing 1: 192 of SCREW" in told
    [row] = json.loads(run("passage", "--config", str(config), second["passage"], "--json"))
    assert row["passage"] == second["passage"]


def test_the_task_names_the_command_that_explains_it(config: Path) -> None:
    assert "kanban-gateway passage " in run("resolve", "list", "--config", str(config))


def test_an_unknown_passage_is_an_error_in_words(config: Path) -> None:
    result = CliRunner().invoke(main, ["passage", "--config", str(config), "nothing"])
    assert result.exit_code == 1 and "no passage begins with 'nothing'" in result.output
