"""Quantity entry, partial, short and over-deliveries with tolerances (2.5, K12)."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.decide import Decider
from gateway.model import Action, Decision, Scan, Status
from gateway.stations.station import Station
from tests.kanban.floor import DOCK, LINE, STATIONS, STORE, Floor, kinds


def entered(floor: Floor, station: str, quantity: str | None = None, rest: str | None = None) -> Decision:
    decision = floor.scan("", station, Action.QUANTITY, quantity=quantity, remainder=rest)
    floor.wait(4)
    return decision


def ordered(**loop: Any) -> Floor:
    floor = Floor(cards=2, **loop)
    floor.empty()
    floor.wait(1800)
    return floor


def test_a_quantity_before_the_card_is_what_arrived() -> None:
    floor = ordered()
    assert entered(floor, DOCK, "25").verdict.text == "25: now scan the card."
    filled = floor.fill()
    assert kinds(filled) == ["card_filled", "flow_ended"]
    assert floor.last("card_filled")["mv"][0]["qty"] == "25"
    assert floor.view.open_task("delivery/C1/1") is not None  # 15 are still to come


def test_the_last_number_counts_and_one_number_is_for_one_card() -> None:
    floor = ordered()
    floor.empty("C2")
    floor.wait(1800)
    entered(floor, DOCK, "2")
    entered(floor, DOCK, "24")
    floor.fill("C1")
    floor.fill("C2")
    assert [floor.view.cards[name].quantity for name in ("C1", "C2")] == [24_000_000, 40_000_000]


def test_at_the_line_a_quantity_is_withdrawn_and_a_rest_goes_back_with_the_bin() -> None:
    floor = Floor(cards=2)
    entered(floor, LINE, "15")
    assert floor.empty("C1").verdict.code == "QUANTITY_WITHDRAWN"
    assert (floor.state("C1"), floor.view.cards["C1"].quantity) == ("IN_USE", 25_000_000)
    entered(floor, LINE, rest="5")
    floor.empty("C2")
    assert (floor.state("C2"), floor.last("card_emptied")["mv"][0]["qty"]) == ("EMPTY", "35")


@pytest.mark.parametrize(("station", "amount"), [(STORE, {"quantity": "5"}), (DOCK, {"rest": "5"})])
def test_a_quantity_where_none_is_meant_is_refused(station: str, amount: dict[str, str]) -> None:
    assert entered(Floor(), station, **amount).verdict.code == "NO_QUANTITY_HERE"


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_nothing_cannot_arrive(quantity: str) -> None:
    floor = ordered()
    entered(floor, DOCK, quantity)
    assert floor.fill().verdict.code == "QUANTITY_NOT_POSITIVE"
    assert floor.state() == "EMPTY"


def always_asking(**loop: Any) -> Floor:
    floor = ordered(**loop)
    floor.decide = Decider({**STATIONS, DOCK: Station(DOCK, "receive", "LINE3", asks_quantity=True)})
    return floor


def test_a_station_that_asks_takes_a_quantity_code_a_label_or_the_card_again() -> None:
    for answer, full in (({"quantity": "25"}, "25"), ({"code": "Q0025"}, "25"), ({"card": "C1"}, "40")):
        floor = always_asking()
        question = floor.fill()
        assert (question.verdict.status, floor.state()) == (Status.ASK, "EMPTY")
        assert question.verdict.text == "Card C1: how much? Scan a quantity, or the card again for 40 PCE SCREW-A."
        floor.wait(4)
        action = Action.QUANTITY if "quantity" in answer else Action.SCAN
        card = answer.get("card", "")
        filled = floor.scan(card, DOCK, action, quantity=answer.get("quantity"), code=answer.get("code", ""))
        assert kinds(filled)[0] == "card_filled", answer
        assert floor.last("card_filled")["after"][0]["qty"] == full


def test_what_is_no_quantity_is_refused_and_the_question_stays() -> None:
    floor = always_asking()
    floor.fill()
    floor.wait(4)
    for wrong in (floor.fill("C2"), floor.scan("", DOCK, code="Q12X"), floor.scan("", DOCK, Action.BADGE, badge="7")):
        assert wrong.verdict.code == "OTHER_SCAN_FIRST"
    assert floor.state() == "EMPTY"
    assert entered(floor, DOCK, "30").verdict.code == "CARD_FILLED"


def test_a_station_that_asks_asks_nothing_that_nobody_needs_to_know() -> None:
    floor = always_asking()
    entered(floor, DOCK, "25")
    assert floor.fill().verdict.code == "CARD_FILLED"
    assert floor.fill().verdict.code == "ALREADY_FULL"


@pytest.mark.parametrize(("quantity", "has_task"), [("36", False), ("35.999999", True), ("44", False), ("40", False)])
def test_within_the_tolerance_nothing_is_left_to_clear(quantity: str, has_task: bool) -> None:
    floor = ordered(over_pct=10, under_pct=10)
    entered(floor, DOCK, quantity)
    floor.fill()
    assert (floor.state(), floor.view.open_task("delivery/C1/1") is not None) == ("FULL", has_task)


def test_the_items_tolerance_counts_where_the_loop_has_none() -> None:
    floor = ordered()
    floor.load("items", [{"id": "SCREW-A", "uom": "PCE", "over_pct": 50}])
    entered(floor, DOCK, "60")
    assert floor.fill().verdict.code == "CARD_FILLED"


def test_more_than_the_tolerance_is_asked_about() -> None:
    floor = ordered(over_pct=10)
    entered(floor, DOCK, "400")
    question = floor.fill()
    assert question.verdict.code == "ASK_TOO_MUCH"
    assert "400 PCE SCREW-A arrived, 40 were ordered, at most 44" in question.verdict.text
    floor.wait(4)
    assert entered(floor, DOCK, "40").verdict.code == "CARD_FILLED"  # it was one nought too many
    assert floor.view.cards["C1"].quantity == 40_000_000


def test_whoever_says_it_twice_is_believed_and_a_task_says_so() -> None:
    floor = ordered(over_pct=10)
    entered(floor, DOCK, "60")
    floor.fill()
    floor.wait(4)
    assert entered(floor, DOCK, "60").verdict.code == "CARD_FILLED"
    task = floor.view.open_task("delivery/C1/1")
    assert task is not None
    assert (task["code"], floor.view.cards["C1"].quantity) == ("OVER_DELIVERY", 60_000_000)


def test_a_button_that_reports_too_much_is_believed_because_nobody_can_be_asked() -> None:
    floor = ordered()
    floor.submit(Scan(floor.read(DOCK), Action.FULL, "C1", quantity=60_000_000, is_press=True))
    assert (floor.state(), floor.view.cards["C1"].quantity) == ("FULL", 60_000_000)
