"""`mode`, `walk` and `card` at the command line: what is wrong is said, with what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.cli.instruct import instruct
from gateway.clock import SystemClock
from gateway.decide import Decider
from gateway.model import MasterData
from gateway.settings import load_settings
from gateway.store.writer import Request, Writer
from gateway.wiring import open_store
from tests.cli.test_store_commands import _CONFIG
from tests.kanban.floor import LOOP


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A stopped gateway that knows loop LP-1 with three cards."""
    path = tmp_path / "gateway.toml"
    path.write_text(_CONFIG)
    settings, clock = load_settings(path), SystemClock("boot")
    store = open_store(settings, clock)
    writer = Writer(store, Decider({}), clock)
    cards = tuple({"id": f"C{n}", "loop": "LP-1"} for n in (1, 2, 3))
    for dataset, rows in (("loops", (LOOP,)), ("cards", cards)):
        writer.step([Request(MasterData(dataset, 1, "e", rows))])
    store.close()
    return path


def _run(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--config", str(config)])


def test_options_may_stand_before_or_after_the_second_word(config: Path) -> None:
    result = CliRunner().invoke(main, ["mode", "--config", str(config), "set", "loop", "LP-1", "shadow"])
    assert (result.exit_code, "now in mode shadow" in result.output) == (0, True)
    assert "loop LP-1 shadow since" in _run(config, "mode", "show").output
    assert "walk it before going live" in _run(config, "mode", "show").output
    assert "loop LP-1 works in shadow since" in _run(config, "status").output


def test_nothing_switched_is_all_live(config: Path) -> None:
    assert _run(config, "mode", "show").output == "all loops and stations: live\n"


def test_a_card_is_printed_without_a_second_word_as_ever(config: Path) -> None:
    usual = _run(config, "card", "C1").output
    assert usual.startswith("K1.P1.C1.1.")
    assert _run(config, "card", "print", "C1").output == usual
    assert CliRunner().invoke(main, ["card", "--config", str(config), "C1"]).output == usual
    first = ["card", "--revision", "4", "--config", str(config), "C1"]
    assert CliRunner().invoke(main, first).output.startswith("K1.P1.C1.4.")


def test_a_family_names_its_commands(config: Path) -> None:
    text = CliRunner().invoke(main, ["card", "--help"]).output
    assert all(word in text for word in ("print", "lost", "found", "reprint", "replace"))
    assert _run(config, "mode", "dim").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("mode", "set", "station", "S9", "training"), 1, "expected one of S1"),
        (("mode", "set", "loop", "LP-9", "shadow"), 1, "'LP-9' is not known here"),
        (("mode", "set", "loop", "LP-1", "dark"), 2, "'training', 'shadow', 'live'"),
        (("walk", "LP-1"), 2, "one or more of S1"),
        (("walk", "LP-1", "--station", "S9"), 1, "expected one of S1"),
        (("walk", "LP-9", "--station", "S1"), 1, "not known here"),
        (("walk", "LP-1", "--finish"), 1, "not being walked"),
        (("walk", "LP-1", "--finish", "--cancel"), 2, "exclude each other"),
        (("walk", "LP-1", "--station", "S1", "--mark-lost"), 2, "go with --finish"),
        (("walk", "LP-1", "--finish", "--station", "S1"), 2, "belongs to the opening"),
        (("card", "lost", "NOPE"), 1, "not known here"),
        (("card", "replace", "C1", "C2"), 1, "expected a new card"),
    ],
)
def test_what_is_wrong_is_said(config: Path, arguments: tuple[str, ...], status: int, said: str) -> None:
    result = _run(config, *arguments)
    assert (result.exit_code, said in result.output) == (status, True), result.output


def test_a_finished_walk_is_shown_to_people(config: Path) -> None:
    _run(config, "walk", "LP-1", "--station", "S1")
    output = _run(config, "walk", "LP-1", "--finish", "--mark-lost").output
    assert "0 seen, 3 missing" in output
    assert "missing (3): C1, C2, C3" in output
    assert "NOT_LOST" not in _run(config, "card", "found", "C1").output


def test_a_mode_cannot_be_asked_where_no_store_is(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(_CONFIG)
    result = _run(path, "mode", "show")
    assert (result.exit_code, "there is no store" in result.output) == (1, True)
    assert instruct(load_settings(path), "mode.set", {}).code == "BAD_INSTRUCTION"
