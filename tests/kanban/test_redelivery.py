"""A press with a key of its own that comes again: the answer of the first time, and no second event."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.ids import natural_id
from gateway.model import Action, Decision, Event, Rejection, Scan, Status
from tests.kanban.floor import Floor, kinds

pytestmark = pytest.mark.promise("R2")


def press(
    floor: Floor, key: str, card: str = "C1", *, data: bytes = b"raw", fault: Rejection | None = None
) -> Decision:
    read = replace(floor.read(), id=natural_id("hook", key), is_key_chosen=True, data=data)
    return floor.submit(Scan(read, Action.EMPTY, card, fault=fault))


def test_what_took_effect_is_answered_already_and_stored_once() -> None:
    floor = Floor()
    assert kinds(press(floor, "k")) == ["card_emptied"]
    again = press(floor, "k")
    assert (again.events, again.verdict.status) == ((), Status.ALREADY)


def test_another_key_is_another_press() -> None:
    floor = Floor()
    press(floor, "k")
    assert kinds(press(floor, "k2")) == ["scan_duplicate"]
    assert press(floor, "k2").verdict.status is Status.ALREADY


def test_a_refusal_is_repeated_in_its_own_words() -> None:
    floor = Floor()
    first = press(floor, "k", "C99")
    again = press(floor, "k", "C99")
    assert (again.events, again.verdict.status) == ((), Status.REFUSED)
    assert (again.verdict.code, again.verdict.text) == (first.verdict.code, first.verdict.text)


def test_a_question_to_a_person_stays_a_question() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(700)
    assert press(floor, "k").verdict.status is Status.ASK
    assert press(floor, "k").verdict.status is Status.ASK
    assert floor.view.task_counts == {"refill/C1/1": 1}


def test_evidence_of_a_double_press_is_amber_again() -> None:
    floor = Floor()
    press(floor, "k", fault=Rejection("PRESS_TOO_SOON", "A moment ago"))
    assert press(floor, "k").verdict.status is Status.ALREADY


def test_a_press_kept_for_repair_ends_the_retries() -> None:
    floor = Floor()
    read = replace(floor.read(), id=natural_id("hook", "k"), is_key_chosen=True)
    floor.view.append(Event("scan_failed", "sys", "", {"code": "INTERNAL", "msg": "ZeroDivisionError"}), 0, read)
    again = press(floor, "k")
    assert (again.verdict.status, again.verdict.code) == (Status.REFUSED, "INTERNAL")


def test_a_key_used_for_another_press_is_refused() -> None:
    floor = Floor()
    press(floor, "k")
    other = press(floor, "k", "C2", data=b"other")
    assert (other.events, other.verdict.status, other.verdict.code) == ((), Status.REFUSED, "KEY_REUSED")
    assert floor.state("C2") == "FULL"
