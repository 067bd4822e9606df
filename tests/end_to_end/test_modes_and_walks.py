"""Modes, walks and lost cards on a whole floor: commands to the running daemon, scanners on ptys, a real ERP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware_sim.scanner import Answer
from tests.end_to_end.floor import Floor

pytestmark = [pytest.mark.slow, pytest.mark.decision("K13")]


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    with Floor(tmp_path, cards=3) as floor:
        yield floor


def run(floor: Floor, *arguments: str) -> str:
    done = floor.gateway.call(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(floor: Floor, *arguments: str) -> str:
    done = floor.gateway.call(*arguments)
    assert done.returncode == 1, done.stdout
    return done.stderr


def told(floor: Floor, card: str) -> list[str]:
    """What the ERP's ledger has of a card."""
    floor.settle()
    bodies = [json.loads(body) for (body,) in floor.erp_rows("SELECT body FROM event ORDER BY stream, seq")]
    return [body["t"] for body in bodies if body.get("card") == card]


def test_a_loop_is_tried_out_in_shadow_walked_and_taken_live(floor: Floor) -> None:
    run(floor, "mode", "set", "loop", "LP-1", "shadow", "--reason", "trial")
    for name in ("K-0000", "K-0001"):
        assert floor.consume.scan_until_answered(floor.code(name)) is Answer.ACK
    assert floor.cards()["K-0000"] == ("EMPTY", 1)
    assert floor.receive.scan_until_answered(floor.code("K-0001")) is not Answer.ACK  # within the lock window
    assert told(floor, "K-0000") == []
    assert floor.gateway_stock() == 1_000_000
    assert "was not walked" in refused(floor, "mode", "set", "loop", "LP-1", "live")

    run(floor, "walk", "LP-1", "--station", "S-USE", "--station", "S-IN")
    assert floor.receive.scan_until_answered(floor.code("K-0000")) is Answer.ACK
    floor.gateway.restart()
    assert floor.consume.scan_until_answered(floor.code("K-0001")) is Answer.ACK
    assert floor.consume.scan_until_answered(floor.code("K-0002")) is Answer.ACK
    report = json.loads(run(floor, "walk", "LP-1", "--finish", "--json"))
    assert (report["seen"], report["missing"]) == (["K-0000", "K-0001", "K-0002"], [])
    assert report["stale"] == [["K-0001", "EMPTY", "FULL"]]

    run(floor, "mode", "set", "loop", "LP-1", "live", "--signal-open")
    floor.settle()
    orders = {card: count for card, count in floor.orders().items() if card.startswith("K-")}
    assert orders == {"K-0000": 1}
    assert told(floor, "K-0000") == ["need_signalled"]
    assert told(floor, "K-0001") == []
    assert floor.consume.scan_until_answered(floor.code("K-0001")) is Answer.ACK
    assert told(floor, "K-0001") == ["card_emptied"]
    shown: dict[str, Any] = json.loads(run(floor, "mode", "show", "--json"))
    assert (shown["modes"]["loop/LP-1"]["mode"], shown["walk_due"]) == ("live", [])
    assert shown["modes"]["loop/LP-1"]["by"].startswith("user:")
    changes = [json.loads(body) for (body,) in floor.erp_rows("SELECT body FROM event WHERE kind = 'mode_changed'")]
    assert [(change["from"], change["to"]) for change in changes] == [("live", "shadow"), ("shadow", "live")]
    assert floor.gateway.ask("verify")["ok"] is True


def test_a_station_in_training_moves_nothing_at_either_side(floor: Floor) -> None:
    run(floor, "mode", "set", "station", "S-USE", "training")
    assert floor.consume.scan_until_answered(floor.code("K-0000")) is Answer.ACK
    assert floor.cards()["K-0000"] == ("FULL", 0)
    assert len(floor.events("training_card_emptied")) == 1
    assert told(floor, "K-0000") == []
    run(floor, "mode", "set", "station", "S-USE", "live")
    assert floor.consume.scan_until_answered(floor.code("K-0000")) is Answer.ACK
    assert told(floor, "K-0000") == ["card_emptied"]


@pytest.mark.decision("K15")
def test_lost_reprinted_and_replaced_cards_are_known_on_both_sides(floor: Floor) -> None:
    assert floor.consume.scan_until_answered(floor.code("K-0000")) is Answer.ACK
    run(floor, "card", "lost", "K-0000", "--reason", "fell off")
    assert run(floor, "card", "replace", "K-0000", "K-0009").splitlines()[-1] == floor.code("K-0009")
    assert run(floor, "card", "reprint", "K-0001").splitlines()[-1] == floor.code("K-0001", 2)
    assert run(floor, "card", "K-0001").strip() == floor.code("K-0001", 2)
    assert floor.consume.scan_until_answered(floor.code("K-0000")) is Answer.NAK
    assert floor.consume.scan_until_answered(floor.code("K-0001", 1)) is Answer.NAK
    assert floor.consume.scan_until_answered(floor.code("K-0001", 2)) is Answer.ACK
    floor.settle()
    lives = floor.erp_rows("SELECT card, life, rev, replaced_by FROM card_life ORDER BY card")
    assert lives == [("K-0000", "OBSOLETE", 1, "K-0009"), ("K-0001", "ACTIVE", 2, ""), ("K-0009", "ACTIVE", 1, "")]
    assert floor.orders()["K-0000"] == 1
    assert "collect box" in refused(floor, "card", "found", "K-0000")
    svg = floor.directory / "card.svg"
    run(floor, "card", "print", "K-0009", "--svg", str(svg))
    assert "K-0009" in svg.read_text()


def test_a_stopped_gateway_takes_the_same_instructions_on_its_store(floor: Floor) -> None:
    floor.gateway.stop()
    run(floor, "mode", "set", "loop", "LP-1", "shadow")
    run(floor, "walk", "LP-1", "--station", "S-USE")
    run(floor, "walk", "LP-1", "--cancel")
    run(floor, "card", "lost", "K-0002")
    assert "loop LP-1 shadow since" in run(floor, "mode", "show")
    floor.gateway.start()
    assert floor.consume.scan_until_answered(floor.code("K-0002")) is Answer.NAK
    assert floor.consume.scan_until_answered(floor.code("K-0001")) is Answer.ACK
    assert told(floor, "K-0001") == []
    assert told(floor, "K-0002") == ["card_lost"]
