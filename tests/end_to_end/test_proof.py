"""The end-of-shift proof over both carriers: equal, or every difference by its event."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from tests.end_to_end.floor import TOKEN, Floor


@pytest.fixture(params=["mqtt", "rest"])
def floor(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Floor]:
    with Floor(tmp_path, carrier=request.param) as floor:
        if request.param == "rest":
            floor.erp.control(do="token", token=TOKEN)
        floor.settle()
        yield floor


def command(floor: Floor, *arguments: str) -> Result:
    """The command in this process, which is quicker; it asks the daemon that runs."""
    return CliRunner().invoke(main, ["proof", "--config", str(floor.gateway.config), *arguments])


def prove(floor: Floor) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(command(floor, "--wait", "60", "--json").output)
    return told


@pytest.mark.slow
@pytest.mark.promise("R2")
def test_both_sides_have_the_same_until_something_is_changed_in_the_ledger(floor: Floor) -> None:
    for number in range(4):
        floor.consume.scan_until_green(floor.code(f"K-{number:04d}"))
    floor.settle()
    told = prove(floor)
    assert (told["state"], told["events"] >= 4, told["differences"]) == ("equal", True, [])
    lost, changed = (floor.events("card_emptied")[number]["id"] for number in (1, 2))
    ledger = sqlite3.connect(floor.ledger, timeout=30)
    ledger.execute("DELETE FROM event WHERE id=?", (lost,))
    spoil = "CAST(replace(CAST(body AS TEXT),'card_emptied','card_filled') AS BLOB)"
    ledger.execute(f"UPDATE event SET body={spoil} WHERE id=?", (changed,))
    ledger.commit()
    ledger.close()
    told = prove(floor)
    assert told["state"] == "different"
    assert {(one["what"], one["id"]) for one in told["differences"]} == {("missing_there", lost), ("differs", changed)}
    shown = command(floor, "--last")
    assert shown.exit_code == 1
    assert f"the ERP does not have {lost} card_emptied" in shown.output
