"""People on a whole floor: badges, an approval across a killed gateway, a quantity, all told to a real ERP."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from firmware_sim.scanner import Answer
from gateway.codes.badge import format_badge
from gateway.codes.command import format_command
from gateway.codes.quantity import format_amount
from tests.end_to_end.floor import Floor

pytestmark = [pytest.mark.slow, pytest.mark.decision("K14")]

SECRET = b"a secret of this plant"
PEOPLE = [
    {"id": "ann", "name": "Ann", "badge": "4471"},
    {"id": "bob", "name": "Bob", "badge": "4472", "roles": ["supervisor"]},
    {"id": "old", "badge": "4473", "valid_until": "2020-01-31"},
]


def badge(number: str) -> str:
    return format_badge("P1", number, SECRET)


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    floor = Floor(tmp_path, cards=3, devices='\n[commands]\nsecret_credential = "command-secret"\n')
    plant = json.loads(floor.plant_file.read_text())
    loops = [{**loop, "approve_above": "30", "over_pct": 10} for loop in plant["loops"]]
    floor.plant_file.write_text(json.dumps({**plant, "loops": loops, "people": PEOPLE}))
    secret = tmp_path / "credentials" / "command-secret"
    secret.parent.mkdir(mode=0o700)
    secret.write_bytes(SECRET)
    secret.chmod(0o600)
    with floor:
        yield floor


def station(floor: Floor, name: str) -> dict[str, Any]:
    """What the page shows of a station."""
    url = re.findall(r"is ready (http://\S+)", floor.gateway.log())[-1]
    rows = requests.get(f"{url}api/v1/state", timeout=10).json()["stations"]
    return next(row for row in rows if row["station"] == name)


def told(floor: Floor, kind: str) -> list[dict[str, Any]]:
    """Events of a kind in the ERP's ledger."""
    floor.settle()
    bodies = [json.loads(body) for (body,) in floor.erp_rows("SELECT body FROM event ORDER BY stream, seq")]
    return [body for body in bodies if body["t"] == kind]


def test_an_approval_survives_a_kill_and_the_erp_learns_who_scanned_and_who_approved(floor: Floor) -> None:
    floor.wait_until(lambda: floor.gateway.call("badge", "ann").stdout.strip() == badge("4471"), "people are known")
    assert floor.consume.scan_until_answered(badge("4471")) is Answer.ACK
    assert floor.consume.scan_until_answered(floor.code("K-0000")) is not Answer.ACK
    assert floor.cards()["K-0000"] == ("FULL", 0)
    asked = station(floor, "S-USE")
    assert (asked["status"], asked["code"]) == ("ask", "ASK_APPROVAL")

    before = floor.gateway.log().count("is ready")
    floor.gateway.kill()
    floor.gateway.start()
    floor.wait_until(lambda: floor.gateway.log().count("is ready") > before, "the new process serves its page")
    assert station(floor, "S-USE")["text"] == asked["text"]  # the question still stands
    assert floor.consume.scan_until_answered(badge("4473")) is not Answer.ACK  # it ran out years ago
    assert floor.consume.scan_until_answered(badge("4471")) is not Answer.ACK  # no supervisor
    assert floor.cards()["K-0000"] == ("FULL", 0)
    assert floor.consume.scan_until_answered(badge("4472")) is Answer.ACK
    assert floor.cards()["K-0000"] == ("EMPTY", 1)
    (emptied,) = [body for body in told(floor, "card_emptied") if body["card"] == "K-0000"]
    assert (emptied["op"], emptied["approved_by"]) == ("badge:ann", "badge:bob")
    assert "K1B" not in json.dumps(emptied)  # a badge's text is nobody's business but the gateway's
    assert floor.orders()["K-0000"] == 1


def test_a_quantity_a_question_about_too_much_and_what_cannot_be_used(floor: Floor) -> None:
    scanner, card = floor.receive, floor.code("E-0000")
    assert scanner.scan_until_answered(format_amount(25_000_000)) is not Answer.ACK  # a question: which card?
    floor.gateway.restart()
    assert scanner.scan_until_answered(card) is Answer.ACK
    (filled,) = [body for body in told(floor, "card_filled") if body["card"] == "E-0000"]
    assert filled["mv"][0]["qty"] == "25"

    assert scanner.scan_until_answered(format_amount(400_000_000)) is not Answer.ACK
    assert scanner.scan_until_answered(floor.code("E-0001")) is not Answer.ACK
    assert station(floor, "S-IN")["code"] == "ASK_TOO_MUCH"
    assert scanner.scan_until_answered(format_command("P1", "CANCEL", SECRET)) is Answer.ACK
    assert floor.cards()["E-0001"] == ("EMPTY", 1)

    forged = [
        badge("4471")[:-1] + "1", format_badge("P2", "4471", SECRET), format_command("P1", "UNDO", b"home-made"),
        format_command("P9", "CANCEL", SECRET), "K1C.P1.OPEN-SESAME.AAAAAAAAAA", "K1Q.25.ZZ", "K1B...", "K1B.P1.4471",
    ]  # fmt: skip
    for code in forged:
        assert scanner.scan_until_answered(code) is not Answer.ACK, code
    floor.wait_until(lambda: len(floor.events("scan_refused")) >= len(forged), "each is kept as evidence")
    assert floor.gateway.call("verify").returncode == 0
