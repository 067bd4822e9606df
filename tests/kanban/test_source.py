"""The source: start, ship, release, and presses that come twice."""

from __future__ import annotations

import pytest

from gateway.model import Action, Press, Status
from tests.kanban.floor import DOCK, LINE, STORE, Floor, kinds


def test_start_and_ship_keep_cycle_signal_and_stock() -> None:
    floor = Floor()
    floor.empty()
    started = floor.scan("C1", STORE, Action.START)
    assert (started.events[0].key, floor.state()) == ("card/P1/C1/1/start", "IN_PROCESS")
    shipped = floor.scan("C1", STORE)  # the station's own action is shipping
    assert (shipped.events[0].key, floor.state()) == ("card/P1/C1/1/ship", "IN_TRANSIT")
    assert (floor.cycle(), floor.orders()) == (1, ["card/P1/C1/1/empty"])
    assert floor.view.level("SCREW-A", "LINE3") == "-40"
    floor.wait(1800)
    assert floor.fill().events[0].body["closes"] == ["card/P1/C1/1/empty"]
    assert floor.view.fills("LP-1") == (1_800_000,)  # since the emptying, not since the shipping


@pytest.mark.parametrize(
    ("done", "action", "code"),
    [
        ([], Action.START, "NOT_ON_ORDER"),
        ([], Action.SHIP, "NOT_ON_ORDER"),
        ([Action.START], Action.START, "ALREADY_IN_PROCESS"),
        ([Action.SHIP], Action.START, "ALREADY_IN_PROCESS"),
        ([Action.SHIP], Action.SHIP, "ALREADY_IN_TRANSIT"),
        ([Action.START], Action.RELEASE, "ALREADY_RELEASED"),
    ],
)
def test_what_the_table_does_not_list_is_refused_or_a_duplicate(done: list[Action], action: Action, code: str) -> None:
    floor = Floor()
    if done:
        floor.empty()
    for act in done:
        floor.scan("C1", STORE, act)
    before = floor.view.cards["C1"]
    decision = floor.scan("C1", STORE, action)
    assert decision.verdict.code == code
    assert len(decision.events) == 1
    assert floor.view.cards["C1"] == before


def test_a_waiting_card_cannot_be_started_before_its_release() -> None:
    floor = Floor(trigger_point=2)
    floor.empty()
    decision = floor.scan("C1", STORE, Action.START)
    assert (decision.verdict.status, decision.verdict.code) == (Status.REFUSED, "NOT_ON_ORDER")


def test_a_redelivered_press_is_answered_already_and_stores_nothing() -> None:
    floor = Floor()
    press = Press(7, "d1", redelivered=False)
    assert kinds(floor.scan("C1", LINE, Action.EMPTY, press=press)) == ["card_emptied"]
    again = floor.scan("C1", LINE, Action.EMPTY, press=Press(7, "d1", redelivered=True))
    assert (again.events, again.verdict.status, again.verdict.code) == ((), Status.ALREADY, "REDELIVERED")


@pytest.mark.parametrize(
    "press",
    [Press(7, "d1", redelivered=False), Press(7, "d2", redelivered=True), Press(8, "d1", redelivered=True)],
    ids=["same packet id used anew", "other content", "other packet"],
)
def test_another_press_is_no_redelivery(press: Press) -> None:
    floor = Floor()
    floor.scan("C1", LINE, Action.EMPTY, press=Press(7, "d1", redelivered=False))
    assert kinds(floor.scan("C2", LINE, Action.EMPTY, press=press)) == ["card_emptied"]


def test_2_6_a_button_pressed_many_times_is_one_signal() -> None:
    floor = Floor()
    for packet in range(1, 8):
        floor.scan("C1", LINE, Action.EMPTY, press=Press(packet, f"d{packet}", redelivered=False))
        floor.wait(1)
    assert floor.orders() == ["card/P1/C1/1/empty"]


def test_buttons_at_the_line_may_say_full_and_at_the_dock_empty() -> None:
    floor = Floor()
    assert floor.scan("C1", DOCK, Action.EMPTY).verdict.code == "CARD_EMPTIED"
    assert floor.scan("C1", LINE, Action.FULL).verdict.code == "CARD_FILLED"
