"""A whole floor with reorder rules: movement, trigger, order of a real ERP, receipt with a label, closed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_sim.scanner import Answer, Scanner
from tests.end_to_end.floor import _SCANNER, Floor, plant

pytestmark = [pytest.mark.slow, pytest.mark.decision("K8"), pytest.mark.promise("R9")]

RULES = """\
name = "line side"

[[rule]]
id = "low"
kind = "below_safety"
items = ["SCREW-*"]
locations = ["LINE1"]
safety_stock = 180
order_quantity = 200
net = "nothing"                # or the cards of the loop would be enough
"""
_DOCK = '\n[[station]]\nid = "S-DOCK"\nrole = "goods"\nlocation = "LINE1"\noperation = "receive"\n'
KEY = "rule/P1/SCREW-A/LINE1/low/1"


@pytest.fixture
def dock(tmp_path: Path) -> Iterator[Scanner]:
    scanner = Scanner(tmp_path, "dock")
    yield scanner
    scanner.close()


@pytest.fixture
def floor(tmp_path: Path, dock: Scanner) -> Iterator[Floor]:
    devices = _DOCK + _SCANNER.format(name="scan-dock", station="S-DOCK", port=dock.port)
    devices += '\n[reorder]\nrules = "rules.toml"\n'
    (tmp_path / "rules.toml").write_text(RULES)
    floor = Floor(tmp_path, cards=3, devices=devices)
    master = plant(3, stock=200)
    master["loops"] = master["loops"][:1]  # the cards of the other one ask for screws from the start
    master["cards"] = [card for card in master["cards"] if card["loop"] == "LP-1"]
    floor.plant_file.write_text(json.dumps(master))
    with floor:
        yield floor


def run(floor: Floor, *arguments: str) -> str:
    done = floor.gateway.call(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_from_the_movement_to_the_receipt(floor: Floor, dock: Scanner) -> None:
    assert "version 1 'line side'" in run(floor, "rules", "show")  # as [reorder] says, since the start
    assert floor.consume.scan_until_answered(floor.code("K-0000")) is Answer.ACK  # 160 left
    [trigger] = floor.events("reorder_triggered")
    assert (trigger["key"], trigger["tr"]["qty"]) == (KEY, "200")
    floor.gateway.restart()
    floor.wait_until(lambda: bool(floor.events("reorder_ordered")), "the order is in the master data")
    assert floor.events("reorder_ordered")[0]["doc_of"].startswith("PO-")

    assert dock.scan_until_answered(b"SCREW-A") is not Answer.ACK  # how much?
    assert dock.scan_until_answered(b"Q200") is Answer.ACK
    floor.wait_until(lambda: bool(floor.events("reorder_closed")), "the receipt ends the need")
    assert floor.events("reorder_closed")[0]["why"] == "received"
    told = run(floor, "explain", KEY)
    assert "compared: on_hand 160 < safety_stock 180: true" in told
    assert "now: over, received" in told
    floor.settle()
    ordered = "SELECT state FROM purchase WHERE key LIKE 'rule/%'"
    floor.wait_until(lambda: floor.erp_rows(ordered) == [("closed",)], "one order, closed")
    assert "ok:" in run(floor, "verify")
