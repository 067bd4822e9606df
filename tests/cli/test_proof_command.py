"""`proof` at the command line of a stopped gateway: asked for now, answered when the ERP hears of it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.cli.proof import shift_before
from gateway.clock import SystemClock
from gateway.store.reader import EventFilter, StoreReader
from tests.cli.worked_loop import worked_loop


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Two bins emptied just now."""
    path, rig, clock = worked_loop(tmp_path, ("C1", "C2"))
    clock.pass_time(SystemClock().wall_ms() - clock.wall_ms())
    rig.scan("C1", "C2")
    rig.close()
    return path


def _proof(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["proof", "--wait", "0", "--config", str(config), *arguments])


def test_it_is_asked_for_though_nobody_answers_yet(config: Path) -> None:
    result = _proof(config)
    assert (result.exit_code, "2 events in 48 windows" in result.output) == (1, True), result.output
    assert "the ERP has not answered yet" in result.output
    reader = StoreReader(config.parent / "data")
    [asked] = reader.events(EventFilter(kind="proof_asked"))
    reader.close()
    assert sum(window["count"] for window in asked["windows"]) == 2
    told = json.loads(_proof(config, "--last", "--json").output)
    assert (told["state"], told["proof"], told["events"]) == ("open", asked["proof"], 2)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--last",), 1, "no proof was ever asked for here"),
        (("--shift", "6-14"), 2, "expected hours such as 06:00-14:00"),
        (("--from", "2026-01-01", "--to", "2026-02-01"), 2, "at most 7 days"),
    ],
)
def test_what_cannot_be_proved_is_said(config: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    result = _proof(config, *arguments)
    assert (result.exit_code, said in result.output) == (code, True), result.output


@pytest.mark.parametrize(
    ("shift", "now", "start", "end"),
    [
        ("06:00-14:00", "2026-11-30T15:00", "2026-11-30T06:00", "2026-11-30T14:00"),
        ("06:00-14:00", "2026-11-30T13:59", "2026-11-29T06:00", "2026-11-29T14:00"),
        ("22:00-06:00", "2026-11-30T07:00", "2026-11-29T22:00", "2026-11-30T06:00"),
        ("22:00-06:00", "2026-11-30T03:00", "2026-11-28T22:00", "2026-11-29T06:00"),
    ],
)
def test_a_shift_is_the_last_one_that_has_ended_in_the_plants_time(shift: str, now: str, start: str, end: str) -> None:
    zone = ZoneInfo("Asia/Shanghai")

    def at_ms(text: str) -> int:
        return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)

    assert shift_before(shift, zone, at_ms(now)) == (at_ms(start), at_ms(end))
