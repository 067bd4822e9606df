"""Collecting loops: trigger point, maximum age, the deciding gateway (K10), an independent source."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.model import Action, Status
from tests.kanban.floor import LINE, LOOP, STORE, Floor, kinds


def batch_floor(**options: Any) -> Floor:
    return Floor(cards=6, **{"trigger_point": 3, "max_wait_s": 7200, **options})


def test_waiting_cards_make_one_signal_when_they_reach_the_trigger_point() -> None:
    floor = batch_floor()
    for card in ("C1", "C2"):
        decision = floor.empty(card)
        assert kinds(decision) == ["card_emptied"]
        assert "tr" not in decision.events[0].body
        assert floor.state(card) == "WAIT"
        floor.wait(10)
    decision = floor.empty("C3")
    assert kinds(decision) == ["card_emptied", "batch_released"]
    release = decision.events[1]
    assert release.key == "card/P1/C1/1/release"
    assert release.body["tr"]["cards"] == ["C1", "C2", "C3"]
    assert release.body["tr"]["qty"] == "120"
    assert decision.verdict.text == "Card C3 is empty: 120 PCE SCREW-A ordered."
    assert [floor.state(card) for card in ("C1", "C2", "C3")] == ["EMPTY"] * 3
    assert floor.orders() == ["card/P1/C1/1/release"]


def test_a_batch_ends_with_its_last_card() -> None:
    floor = batch_floor()
    for card in ("C1", "C2", "C3"):
        floor.empty(card)
    floor.wait(1800)
    for card in ("C2", "C1"):
        assert "closes" not in floor.fill(card).events[0].body
    assert floor.fill("C3").events[0].body["closes"] == ["card/P1/C1/1/release"]
    assert floor.orders() == []


def test_a_batch_counts_what_was_left_in_the_bins() -> None:
    floor = batch_floor(trigger_point=2)
    floor.empty("C1", remainder="10")
    assert floor.empty("C2").events[1].body["tr"]["qty"] == "70"


def test_a_batch_that_waited_too_long_is_released_by_age() -> None:
    floor = batch_floor()
    floor.empty("C1")
    floor.wait(3600)
    floor.empty("C2")
    floor.wait(3599)
    assert floor.tick().events == ()
    floor.wait(1)
    decision = floor.tick()
    assert kinds(decision) == ["batch_released"]
    assert decision.events[0].body["tr"]["cards"] == ["C1", "C2"]
    assert floor.tick().events == ()


def test_without_a_maximum_age_a_batch_waits_for_its_trigger_point() -> None:
    floor = batch_floor(max_wait_s=0)
    floor.empty("C1")
    floor.wait(10**6)
    assert floor.tick().events == ()


def test_a_second_scan_of_a_waiting_card_is_never_silently_a_duplicate_later_on() -> None:
    floor = batch_floor()
    floor.empty("C1")
    floor.wait(10)
    assert floor.empty("C1").verdict.code == "ALREADY_EMPTY"
    floor.wait(3600)
    assert floor.empty("C1").verdict.status is Status.ASK
    assert "refill/C1/1" in floor.view.tasks


def test_a_lowered_trigger_point_releases_what_waits() -> None:
    floor = batch_floor()
    floor.empty("C1")
    floor.empty("C2")
    floor.load("loops", [{**LOOP, "trigger_point": 2}])
    assert floor.tick().events[0].body["tr"]["cards"] == ["C1", "C2"]


def test_a_loop_that_no_longer_collects_leaves_no_card_waiting() -> None:
    floor = batch_floor()
    floor.empty("C1")
    floor.load("loops", [LOOP])
    assert kinds(floor.tick()) == ["batch_released"]
    assert floor.state("C1") == "EMPTY"


@pytest.mark.decision("K10")
def test_K10_only_the_deciding_gateway_releases_at_the_trigger_point() -> None:
    floor = batch_floor(deciding_gateway="L9-01")
    for card in ("C1", "C2", "C3", "C4"):
        assert kinds(floor.empty(card)) == ["card_emptied"]
    floor.tick()
    assert [floor.state(f"C{n}") for n in range(1, 5)] == ["WAIT"] * 4


@pytest.mark.decision("K10")
def test_K10_past_the_maximum_age_another_gateway_releases_its_cards_singly() -> None:
    floor = batch_floor(deciding_gateway="L9-01")
    floor.empty("C1")
    floor.wait(30)
    floor.empty("C2")
    floor.wait(7200)
    assert floor.tick().events == ()  # a minute more, so that the deciding gateway's release can arrive
    floor.wait(30)
    decision = floor.tick()
    assert [event.body["tr"]["cards"] for event in decision.events] == [["C1"]]
    floor.wait(30)
    assert [event.body["tr"]["cards"] for event in floor.tick().events] == [["C2"]]
    assert floor.orders() == ["card/P1/C1/1/release", "card/P1/C2/1/release"]


@pytest.mark.decision("K10")
def test_K10_a_forgotten_full_is_inferred_when_another_gateway_may_have_released_the_card() -> None:
    floor = batch_floor(deciding_gateway="L9-01")
    floor.empty("C1")
    floor.wait(1800)
    assert kinds(floor.empty("C1")) == ["card_filled", "card_emptied"]


@pytest.mark.decision("K10")
@pytest.mark.parametrize(
    ("cards", "demand", "trigger_point", "is_sound"),
    [
        (5, "120", 3, True),  # 120/h in an hour are 3 bins of 40, and 2 may wait
        (4, "120", 3, False),
        (5, "121", 3, False),
        (3, "0", 3, True),  # demand unknown: the trigger point must at least be reachable
        (2, "0", 3, False),
        (1, "9999", 1, True),  # without a trigger point nothing waits
    ],
)
def test_K10_a_trigger_point_that_starves_the_line_is_refused_at_load(
    cards: int, demand: str, trigger_point: int, is_sound: bool
) -> None:
    floor = Floor(cards=0)
    row = {**LOOP, "cards": cards, "demand_per_hour": demand, "trigger_point": trigger_point}
    decision = floor.load("loops", [row])
    assert (decision.verdict.code == "MD_CHANGED") is is_sound
    if not is_sound:
        assert "cannot feed the line" in decision.verdict.text
        assert floor.view.masters["loops"] == {}


def test_an_independent_source_releases_a_waiting_card_itself() -> None:
    floor = Floor(independent_source=True)
    assert kinds(floor.empty("C1")) == ["card_emptied"]
    assert floor.state("C1") == "WAIT"
    floor.tick()
    assert floor.orders() == []
    decision = floor.scan("C1", STORE, Action.RELEASE)
    assert kinds(decision) == ["batch_released"]
    assert decision.verdict.text == "Released: 40 PCE SCREW-A for 1 card(s)."
    assert floor.orders() == ["card/P1/C1/1/release"]


def test_an_independent_source_may_release_later_than_the_trigger_point() -> None:
    floor = batch_floor(independent_source=True, max_wait_s=0)
    for card in ("C1", "C2", "C3", "C4"):
        assert kinds(floor.empty(card)) == ["card_emptied"]
    assert floor.tick().events == ()
    assert floor.scan("C2", STORE, Action.RELEASE).events[0].body["tr"]["cards"] == ["C1", "C2", "C3", "C4"]


def test_a_card_that_is_filled_while_it_waits_no_longer_counts() -> None:
    floor = batch_floor()
    floor.empty("C1")
    floor.wait(100)
    floor.fill("C1")
    assert floor.view.fills("LP-1") == ()  # nobody was asked to fill it, so it says nothing about the source
    floor.wait(100)
    floor.empty("C2")
    assert kinds(floor.empty("C3")) == ["card_emptied"]
    assert floor.orders() == []


def test_waiting_cards_of_a_vanished_loop_keep_waiting() -> None:
    floor = batch_floor()
    floor.empty("C1")
    floor.load("loops", [])
    floor.wait(10**6)
    assert floor.tick().events == ()
    assert floor.scan("C1", LINE).verdict.code == "UNKNOWN_LOOP"


def test_the_card_that_completes_a_batch_is_locked_from_its_own_emptying_and_not_from_its_last_fill() -> None:
    floor = batch_floor(trigger_point=2)
    floor.empty("C1")
    floor.wait(600)
    assert kinds(floor.empty("C2"))[-1] == "batch_released"
    floor.wait(5)
    again = floor.empty("C2")
    assert again.verdict.status is Status.ALREADY
    assert kinds(again) == ["scan_duplicate"]
