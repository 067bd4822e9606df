"""`size` at the command line, on the store of a gateway whose loop was worked with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.model import Action, Status
from gateway.store.writer import Request
from tests.cli.worked_loop import worked_loop

HOUR_MS = 3_600_000


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A bin every hour for two days, back after two and a half."""
    path, rig, clock = worked_loop(tmp_path, tuple(f"C{n}" for n in range(6)))
    clock.pass_time(4 * HOUR_MS)
    for half in range(96):
        clock.pass_time(HOUR_MS // 2)
        scan = rig.read(f"C{half // 2 % 6}")
        if half % 2 and half > 5:
            full = rig.read(f"C{(half - 5) // 2 % 6}")
            object.__setattr__(full, "action", Action.FULL)
            assert rig.writer.step([Request(full)])[0].verdict.status is Status.OK
        if not half % 2:
            assert rig.writer.step([Request(scan)])[0].verdict.status is Status.OK
    rig.close()
    return path


def _size(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["size", *arguments, "--config", str(config)])


def test_formulas_and_simulated_service_stand_side_by_side(config: Path) -> None:
    result = _size(config, "LP-1")
    assert result.exit_code == 0, result.output
    assert "loop LP-1: 6 cards of 40 PCE SCREW-A" in result.output
    assert "bins came back after 2.50 h to 2.50 h" in result.output
    assert "simulated      4 cards: a full bin at 100.00 % of the needs <- proposed for 95 %" in result.output
    assert all(one in result.output for one in ("classic", "SAP", "Oracle", "statistical", "two-bin", "triangle"))


def test_the_same_as_json(config: Path) -> None:
    told = json.loads(_size(config, "LP-1", "--service", "99", "--json").output)
    assert (told["proposed"], told["cards_now"], told["bins"]) == (4, 6, 48)
    assert [row["cards"] for row in told["simulated"]] == [3, 4, 5]
    assert told["simulated"][0]["service"] < 10 and told["service_now"] == 100.0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("LP-9",), "'LP-9' is not in the master data"), (("LP-1", "--to", "2020-01-01"), "used up 0 bins in 0 min")],
)
def test_what_cannot_be_sized_is_said(config: Path, arguments: tuple[str, ...], said: str) -> None:
    result = _size(config, *arguments)
    assert (result.exit_code, said in result.output) == (1, True), result.output
