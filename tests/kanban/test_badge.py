"""Badge sessions (K14): who works at a scanner, and when that is over."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.decide import Decider
from gateway.kanban.session import SESSION_FACT, SessionRules
from gateway.model import Action, Scan, Status
from gateway.stations.station import Station
from tests.kanban.floor import DOCK, LINE, START_MS, STATIONS, Floor, kinds

pytestmark = pytest.mark.decision("K14")

PEOPLE: list[dict[str, Any]] = [
    {"id": "ann", "name": "Ann", "badge": "4471"},
    {"id": "bob", "name": "Bob", "badge": "4472", "roles": ["operator", "supervisor"]},
    {"id": "old", "badge": "4473", "valid_until": "2026-09-20"},
    {"id": "out", "badge": "4474", "blocked": True},
]


@pytest.fixture
def floor() -> Floor:
    floor = Floor(cards=3)
    floor.load("people", PEOPLE)
    return floor


def signed_in(floor: Floor, device: str = "scan-1") -> str:
    known = floor.view.fact(SESSION_FACT, device)
    return known["person"] if known else ""


def test_what_is_scanned_after_a_badge_bears_the_person_and_only_at_that_scanner(floor: Floor) -> None:
    assert floor.badge("4471").verdict.text == "Signed in: Ann."
    floor.empty("C1")
    assert floor.last("card_emptied")["op"] == "badge:ann"
    floor.empty("C2", device="scan-2")
    assert "op" not in floor.last("card_emptied")


def test_a_press_at_the_same_device_has_nobody(floor: Floor) -> None:
    floor.badge("4471")
    floor.submit(Scan(floor.read(), card="C1", is_press=True))
    assert "op" not in floor.last("card_emptied")


def test_the_next_badge_ends_the_session_and_the_same_badge_goes_on(floor: Floor) -> None:
    floor.badge("4471")
    again = floor.badge("4471")
    assert (again.verdict.status, again.events) == (Status.ALREADY, ())
    other = floor.badge("4472")
    assert kinds(other) == ["session_ended", "session_started"]
    assert [event.body["op"] for event in other.events] == ["badge:ann", "badge:bob"]
    assert (floor.last("session_ended")["why"], signed_in(floor)) == ("next_badge", "bob")


@pytest.mark.parametrize(
    ("badge", "code"), [("9999", "BADGE_UNKNOWN"), ("4473", "BADGE_EXPIRED"), ("4474", "BADGE_BLOCKED")]
)
def test_a_badge_that_does_not_count_is_red_and_ends_the_session_before_it(floor: Floor, badge: str, code: str) -> None:
    floor.badge("4471")
    refused = floor.badge(badge)
    assert (refused.verdict.status, refused.verdict.code) == (Status.REFUSED, code)
    assert kinds(refused) == ["session_ended", "scan_refused"]
    floor.empty("C1")
    assert "op" not in floor.last("card_emptied")


def test_a_day_counts_to_its_end_in_the_plant() -> None:
    floor = Floor(cards=1)
    day = "2026-09-21"  # START_MS is 14:13:20 UTC on that day, 22:13:20 in Shanghai
    floor.load("people", [{"id": "ann", "badge": "1", "valid_until": day}])
    for zone, hours, is_valid in (
        ("UTC", 9, True),
        ("UTC", 10, False),
        ("Asia/Shanghai", 1, True),
        ("Asia/Shanghai", 2, False),
    ):
        floor.decide = Decider(STATIONS, sessions=SessionRules(zone=ZoneInfo(zone)))
        floor.view.now = type(floor.view.now)(
            START_MS + hours * 3_600_000, hours * 3_600_000, f"b-{zone}{hours}", "ntp"
        )
        assert floor.badge("1").verdict.is_good is is_valid, (zone, hours)


def test_a_session_ends_when_nothing_was_scanned_for_the_idle_time(floor: Floor) -> None:
    floor.badge("4471")
    for card in ("C1", "C2"):
        floor.wait(540)
        floor.empty(card)
        assert floor.last("card_emptied")["op"] == "badge:ann"
    floor.wait(601)
    assert kinds(floor.tick()) == ["session_ended"]
    assert (floor.last("session_ended")["why"], signed_in(floor)) == ("idle", "")


def test_a_scan_after_the_idle_time_is_nobodys_even_before_a_tick(floor: Floor) -> None:
    floor.badge("4471")
    floor.wait(600)
    assert kinds(floor.empty("C1")) == ["card_emptied", "session_ended"]
    assert "op" not in floor.last("card_emptied")


def test_a_session_ends_with_the_shift_across_midnight_and_is_not_inherited() -> None:
    floor = Floor(cards=2)
    floor.decide = Decider(STATIONS, sessions=SessionRules(idle_ms=86_400_000, zone=ZoneInfo("Asia/Shanghai")))
    floor.load("people", [{"id": "ann", "badge": "1", "shift": "22:00-06:00"}])
    floor.view.now = type(floor.view.now)(START_MS, 1000, "b", "ntp")  # 22:13:20 in Shanghai
    floor.badge("1")
    floor.wait(7 * 3600 + 46 * 60)  # 05:59:20
    floor.empty("C1")
    assert floor.last("card_emptied")["op"] == "badge:ann"
    floor.wait(40)  # 06:00
    floor.empty("C2")
    assert "op" not in floor.last("card_emptied")
    assert floor.last("session_ended")["why"] == "shift_end"


def test_no_session_lasts_longer_than_allowed_or_through_a_reboot(floor: Floor) -> None:
    floor.decide = Decider(STATIONS, sessions=SessionRules(idle_ms=86_400_000, longest_ms=3_600_000))
    floor.badge("4471")
    floor.wait(3600)
    floor.tick()
    assert floor.last("session_ended")["why"] == "too_long"
    floor.badge("4471")
    floor.reboot(wall_jump_s=1)
    floor.tick()
    assert (floor.last("session_ended")["why"], signed_in(floor)) == ("reboot", "")


@pytest.mark.parametrize(
    "change", [{"blocked": True}, {"badge": "5000"}, {"valid_until": "2026-09-20"}], ids=["blocked", "lost", "expired"]
)
def test_what_the_master_data_takes_away_counts_from_the_next_scan_on(floor: Floor, change: dict[str, Any]) -> None:
    floor.badge("4471")
    floor.load("people", [PEOPLE[0] | change])
    floor.empty("C1")
    assert "op" not in floor.last("card_emptied")
    assert signed_in(floor) == ""


def test_signing_out(floor: Floor) -> None:
    assert floor.scan("", LINE, Action.SIGN_OUT).verdict.code == "NOBODY_SIGNED_IN"
    floor.badge("4471")
    assert floor.scan("", LINE, Action.SIGN_OUT).verdict.code == "SIGNED_OUT"
    assert signed_in(floor) == ""


def test_a_station_may_want_a_badge_first(floor: Floor) -> None:
    strict = {**STATIONS, LINE: Station(LINE, "consume", "LINE3", badge_required=True)}
    floor.decide = Decider(strict)
    refused = floor.empty("C1")
    assert (refused.verdict.code, floor.state("C1")) == ("BADGE_NEEDED", "FULL")
    assert floor.submit(Scan(floor.read(), card="C1", is_press=True)).verdict.code == "BADGE_NEEDED"
    floor.badge("4471")
    assert floor.empty("C1").verdict.is_good


def test_people_sign_in_while_a_loop_is_walked_and_in_training(floor: Floor) -> None:
    floor.instruct("walk.open", {"loop": "LP-1", "stations": [LINE], "as": "FULL", "elsewhere": "EMPTY"})
    assert floor.badge("4471").verdict.code == "SIGNED_IN"
    assert floor.empty("C1").verdict.code == "CARD_SEEN"
    assert floor.last("card_seen")["op"] == "badge:ann"
    floor.instruct("mode.set", {"scope": "station", "name": DOCK, "mode": "training"})
    floor.badge("4472", DOCK)
    assert signed_in(floor) == "bob"


@pytest.mark.decision("K12")
def test_only_the_same_person_or_a_supervisor_takes_an_act_back(floor: Floor) -> None:
    floor.load("people", [*PEOPLE, {"id": "cid", "badge": "1"}])
    floor.badge("4471")
    floor.empty("C1")
    floor.empty("C2")
    floor.badge("1")
    assert floor.undo().verdict.code == "UNDO_OTHER_PERSON"
    floor.scan("", LINE, Action.SIGN_OUT)
    assert floor.undo().verdict.code == "UNDO_OTHER_PERSON"
    floor.badge("4472", DOCK, device="scan-2")
    assert floor.scan("C2", DOCK, Action.UNDO, device="scan-2").verdict.code == "UNDONE"
    assert floor.last("card_undone")["op"] == "badge:bob"
    floor.badge("4471")
    assert floor.scan("C1", LINE, Action.UNDO).verdict.code == "UNDONE"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"badge": ""}, "badge is ''"),
        ({"roles": "supervisor"}, "roles is 'supervisor'"),
        ({"roles": ["boss"]}, "roles is ['boss']"),
        ({"shift": "6-14"}, "shift is '6-14'"),
        ({"valid_until": "soon"}, "valid_until is 'soon'"),
        ({"valid_until": "2027-01-31T10:00:00"}, "valid_until is"),
        ({"id": "b2"}, "code '1' is already used by 'ann'"),
    ],
)
def test_people_that_cannot_be_used_are_refused_as_a_whole(floor: Floor, row: dict[str, Any], fault: str) -> None:
    refused = floor.load(
        "people", [{"id": "ann", "badge": "1"}, {"id": "bob", "badge": "1" if "id" in row else "2", **row}]
    )
    assert fault in refused.verdict.text
    assert floor.badge("4471").verdict.is_good
