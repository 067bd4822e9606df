"""Quality inspection: what arrived is not to be used before somebody accepts it; what is rejected never is."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.decide import Decider
from gateway.model import Action, CardStates, Decision, Status
from gateway.stations.station import Station
from tests.kanban.floor import DOCK, LINE, STATIONS, STORE, Floor, kinds

LAB = "L3-QC"
PEOPLE: list[dict[str, Any]] = [
    {"id": "ann", "badge": "1"},
    {"id": "qin", "badge": "2", "roles": ["quality"]},
    {"id": "bob", "badge": "3", "roles": ["supervisor"]},
]


def inspected(**loop: Any) -> Floor:
    """A floor with a bin of C1 in inspection, and quality signed in at its table."""
    floor = Floor(cards=2, inspected=True, **loop)
    floor.decide = Decider({**STATIONS, LAB: Station(LAB, "quality", "LAB")})
    floor.load("people", PEOPLE)
    floor.badge("2", LAB, device="lab")
    floor.empty()
    floor.wait(1800)
    floor.badge("2", LAB, device="lab")
    floor.fill()
    assert floor.state() == "RECEIVED_QC"
    return floor


def lab(floor: Floor, card: str = "C1", action: Action = Action.SCAN) -> Decision:
    return floor.scan(card, LAB, action, device="lab")


def reject(floor: Floor) -> Decision:
    assert lab(floor, "", Action.REJECT).verdict.status is Status.ASK
    return lab(floor)


def stock(floor: Floor, status: str = "available") -> int:
    return floor.view.stock("SCREW-A", "LINE3", status) // 1_000_000


def test_what_arrives_ends_its_need_and_cannot_be_used() -> None:
    floor = inspected()
    filled = floor.last("card_filled")
    assert (filled["after"][0]["state"], filled["key"]) == ("RECEIVED_QC", "card/P1/C1/1/full")
    assert (floor.orders(), stock(floor), stock(floor, "qc")) == ([], -40, 40)
    assert floor.empty().verdict.code == "STILL_IN_INSPECTION"
    assert floor.scan("C1", LINE, Action.WITHDRAW).verdict.code == "NOT_FULL"
    assert floor.scan("C1", STORE).verdict.code == "NOT_ON_ORDER"
    floor.wait(9000)
    assert floor.fill().verdict.code == "ALREADY_ARRIVED"
    assert floor.state() == "RECEIVED_QC"


def test_a_withdrawal_takes_nothing_out_of_a_bin_in_inspection() -> None:
    floor = inspected()
    floor.scan("C2", LINE, Action.WITHDRAW, quantity="60")
    assert floor.view.cards["C1"].quantity == 40_000_000
    assert floor.view.open_task("negative/LP-1") is not None


def test_accepted_it_is_full_and_available() -> None:
    floor = inspected()
    accepted = lab(floor)
    assert (accepted.verdict.code, floor.state(), floor.cycle()) == ("CARD_ACCEPTED", "FULL", 1)
    assert (stock(floor), stock(floor, "qc")) == (0, 0)
    assert floor.last("card_accepted")["op"] == "badge:qin"
    assert lab(floor).verdict.code == "ALREADY_ACCEPTED"
    floor.wait(9000)
    assert floor.empty().verdict.code == "CARD_EMPTIED"


def test_rejected_it_is_blocked_and_ordered_again_urgently() -> None:
    floor = inspected()
    rejected = reject(floor)
    assert (rejected.verdict.code, floor.state(), floor.cycle()) == ("CARD_REJECTED", "EMPTY", 2)
    assert (stock(floor), stock(floor, "qc"), stock(floor, "blocked")) == (-40, 0, 40)
    assert floor.orders() == ["card/P1/C1/2/empty"]
    assert floor.last("card_rejected")["tr"]["urgent"] == 1
    assert floor.view.open_task("rejected/C1/1") is not None
    floor.wait(1800)
    floor.fill()
    assert floor.state() == "RECEIVED_QC"


def test_a_transfer_leaves_its_source_available_and_arrives_for_inspection() -> None:
    floor = inspected(on_full="transfer", on_empty="transfer")
    assert floor.view.stock("SCREW-A", "SUPERMARKET") == 0  # 40 came back, 40 left again
    assert (stock(floor), stock(floor, "qc")) == (-40, 40)
    lab(floor)
    assert (stock(floor), stock(floor, "qc")) == (0, 0)


@pytest.mark.parametrize("badge", ["", "1"])
def test_only_quality_or_a_supervisor_decides(badge: str) -> None:
    floor = inspected()
    floor.badge(badge, LAB, device="lab")
    assert lab(floor).verdict.code == "QUALITY_ONLY"
    assert reject(floor).verdict.code == "QUALITY_ONLY"
    floor.badge("3", LAB, device="lab")
    assert lab(floor).verdict.code == "CARD_ACCEPTED"


def test_only_at_a_quality_station() -> None:
    floor = inspected()
    assert floor.scan("", LINE, Action.REJECT).verdict.code == "WRONG_STATION"
    assert lab(floor, "C2", Action.EMPTY).verdict.code == "WRONG_STATION"
    assert lab(floor, "C2").verdict.code == "ALREADY_ACCEPTED"
    floor.empty("C2")
    assert lab(floor, "C2").verdict.text == "Card C2 is empty: there is nothing to inspect."


@pytest.mark.decision("K12")
@pytest.mark.parametrize("by", ["accept", "reject"])
def test_a_decision_of_quality_can_be_undone_and_taken_again(by: str) -> None:
    floor = inspected()
    decide = {"accept": lab, "reject": reject}
    decide[by](floor)
    assert lab(floor, "", Action.UNDO).verdict.code == "UNDONE"
    assert (floor.state(), floor.orders()) == ("RECEIVED_QC", [])
    assert (stock(floor), stock(floor, "qc"), stock(floor, "blocked")) == (-40, 40, 0)
    for again in ("reject" if by == "accept" else "accept",):
        decide[again](floor)
    assert stock(floor, "qc") == 0
    keys = [body["key"] for body, stream in zip(floor.view.journal, floor.view.streams, strict=True) if stream == "sig"]
    assert len(keys) == len(set(keys))


@pytest.mark.decision("K12")
def test_an_arrival_for_inspection_can_be_undone_before_it_is_decided_and_not_after() -> None:
    floor = inspected()
    assert floor.undo(DOCK).verdict.code == "UNDONE"
    assert (floor.state(), floor.orders(), stock(floor, "qc")) == ("EMPTY", ["card/P1/C1/1/empty"], 0)
    floor = inspected()
    lab(floor)
    assert floor.undo(DOCK).verdict.code == "UNDO_TOO_LATE"


@pytest.mark.parametrize(
    ("of_loop", "of_item", "on_full", "is_inspected"),
    [(None, True, "receipt", True), (None, True, "transfer", False), (None, False, "receipt", False),
     (False, True, "receipt", False), (True, False, "transfer", True)],
)  # fmt: skip
def test_the_loop_says_it_or_else_the_item_for_what_comes_from_outside(
    of_loop: bool | None, of_item: bool, on_full: str, is_inspected: bool
) -> None:
    loop: dict[str, Any] = {} if of_loop is None else {"inspected": of_loop}
    floor = Floor(cards=1, on_full=on_full, **loop)
    floor.load("items", [{"id": "SCREW-A", "uom": "PCE", "inspected": of_item}])
    floor.empty()
    floor.wait(1800)
    floor.fill()
    assert floor.state() == ("RECEIVED_QC" if is_inspected else "FULL")


@pytest.mark.decision("K1")
def test_a_receipt_that_the_erp_reports_accepts_what_waits_for_inspection() -> None:
    floor = inspected()
    assert floor.command("card_full", {"card": "C1", "cycle": 1}).verdict.code == "ACCEPTED"
    assert (floor.state(), stock(floor), stock(floor, "qc")) == ("FULL", 0, 0)


@pytest.mark.decision("K13")
def test_a_walk_neither_accepts_nor_empties_what_waits_for_inspection() -> None:
    for seen in ("FULL", "EMPTY"):
        floor = inspected()
        floor.instruct("walk.open", {"loop": "LP-1", "stations": [DOCK], "as": "FULL", "elsewhere": seen})
        floor.fill("C1")
        floor.instruct("walk.finish", {"loop": "LP-1"})
        assert floor.state() == "RECEIVED_QC"
        assert floor.last("walk_finished")["report"]["blocked"] == ["C1"]


@pytest.mark.decision("K3")
def test_an_arrival_that_another_gateway_told_first_is_taken_back_and_stands_as_there() -> None:
    floor = inspected()
    arrived = floor.last("card_filled")
    at = {
        "now_cycle": 1,
        "now_state": "RECEIVED_QC",
        "now_wall_ms": floor.view.now.wall_ms - 5000,
        "now_quality": "ntp",
    }
    floor.dispose(arrived, "superseded", **at)
    assert (floor.state(), floor.view.cards["C1"].quantity, stock(floor, "qc")) == ("RECEIVED_QC", 40_000_000, 0)


@pytest.mark.decision("K3")
def test_an_emptying_under_an_old_number_whose_bin_is_in_inspection_here_moves_its_stock_again() -> None:
    floor = inspected()
    emptied = floor.last("card_emptied")
    at = {"now_cycle": 1, "now_state": "EMPTY", "now_wall_ms": floor.view.now.wall_ms - 9_000_000, "now_quality": "ntp"}
    floor.dispose(emptied, "superseded", **at)
    assert (floor.state(), floor.orders()) == ("RECEIVED_QC", [])


def test_a_bin_in_inspection_at_the_erp_is_one_here_after_a_resync() -> None:
    floor = Floor(cards=1)
    floor.submit(CardStates((("C1", "RECEIVED_QC", 3),)))
    assert (floor.state(), floor.view.cards["C1"].quantity) == ("RECEIVED_QC", 40_000_000)


@pytest.mark.decision("K13")
def test_in_shadow_nothing_of_it_reaches_the_erp() -> None:
    floor = Floor(cards=1, inspected=True)
    floor.decide = Decider({**STATIONS, LAB: Station(LAB, "quality", "LAB")})
    floor.load("people", PEOPLE)
    floor.instruct("mode.set", {"scope": "loop", "name": "LP-1", "mode": "shadow"})
    floor.empty()
    floor.wait(1800)
    floor.fill()
    floor.badge("2", LAB, device="lab")
    assert kinds(reject(floor))[0] == "card_rejected"
    assert (floor.state(), floor.orders(), floor.view.of_stream("sig")) == ("EMPTY", [], [])


def test_a_lost_card_is_found_by_a_supervisors_command_card() -> None:
    floor = inspected()
    floor.instruct("card.lost", {"card": "C2"})
    assert floor.scan("", LINE, Action.FOUND).verdict.code == "SUPERVISOR_ONLY"
    floor.badge("3")
    assert floor.scan("", LINE, Action.FOUND).verdict.code == "ASK_FOUND_CARD"
    found = floor.scan("C2")
    assert (kinds(found), found.verdict.code) == (["card_found", "flow_ended"], "CARD_FOUND")
    assert floor.last("card_found")["op"] == "badge:bob"


@pytest.mark.decision("K13")
def test_a_supervisor_puts_a_station_into_training_and_back_by_command_cards() -> None:
    floor = inspected()
    assert floor.scan("", LINE, Action.MODE_TRAINING).verdict.code == "SUPERVISOR_ONLY"
    floor.badge("3")
    assert floor.scan("", LINE, Action.MODE_TRAINING).verdict.code == "MODE_SET"
    floor.empty("C2")
    assert floor.state("C2") == "FULL"
    assert floor.scan("", LINE, Action.MODE_LIVE).verdict.code == "MODE_SET"
    assert floor.last("mode_changed")["op"] == "badge:bob"
    floor.empty("C2")
    assert floor.state("C2") == "EMPTY"


@pytest.mark.decision("K13")
def test_one_scan_of_a_supervisors_card_takes_a_loop_live_or_back() -> None:
    floor = inspected()
    assert floor.scan("", LINE, Action.MODE_SHADOW, code="LP-1").verdict.code == "SUPERVISOR_ONLY"
    floor.badge("3")
    assert floor.scan("", LINE, Action.MODE_SHADOW, code="LP-1").verdict.code == "MODE_SET"
    told = floor.last("mode_changed")
    assert (told["scope"], told["name"], told["to"]) == ("loop", "LP-1", "shadow")
    floor.empty("C2")
    assert floor.orders() == []
    assert floor.scan("", LINE, Action.MODE_LIVE, code="LP-1").verdict.code == "NOT_WALKED"
    floor.instruct("walk.open", {"loop": "LP-1", "stations": [LINE], "as": "FULL", "elsewhere": "EMPTY"})
    floor.instruct("walk.finish", {"loop": "LP-1"})
    assert floor.scan("", LINE, Action.MODE_LIVE, code="LP-1").verdict.code == "MODE_SET"
    assert floor.scan("", LINE, Action.MODE_LIVE, code="LP-9").verdict.code in ("MODE_KNOWN", "UNKNOWN_LOOP")
