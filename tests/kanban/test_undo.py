"""K12: undo is always a new event that refers to the one it undoes; every state has its row."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.model import Action, Decision, Status
from tests.kanban.floor import DOCK, LINE, STORE, Floor, kinds

pytestmark = pytest.mark.decision("K12")


def _emptied(floor: Floor) -> None:
    floor.empty()


def _ordered(floor: Floor) -> None:
    floor.empty()
    floor.command("order_confirmed", {"key": floor.orders()[0], "doc": "PO-1"})


def _started(floor: Floor) -> None:
    floor.empty()
    floor.scan("C1", STORE, Action.START)


def _shipped(floor: Floor) -> None:
    floor.empty()
    floor.scan("C1", STORE, Action.SHIP)


def _filled(floor: Floor) -> None:
    floor.empty()
    floor.wait(100)
    floor.fill()


def _opened(floor: Floor) -> None:
    floor.scan("C1", LINE, Action.WITHDRAW, quantity="15")


ROWS: dict[str, tuple[Callable[[Floor], None], str, str, list[str]]] = {
    # state -> how to get there, where it is undone, state before, signals open after the undo
    "WAIT": (_emptied, LINE, "FULL", []),
    "EMPTY": (_emptied, LINE, "FULL", []),
    "ORDERED": (_ordered, LINE, "FULL", []),
    "IN_PROCESS": (_started, STORE, "EMPTY", ["card/P1/C1/1/empty"]),
    "IN_TRANSIT": (_shipped, STORE, "EMPTY", ["card/P1/C1/1/empty"]),
    "FULL": (_filled, DOCK, "EMPTY", ["card/P1/C1/1/empty"]),
    "IN_USE": (_opened, LINE, "FULL", []),
}


@pytest.mark.parametrize("state", ROWS)
def test_K12_every_state_has_its_undo_row(state: str) -> None:
    act, station, before, orders = ROWS[state]
    floor = Floor(trigger_point=2 if state == "WAIT" else 1)
    act(floor)
    assert floor.state() == state
    undone = floor.view.event(floor.view.last_change_at(station) or 0)
    floor.wait(30)
    decision = floor.undo(station)
    assert kinds(decision) == ["card_undone"]
    assert (decision.verdict.status, decision.verdict.code) == (Status.OK, "UNDONE")
    event = decision.events[0]
    assert undone is not None
    assert (event.stream, event.body["ref"], event.body["undoes"]) == ("sig", undone["id"], undone["kind"])
    assert (floor.state(), floor.orders()) == (before, orders)
    stock = "0" if before == "FULL" else "-40"
    assert floor.view.level("SCREW-A", "LINE3") == stock
    assert floor.view.cards["C1"].quantity == (40_000_000 if before == "FULL" else 0)


def test_K12_the_same_bin_can_be_emptied_again_after_an_undo_under_a_new_key() -> None:
    floor = Floor()
    first = floor.empty().events[0].key
    floor.undo()
    floor.wait(2)  # an undo is no scan that this one could repeat
    decision = floor.empty()
    assert decision.verdict.code == "CARD_EMPTIED"
    assert decision.events[0].key != first
    assert floor.orders() == [decision.events[0].key]


def test_K12_a_full_can_be_undone_and_done_again_in_the_same_circulation() -> None:
    floor = Floor()
    _filled(floor)
    keys = [floor.last("card_filled")["key"]]
    for _ in range(2):
        keys.append(floor.undo(DOCK).events[0].key)
        keys.append(floor.fill().events[0].key)
        floor.wait(1)
    assert keys == [
        "card/P1/C1/1/full", "card/P1/C1/1/undo", "card/P1/C1/1/full~1", "card/P1/C1/1/undo~1", "card/P1/C1/1/full~2",
    ]  # fmt: skip
    assert (floor.state(), floor.orders(), floor.view.level("SCREW-A", "LINE3")) == ("FULL", [], "0")


def test_K12_an_undone_full_is_still_on_order_since_its_emptying() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(1700)
    floor.fill()
    floor.undo(DOCK)
    floor.wait(100)
    assert kinds(floor.empty()) == ["card_filled", "card_emptied"]  # 1800 s after the emptying


def test_K12_an_inferred_full_and_its_emptying_are_undone_together() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(3600)
    floor.empty()
    decision = floor.undo()
    assert kinds(decision) == ["card_undone", "card_undone"]
    assert [event.body["undoes"] for event in decision.events] == ["card_emptied", "card_filled"]
    assert (floor.state(), floor.orders()) == ("EMPTY", ["card/P1/C1/1/empty"])
    assert floor.view.level("SCREW-A", "LINE3") == "-40"
    assert len({event.key for event in decision.events}) == 2


def test_K12_the_scan_that_completed_a_batch_is_undone_with_the_release() -> None:
    floor = Floor(trigger_point=2)
    floor.empty("C1")
    floor.wait(20)
    floor.empty("C2")
    decision = floor.undo()
    assert kinds(decision) == ["card_undone", "card_undone"]
    assert (floor.state("C1"), floor.state("C2"), floor.orders()) == ("WAIT", "FULL", [])
    assert floor.view.level("SCREW-A", "LINE3") == "-40"
    assert kinds(floor.empty("C2")) == ["card_emptied", "batch_released"]
    assert floor.orders() == ["card/P1/C1/1/release~1"]


def test_K12_an_undone_full_of_a_batch_is_on_order_again_even_if_the_batch_had_ended() -> None:
    floor = Floor(trigger_point=2)
    floor.empty("C1")
    floor.empty("C2")
    floor.wait(1800)
    floor.fill("C1")
    floor.fill("C2")
    assert floor.orders() == []
    floor.scan("C1", DOCK, Action.UNDO)
    assert floor.orders() == ["card/P1/C1/1/release"]
    floor.scan("C2", DOCK, Action.UNDO)
    assert floor.orders() == ["card/P1/C1/1/release"]
    floor.fill("C2")
    floor.fill("C1")
    assert floor.orders() == []


def test_K12_a_withdrawal_over_several_bins_is_undone_as_a_whole() -> None:
    floor = Floor()
    floor.scan("C1", LINE, Action.WITHDRAW, quantity="95")
    assert (floor.state("C1"), floor.state("C2"), floor.view.level("SCREW-A", "LINE3")) == ("EMPTY", "EMPTY", "-95")
    floor.undo()
    assert (floor.state("C1"), floor.state("C2"), floor.view.level("SCREW-A", "LINE3")) == ("FULL", "FULL", "0")
    assert floor.orders() == []


def test_K12_an_undo_of_a_counted_remainder_restores_what_the_book_had() -> None:
    floor = Floor()
    floor.scan("C1", LINE, Action.WITHDRAW, quantity="10")
    floor.empty(remainder="4")
    floor.undo()
    assert (floor.state(), floor.view.cards["C1"].quantity) == ("IN_USE", 30_000_000)
    assert floor.view.level("SCREW-A", "LINE3") == "-10"


def test_K12_a_button_undoes_the_last_act_on_its_own_card() -> None:
    floor = Floor()
    floor.empty("C1")
    floor.empty("C2")
    floor.scan("C1", LINE, Action.UNDO)
    assert (floor.state("C1"), floor.state("C2")) == ("FULL", "EMPTY")


def test_K12_after_ten_minutes_it_is_too_late() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(600)
    assert floor.scan("C1", LINE, Action.UNDO).verdict.code == "UNDONE"
    floor = Floor()
    floor.empty()
    floor.wait(601)
    refused(floor, floor.undo(), "UNDO_TOO_LATE")


def test_K12_not_at_another_station() -> None:
    floor = Floor()
    floor.empty()
    refused(floor, floor.scan("C1", DOCK, Action.UNDO), "UNDO_OTHER_STATION")
    refused(floor, floor.undo(DOCK), "UNDO_NOTHING")


def test_K12_not_by_another_person_but_by_the_same_one_anywhere() -> None:
    floor = Floor()
    floor.empty(operator="badge:1")
    refused(floor, floor.undo(operator="badge:2"), "UNDO_OTHER_PERSON")
    assert floor.scan("C1", DOCK, Action.UNDO, operator="badge:1").verdict.code == "UNDONE"


def test_K12_not_when_something_else_was_done_with_the_card_since() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(100)
    floor.fill()
    refused(floor, floor.undo(LINE), "UNDO_TOO_LATE", state="FULL")


def test_K12_a_second_undo_is_a_second_beep() -> None:
    floor = Floor()
    floor.empty()
    floor.undo()
    floor.wait(3)
    decision = floor.undo()
    assert (decision.events, decision.verdict.code) == ((), "ALREADY_UNDONE")
    floor.wait(60)
    refused(floor, floor.undo(), "UNDO_NOTHING", state="FULL")


def test_K12_not_in_a_place_where_nothing_happened() -> None:
    refused(Floor(), Floor().undo(), "UNDO_NOTHING", state="FULL")


def test_K12_before_and_after_the_erp_has_it_the_path_is_the_same() -> None:
    bodies = []
    for is_settled in (False, True):
        floor = Floor()
        floor.empty()
        if is_settled:
            floor.settle()
        body = dict(floor.undo().events[0].body)
        del body["ref"]
        bodies.append(body)
    assert bodies[0] == bodies[1]


def test_K12_new_master_data_in_between_does_not_prevent_it() -> None:
    floor = Floor()
    floor.empty()
    floor.load("cards", [{"id": "C1", "loop": "LP-1", "revision": 2}, {"id": "C2", "loop": "LP-1"}])
    assert floor.undo().verdict.code == "UNDONE"
    assert floor.view.cards["C1"].revision == 2


def test_K12_the_erps_refusal_of_an_undo_reaches_the_station() -> None:
    floor = Floor()
    floor.empty()
    floor.undo()
    notices = floor.dispose(floor.last("card_undone"), "rejected", code="ORDER_SHIPPED").notices
    assert [notice.station for notice in notices] == [LINE]
    assert "the undo of card C1" in notices[0].verdict.text


def refused(floor: Floor, decision: Decision, code: str, state: str = "EMPTY") -> None:
    assert (decision.verdict.status, decision.verdict.code) == (Status.REFUSED, code)
    assert kinds(decision) == ["scan_refused"]
    assert floor.state() == state
