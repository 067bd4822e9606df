"""`resolve` at the running daemon, with the ERP over both carriers: booked once however often it is sent."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.floor import QUANTITY, TOKEN, Floor

FULL = 1_000_000


@pytest.fixture(params=["mqtt", "rest"])
def floor(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Floor]:
    with Floor(tmp_path, carrier=request.param) as floor:
        if request.param == "rest":
            floor.erp.control(do="token", token=TOKEN)
        floor.settle()
        yield floor


def use(floor: Floor, card: str) -> str:
    """Empty a bin; the id of what was told of it."""
    floor.consume.scan_until_green(floor.code(card))
    return str(floor.events("card_emptied")[-1]["id"])


def tasks(floor: Floor) -> dict[str, Any]:
    return {task["id"]: task for task in floor.gateway.ask("resolve", "list")["tasks"]}


def await_task(floor: Floor, name: str) -> dict[str, Any]:
    floor.wait_until(lambda: name in tasks(floor), f"task {name}")
    found: dict[str, Any] = tasks(floor)[name]
    return found


def orders(floor: Floor) -> dict[str, int]:
    """Orders per card of the slow loop, whose bins were full."""
    return {card: count for card, count in floor.orders().items() if card.startswith("K")}


def booked(floor: Floor) -> int:
    """Pieces the ERP has taken off the line."""
    floor.settle()
    return FULL - int(floor.erp_rows("SELECT qty FROM stock WHERE location='LINE1'")[0][0])


@pytest.mark.slow
@pytest.mark.promise("R2")
def test_refused_and_parked_postings_are_booked_once_or_taken_back(floor: Floor) -> None:
    floor.erp.control(do="reject", code="PERIOD_CLOSED", count=2)
    first, second = use(floor, "K-0001"), use(floor, "K-0002")
    assert "resolve redrive" in await_task(floor, f"posting/{first}")["solve"][0]
    await_task(floor, f"posting/{second}")
    assert booked(floor) == 0

    assert floor.gateway.call("resolve", "redrive", f"posting/{first}").returncode == 0
    assert floor.gateway.call("resolve", "void", f"posting/{second}", "--reason", "twice").returncode == 0
    assert booked(floor) == QUANTITY
    assert floor.gateway_stock() == FULL - QUANTITY
    assert tasks(floor) == {}

    floor.erp.control(do="park", code="LOCKED", count=1)
    third = use(floor, "K-0003")
    floor.wait_until(lambda: third in floor.gateway.ask("resolve", "list")["parked"], "it is parked")
    assert floor.gateway.call("resolve", "redrive", third).returncode == 0
    assert booked(floor) == 2 * QUANTITY
    floor.erp.control(do="settle", outcome="applied")
    assert booked(floor) == 2 * QUANTITY, "what was redriven is not finished a second time"

    floor.erp.control(do="reject", code="NO_BATCH", count=1)
    fourth = use(floor, "K-0004")
    await_task(floor, f"posting/{fourth}")
    assert floor.gateway.call("resolve", "edit", f"posting/{fourth}", "qty=38").returncode == 0
    assert booked(floor) == 2 * QUANTITY + 38
    assert floor.gateway_stock() == FULL - 2 * QUANTITY - 38
    assert orders(floor) == {f"K-000{n}": 1 for n in (1, 2, 3, 4)}
    assert floor.gateway.ask("verify")["ok"]


@pytest.mark.slow
@pytest.mark.promise("R2")
def test_what_the_erp_acknowledged_and_lost_is_sent_again(floor: Floor) -> None:
    """The ledger is put back to an older copy, as after a restore or a commit that never reached the disk."""
    use(floor, "K-0001")
    floor.settle()
    floor.erp.stop()
    aside = {file: file.with_name(f"aside-{file.name}") for file in floor.directory.glob("ledger.db*")}
    for file, copy in aside.items():
        shutil.copy2(file, copy)
    floor.erp.start()
    use(floor, "K-0002")
    floor.settle()
    floor.erp.kill()
    for file in floor.directory.glob("ledger.db*"):
        file.unlink()
    for file, copy in aside.items():
        shutil.copy2(copy, file)
    lost_at = int(floor.gateway.ask("status")["streams"]["sig"]["settled"])
    floor.erp.start()
    use(floor, "K-0003")
    floor.wait_until(lambda: "resolve resend" in floor.warnings().get("ACK_WENT_BACK", ""), "people are told")
    assert floor.unsettled() > 0

    known = int(floor.erp_rows("SELECT max(cum) FROM stream WHERE st='sig'")[0][0])
    assert known < lost_at
    told = floor.gateway.call("resolve", "resend", "--stream", "sig", "--after", str(known))
    assert told.returncode == 0, told.stderr
    assert booked(floor) == 3 * QUANTITY
    assert orders(floor) == {f"K-000{n}": 1 for n in (1, 2, 3)}
    assert floor.gateway.ask("verify")["ok"]
