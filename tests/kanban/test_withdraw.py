"""Quantity signals (2.5): bins are emptied by what is taken out of them."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.model import Action, Decision, Status
from tests.kanban.floor import LINE, Floor, kinds


def take(floor: Floor, quantity: str | None, card: str = "C1", **options: Any) -> Decision:
    return floor.scan(card, LINE, Action.WITHDRAW, quantity=quantity, **options)


def test_2_5_the_first_withdrawal_opens_the_bin() -> None:
    floor = Floor()
    decision = take(floor, "15")
    assert kinds(decision) == ["card_opened"]
    assert (decision.events[0].stream, decision.events[0].key) == ("sig", "")
    assert decision.events[0].body["mv"][0]["qty"] == "15"
    assert (floor.state(), floor.view.cards["C1"].quantity) == ("IN_USE", 25_000_000)
    assert kinds(take(floor, "5")) == ["quantity_withdrawn"]
    assert floor.view.level("SCREW-A", "LINE3") == "-20"


def test_2_5_a_bin_that_reaches_zero_is_empty_by_itself() -> None:
    floor = Floor()
    take(floor, "15")
    decision = take(floor, "25")
    assert kinds(decision) == ["card_emptied"]
    assert decision.events[0].body["mv"][0]["qty"] == "25"
    assert (floor.state(), floor.orders()) == ("EMPTY", ["card/P1/C1/1/empty"])
    assert floor.view.level("SCREW-A", "LINE3") == "-40"
    assert decision.verdict.text == "25 PCE SCREW-A withdrawn. Empty: C1."


def test_2_5_the_bin_in_use_goes_first_then_the_oldest_full_one() -> None:
    floor = Floor(cards=3)
    floor.empty("C1")
    floor.wait(1800)
    floor.fill("C1")  # now the newest
    take(floor, "5", "C2")
    decision = take(floor, "50", "C1")
    assert [event.body["card"] for event in decision.events] == ["C2", "C3"]
    assert [floor.state(card) for card in ("C1", "C2", "C3")] == ["FULL", "EMPTY", "IN_USE"]
    assert floor.view.cards["C3"].quantity == 25_000_000


def test_2_4_nothing_is_ordered_for_a_bin_on_hold_by_taking_from_its_neighbour() -> None:
    floor = Floor()
    floor.load("cards", [{"id": "C1", "loop": "LP-1"}, {"id": "C2", "loop": "LP-1", "life": "HOLD"}])
    take(floor, "50")
    assert (floor.state("C2"), floor.orders()) == ("FULL", ["card/P1/C1/1/empty"])


def test_2_5_an_excess_that_no_bin_holds_goes_negative_and_is_a_task() -> None:
    floor = Floor()
    decision = take(floor, "100")
    assert kinds(decision) == ["card_emptied", "card_emptied", "quantity_withdrawn"]
    assert decision.events[2].body["mv"][0]["qty"] == "20"
    assert floor.view.level("SCREW-A", "LINE3") == "-100"
    assert floor.view.tasks["negative/LP-1"]["code"] == "NEGATIVE_STOCK"
    assert len(floor.orders()) == 2


def test_2_5_with_backflush_only_the_kanban_quantity_moves() -> None:
    floor = Floor(on_empty="none", backflush=True)
    decision = take(floor, "15")
    assert "mv" not in decision.events[0].body
    assert floor.view.cards["C1"].quantity == 25_000_000
    assert floor.view.all_stock() == {}


def test_2_5_card_and_quantity_signals_may_be_mixed() -> None:
    floor = Floor()
    take(floor, "15")
    body = floor.empty().events[0].body
    assert (body["mv"][0]["qty"], body["tr"]["qty"]) == ("25", "40")


def test_each_withdrawal_counts_however_fast_they_come() -> None:
    floor = Floor()
    for _ in range(4):
        take(floor, "3")
    assert floor.view.level("SCREW-A", "LINE3") == "-12"


def test_without_a_quantity_a_bin_is_opened_once() -> None:
    floor = Floor()
    assert take(floor, None).verdict.code == "CARD_OPENED"
    assert (floor.state(), floor.view.cards["C1"].quantity) == ("IN_USE", 40_000_000)
    assert take(floor, None).verdict.status is Status.ALREADY
    floor.empty()
    assert take(floor, None).verdict.code == "NOT_FULL"


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_a_quantity_that_is_none_is_refused(quantity: str) -> None:
    floor = Floor()
    assert take(floor, quantity).verdict.code == "QUANTITY_NOT_POSITIVE"
    assert floor.view.all_stock() == {}


def test_a_withdrawal_that_empties_several_cards_of_a_collecting_loop_makes_one_batch() -> None:
    floor = Floor(cards=3, trigger_point=2)
    floor.empty("C3")
    decision = take(floor, "80")
    assert kinds(decision) == ["card_emptied", "card_emptied", "batch_released"]
    assert decision.events[2].body["tr"]["cards"] == ["C3", "C1", "C2"]
    assert floor.orders() == ["card/P1/C3/1/release"]
    floor.undo()
    assert [floor.state(card) for card in ("C1", "C2", "C3")] == ["FULL", "FULL", "WAIT"]
