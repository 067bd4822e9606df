"""Supervisor approval: nothing above a limit is booked before another person, a supervisor, scanned a badge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.decide import Decider
from gateway.model import Action, Decision, Scan, Status
from gateway.stations.station import Station
from tests.kanban.floor import DOCK, LINE, STATIONS, Floor, kinds

PEOPLE: list[dict[str, Any]] = [
    {"id": "ann", "name": "Ann", "badge": "1"},
    {"id": "bob", "name": "Bob", "badge": "2", "roles": ["supervisor"]},
    {"id": "eve", "badge": "3", "roles": ["supervisor"], "blocked": True},
    {"id": "sue", "badge": "4", "roles": ["operator", "supervisor"]},
]


@pytest.fixture
def floor() -> Floor:
    floor = Floor(cards=2, approve_above="30")
    floor.load("people", PEOPLE)
    return floor


def asked(floor: Floor, card: str = "C1", **options: Any) -> Decision:
    decision = floor.empty(card, **options)
    assert (decision.verdict.status, decision.verdict.code) == (Status.ASK, "ASK_APPROVAL")
    floor.wait(5)
    return decision


def test_a_posting_above_the_limit_waits_and_is_booked_with_who_approved_it(floor: Floor) -> None:
    floor.badge("1")
    assert "40 PCE SCREW-A is above the limit of 30" in asked(floor).verdict.text
    assert (floor.state(), floor.orders(), floor.view.level("SCREW-A", "LINE3")) == ("FULL", [], "0")
    approved = floor.badge("2")
    assert kinds(approved) == ["card_emptied", "flow_ended"]
    emptied = floor.last("card_emptied")
    assert (emptied["op"], emptied["approved_by"], emptied["card"]) == ("badge:ann", "badge:bob", "C1")
    assert floor.orders() == [emptied["key"]]
    floor.wait(61)
    asked(floor, "C2")  # the approval was for one posting
    assert floor.last("flow_asked")["op"] == "badge:ann"  # and the supervisor is not signed in


@pytest.mark.parametrize(("badge", "code"), [("1", "NO_SUPERVISOR"), ("3", "BADGE_BLOCKED"), ("9", "BADGE_UNKNOWN")])
def test_a_badge_that_may_not_approve_is_refused_and_the_question_stays(floor: Floor, badge: str, code: str) -> None:
    asked(floor)
    refused = floor.badge(badge)
    assert (refused.verdict.status, refused.verdict.code) == (Status.REFUSED, code)
    assert floor.state() == "FULL"
    floor.wait(1)
    assert floor.badge("2").verdict.code == "CARD_EMPTIED"


def test_nobody_approves_what_they_scanned_themselves(floor: Floor) -> None:
    floor.badge("4")
    asked(floor)
    assert floor.badge("4").verdict.code == "APPROVED_BY_ONESELF"
    assert floor.badge("2").verdict.code == "CARD_EMPTIED"


def test_any_other_scan_is_no_approval(floor: Floor) -> None:
    asked(floor)
    for scan in (floor.empty("C1"), floor.empty("C2"), floor.scan("", LINE, code="what is this")):
        assert scan.verdict.code == "OTHER_SCAN_FIRST"
    assert (floor.state("C1"), floor.state("C2")) == ("FULL", "FULL")


def test_refused_or_forgotten_nothing_is_booked(floor: Floor) -> None:
    asked(floor)
    assert floor.scan("", LINE, Action.CANCEL).verdict.code == "FLOW_CANCELLED"
    assert kinds(floor.badge("2")) == ["session_started"]
    asked(floor)
    floor.wait(290)
    assert floor.tick().notices == ()
    floor.wait(10)
    (notice,) = floor.tick().notices
    assert (notice.station, notice.verdict.status, notice.verdict.code) == (LINE, Status.REFUSED, "FLOW_TIMED_OUT")
    assert (floor.state(), floor.orders()) == ("FULL", [])


def test_an_approval_at_another_scanner_is_a_sign_in_there(floor: Floor) -> None:
    asked(floor)
    assert floor.badge("2", device="scan-2").verdict.code == "SIGNED_IN"
    assert floor.state() == "FULL"


def test_what_the_approval_finds_is_decided_as_it_is_then(floor: Floor) -> None:
    asked(floor)
    floor.empty("C1", device="scan-2", remainder="15")  # 25 of 40: below the limit
    assert floor.state() == "EMPTY"
    assert floor.badge("2").verdict.code == "ALREADY_EMPTY"


def test_more_than_was_approved_is_asked_again(floor: Floor) -> None:
    asked(floor)
    floor.view.cards["C1"] = replace(floor.view.cards["C1"], quantity=50_000_000)
    again = floor.badge("2")
    assert (again.verdict.code, floor.state()) == ("ASK_APPROVAL", "FULL")


@pytest.mark.parametrize(
    ("of_item", "of_loop", "of_station", "is_asked"),
    [(None, None, None, False), ("39", None, None, True), ("40", None, None, False), ("100", "39", None, True),
     (None, "100", "39", True), ("100", "100", "40", False)],
)  # fmt: skip
def test_the_least_limit_of_item_loop_and_station_counts_and_is_itself_allowed(
    of_item: str | None, of_loop: str | None, of_station: str | None, is_asked: bool
) -> None:
    limits: dict[str, Any] = {"approve_above": of_loop} if of_loop else {}
    floor = Floor(cards=1, **limits)
    floor.load("items", [{"id": "SCREW-A", "uom": "PCE", **({"approve_above": of_item} if of_item else {})}])
    limit = int(of_station) * 1_000_000 if of_station else None
    floor.decide = Decider({**STATIONS, LINE: Station(LINE, "consume", "LINE3", approve_above=limit)})
    assert (floor.empty().verdict.code == "ASK_APPROVAL") is is_asked


def test_a_press_above_the_limit_is_refused_because_nobody_can_be_asked(floor: Floor) -> None:
    refused = floor.submit(Scan(floor.read(), card="C1", is_press=True))
    assert (refused.verdict.code, floor.state()) == ("APPROVAL_NEEDED", "FULL")


def test_a_question_about_a_quantity_comes_before_the_supervisor() -> None:
    floor = Floor(cards=1, approve_above="40")
    floor.load("people", PEOPLE)
    floor.empty()
    floor.wait(1800)
    assert floor.fill(quantity="60").verdict.code == "ASK_TOO_MUCH"
    floor.wait(5)
    assert floor.fill().verdict.code == "ASK_APPROVAL"
    floor.wait(5)
    assert floor.badge("2", DOCK).verdict.code == "CARD_FILLED"
    filled = floor.last("card_filled")
    assert (filled["after"][0]["qty"], filled["approved_by"]) == ("60", "badge:bob")
    assert floor.view.facts("flow") == {}
