"""Contacts level by level: what is a press, a long press, stuck, or nothing at all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drivers.button_contact import Act, Contact, HoldRule, Kind
from drivers.button_samples import Inputs

RULE = HoldRule(long_ms=3000, stuck_ms=60_000)
AT_ONCE = HoldRule(long_ms=0, stuck_ms=60_000)


def test_a_press_counts_when_the_contact_opens_again() -> None:
    contact = Contact(RULE)
    assert contact.turn(True, 1000) is None
    assert contact.turn(False, 1120) == Act(Kind.SHORT, 120)


def test_without_a_long_press_it_counts_at_once_and_only_once() -> None:
    contact = Contact(AT_ONCE)
    assert contact.turn(True, 1000) == Act(Kind.SHORT)
    assert contact.turn(False, 9000) is None


def test_three_seconds_are_a_long_press_and_a_millisecond_less_is_not() -> None:
    contact = Contact(RULE)
    contact.turn(True, 0)
    assert contact.turn(False, 3000) == Act(Kind.LONG, 3000)
    contact.turn(True, 5000)
    assert contact.turn(False, 7999) == Act(Kind.SHORT, 2999)


def test_a_contact_that_stays_closed_is_stuck_once_and_no_press_when_it_opens() -> None:
    contact = Contact(RULE)
    contact.turn(True, 0)
    assert contact.look(59_999) is None
    assert contact.look(60_000) == Act(Kind.STUCK, 60_000)
    assert contact.is_stuck
    assert contact.look(70_000) is None
    assert contact.turn(False, 80_000) is None
    assert not contact.is_stuck


def test_a_stuck_contact_that_nobody_looked_at_is_told_when_it_opens() -> None:
    contact = Contact(RULE)
    contact.turn(True, 0)
    assert contact.turn(False, 60_000) == Act(Kind.STUCK, 60_000)
    assert not contact.is_stuck


def test_a_contact_that_is_closed_at_the_start_is_no_press_but_can_be_stuck() -> None:
    contact = Contact(RULE)
    contact.begin(True, 0)
    assert contact.turn(False, 5000) is None
    contact.begin(True, 0)
    assert contact.look(60_000) == Act(Kind.STUCK, 60_000)


def test_the_same_level_again_is_nothing() -> None:
    contact = Contact(RULE)
    assert contact.turn(False, 0) is None
    contact.turn(True, 10)
    assert contact.turn(True, 5000) is None
    assert contact.turn(False, 5010) == Act(Kind.LONG, 5000)


def test_a_press_under_way_when_watching_ends_is_cut_and_not_guessed() -> None:
    contact = Contact(RULE)
    contact.turn(True, 1000)
    assert contact.end(1500) == Act(Kind.CUT, 500)
    assert contact.end(1600) is None
    decided = Contact(AT_ONCE)
    decided.turn(True, 1000)
    assert decided.end(1500) is None


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 100_000))), st.sampled_from([RULE, AT_ONCE]))
def test_no_sequence_of_levels_gives_more_presses_than_closings(levels: list[tuple[bool, int]], rule: HoldRule) -> None:
    contact, at_ms, before, closings, presses = Contact(rule), 0, False, 0, 0
    for is_closed, later_ms in levels:
        at_ms += later_ms
        closings += is_closed and not before
        before = is_closed
        act = contact.turn(is_closed, at_ms)
        presses += act is not None and act.kind in (Kind.SHORT, Kind.LONG)
    assert presses <= closings


def samples(text: str, needed: int = 2) -> list[Kind]:
    """What an input did that was 0 or 1, a sample each 100 ms."""
    inputs: Inputs[str] = Inputs(RULE, needed)
    acts = [act for n, level in enumerate(text) for act in inputs.take({"i": level == "1"}, n * 100)]
    return [act.kind for _, act in acts]


def test_a_level_counts_when_it_was_seen_often_enough_in_a_row() -> None:
    assert samples("0010") == []
    assert samples("0011") == []
    assert samples("00110") == []
    assert samples("001100") == [Kind.SHORT]
    assert samples("00110100") == [Kind.SHORT]
    assert samples("0101010101") == []
    assert samples("010", needed=1) == [Kind.SHORT]


def test_a_stored_one_in_the_first_sample_is_no_press() -> None:
    assert samples("1100") == []
    assert samples("110011100") == [Kind.SHORT]
    assert samples("10", needed=1) == []


def test_how_long_is_measured_from_the_first_sample_of_a_level() -> None:
    inputs: Inputs[str] = Inputs(RULE, 3)
    levels = "0" + "1" * 29 + "000"
    acts = [act for n, level in enumerate(levels) for act in inputs.take({"i": level == "1"}, n * 100)]
    assert acts == [("i", Act(Kind.SHORT, 2900))]


def test_inputs_do_not_disturb_each_other_and_the_stuck_one_is_named() -> None:
    inputs: Inputs[str] = Inputs(RULE, 1)
    inputs.take({"a": False, "b": False}, 0)
    inputs.take({"a": True, "b": False}, 100)
    assert inputs.take({"a": True, "b": True}, 60_000) == []
    assert inputs.take({"a": True, "b": False}, 60_100) == [("a", Act(Kind.STUCK, 60_000)), ("b", Act(Kind.SHORT, 100))]
    assert inputs.stuck() == ["a"]
    assert inputs.end(60_200) == []
