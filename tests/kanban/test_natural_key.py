"""A press that its device gave an identity is taken once, on whatever way it comes again (R2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.ids import natural_id
from gateway.model import Decision, Event, Rejection, Scan, Status
from tests.kanban.floor import Floor

pytestmark = pytest.mark.promise("R2")


def press(floor: Floor, key: str = "uplink-1", card: str = "C1", *, fault: Rejection | None = None) -> Decision:
    read = replace(floor.read(), id=natural_id("buttons", key))
    return floor.submit(Scan(read, card=card, fault=fault))


def test_the_same_press_again_changes_nothing_however_late() -> None:
    floor = Floor()
    assert press(floor).verdict.code == "CARD_EMPTIED"
    floor.wait(100_000)
    again = press(floor)
    assert (again.verdict.status, again.verdict.code, again.events) == (Status.ALREADY, "ALREADY_STORED", ())
    assert floor.cycle() == 1


def test_the_next_press_has_another_identity_and_counts() -> None:
    floor = Floor()
    press(floor)
    floor.wait(7200)
    floor.fill()
    floor.wait(7200)
    assert press(floor, "uplink-2").verdict.code == "CARD_EMPTIED"
    assert floor.cycle() == 2


def test_after_a_refill_the_old_press_does_not_empty_the_bin_again() -> None:
    floor = Floor()
    press(floor)
    floor.wait(7200)
    floor.fill()
    floor.wait(7200)
    assert press(floor).verdict.code == "ALREADY_STORED"
    assert floor.state() == "FULL"


def test_a_press_that_was_refused_gets_the_same_answer_and_no_second_piece_of_evidence() -> None:
    floor = Floor()
    first, again = press(floor, card="C99"), press(floor, card="C99")
    assert (first.verdict.status, first.verdict.code) == (Status.REFUSED, "UNKNOWN_CARD")
    assert (again.verdict, again.events) == (first.verdict, ())


def test_a_fault_that_comes_again_is_kept_once() -> None:
    floor = Floor()
    fault = Rejection("UNKNOWN_BUTTON", "Nobody knows it.")
    first, again = press(floor, fault=fault), press(floor, fault=fault)
    assert (len(first.events), len(again.events), again.verdict.code) == (1, 0, "UNKNOWN_BUTTON")


def test_a_press_that_could_not_be_decided_is_not_asked_for_again_and_again() -> None:
    floor = Floor()
    read = replace(floor.read(), id=natural_id("buttons", "uplink-1"))
    floor.view.append(Event("scan_failed", "sys", "", {"code": "INTERNAL", "msg": "ZeroDivisionError"}), 0, read)
    again = press(floor)
    assert (again.verdict.status, again.verdict.code, again.events) == (Status.REFUSED, "INTERNAL", ())
