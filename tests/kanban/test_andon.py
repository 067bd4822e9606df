"""Calls for help: one event for the ERP, one task for a person, no card and no stock."""

from __future__ import annotations

import pytest

from gateway.model import Action, Decision, Scan, Status
from tests.kanban.floor import DOCK, LINE, Floor, kinds


def press(floor: Floor, call: str = "maintenance", action: Action = Action.SCAN, station: str = LINE) -> Decision:
    return floor.submit(Scan(floor.read(station), action, call=call))


def answer(decision: Decision) -> tuple[Status, str]:
    return decision.verdict.status, decision.verdict.code


def test_a_press_calls_and_is_an_event_for_the_erp_and_a_task_at_the_station() -> None:
    floor = Floor()
    decision = press(floor)
    assert answer(decision) == (Status.OK, "ANDON_CALLED")
    assert [(event.kind, event.stream, event.key) for event in decision.events] == [("andon_called", "sig", "")]
    called = floor.last("andon_called")
    assert (called["call"], called["sta"], called["loc"]) == ("maintenance", LINE, "LINE3")
    (task,) = floor.view.open_tasks()
    assert (task["kind"], task["code"], task["station"]) == ("andon", "ANDON_MAINTENANCE", LINE)


def test_a_call_moves_no_card_and_no_stock() -> None:
    floor = Floor()
    cards, stock = dict(floor.view.cards), floor.view.all_stock()
    press(floor)
    assert (floor.view.cards, floor.view.all_stock(), floor.orders()) == (cards, stock, [])


def test_another_press_within_the_window_is_the_same_call() -> None:
    floor = Floor()
    press(floor)
    floor.wait(599)
    decision = press(floor)
    assert answer(decision) == (Status.ALREADY, "ALREADY_CALLED")
    assert kinds(decision) == ["scan_duplicate"]
    assert floor.last("scan_duplicate")["ref"] == floor.last("andon_called")["id"]
    assert decision.events[0].stream == ""


def test_when_nobody_came_a_later_press_calls_again_on_the_same_task() -> None:
    floor = Floor()
    press(floor)
    first = floor.last("andon_called")["id"]
    floor.wait(600)
    assert answer(press(floor)) == (Status.OK, "ANDON_CALLED")
    assert floor.last("andon_called")["ref"] == first
    (task,) = floor.view.open_tasks()
    assert task["count"] == 2


def test_calls_of_another_kind_or_another_station_are_calls_of_their_own() -> None:
    floor = Floor()
    for call, station in (("maintenance", LINE), ("purchasing", LINE), ("maintenance", DOCK)):
        assert answer(press(floor, call, station=station)) == (Status.OK, "ANDON_CALLED")
    assert len(floor.view.open_tasks()) == 3


def test_a_long_press_takes_the_call_back() -> None:
    floor = Floor()
    press(floor)
    decision = press(floor, action=Action.UNDO)
    assert answer(decision) == (Status.OK, "ANDON_ENDED")
    assert floor.last("andon_ended")["ref"] == floor.last("andon_called")["id"]
    assert decision.events[0].stream == "sig"
    assert floor.view.open_tasks() == []
    assert floor.view.facts("andon") == {}


def test_after_a_call_was_taken_back_the_next_press_calls_at_once() -> None:
    floor = Floor()
    press(floor)
    press(floor, action=Action.UNDO)
    assert answer(press(floor)) == (Status.OK, "ANDON_CALLED")


def test_a_long_press_without_a_call_is_refused_and_kept() -> None:
    floor = Floor()
    decision = press(floor, action=Action.UNDO)
    assert answer(decision) == (Status.REFUSED, "NO_CALL")
    assert kinds(decision) == ["scan_refused"]


def test_a_call_whose_task_a_person_ended_is_over() -> None:
    floor = Floor()
    press(floor)
    floor.view.tasks.clear()
    assert answer(press(floor, action=Action.UNDO)) == (Status.REFUSED, "NO_CALL")
    assert answer(press(floor)) == (Status.OK, "ANDON_CALLED")


@pytest.mark.promise("R7")
def test_a_clock_that_was_set_back_over_a_reboot_swallows_no_call() -> None:
    floor = Floor()
    press(floor)
    floor.reboot(wall_jump_s=-86_400)
    assert answer(press(floor)) == (Status.OK, "ANDON_CALLED")


@pytest.mark.decision("K12")
def test_undo_at_the_station_still_means_the_card_and_not_the_call() -> None:
    floor = Floor()
    floor.empty()
    press(floor)
    assert answer(floor.undo()) == (Status.OK, "UNDONE")
    assert floor.state() == "FULL"
    assert len(floor.view.open_tasks()) == 1


def test_a_call_from_a_station_that_is_not_configured_is_refused() -> None:
    assert answer(press(Floor(), station="S-NONE")) == (Status.REFUSED, "UNKNOWN_STATION")
