"""Dialogues of several scans: kept as facts, answered, cancelled, timed out, never inherited (K14)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.decide import Decider
from gateway.kanban.flow import FLOW_FACT, Flow, ask, flow_at, no_answer
from gateway.kanban.session import SessionRules, signed
from gateway.model import Action, Decision, Event, Scan, Status
from gateway.stations.station import Station
from gateway.text.sentence import say
from gateway.view import View
from tests.kanban.floor import LINE, STATIONS, Floor, kinds

pytestmark = pytest.mark.decision("K14")
PROMPT = say("NOTHING_TO_CANCEL")


def needs_two_cards(flow: Flow, scan: Scan, station: Station, view: View) -> Decision | Scan | None:
    """A dialogue for these tests: a second card, then the first one is emptied."""
    if scan.action is Action.QUANTITY:
        return no_answer(flow, scan)
    if not scan.card:
        return None
    if scan.card == "C9":
        return ask(scan, "two", "third", PROMPT, data=flow.data)
    return Scan(scan.read, Action.EMPTY, flow.data["card"])


class TwoCards(Floor):
    """A floor where a scan of C2 begins that dialogue."""

    def __init__(self) -> None:
        super().__init__(cards=3)
        self.decide = Decider(STATIONS, dialogues={"two": needs_two_cards})

    def begin(self) -> None:
        scan = signed(Scan(self.read(), card="C1"), self.view, SessionRules())
        asked = ask(scan, "two", "second", PROMPT, data={"card": "C1"}, card="C1")
        for n, event in enumerate(asked.events):
            self.view.append(event, n, self.read())
        assert asked.verdict.status is Status.ASK
        self.wait(5)


@pytest.fixture
def floor() -> TwoCards:
    floor = TwoCards()
    floor.begin()
    return floor


def test_the_answer_completes_the_scan_and_ends_the_dialogue(floor: TwoCards) -> None:
    answered = floor.scan("C2")
    assert kinds(answered) == ["card_emptied", "flow_ended"]
    assert (floor.state("C1"), floor.state("C2")) == ("EMPTY", "FULL")
    assert floor.last("flow_ended")["why"] == "done"
    assert flow_at("scan-1", floor.view) is None


def test_a_step_may_ask_again_and_an_open_dialogue_books_nothing(floor: TwoCards) -> None:
    assert floor.scan("C9").verdict.status is Status.ASK
    flow = flow_at("scan-1", floor.view)
    assert flow is not None
    assert (flow.step, flow.data) == ("third", {"card": "C1"})
    assert floor.orders() == []


def test_the_code_that_led_to_the_question_is_no_answer_within_moments(floor: TwoCards) -> None:
    floor.scan("C9")
    floor.wait(2)
    again = floor.scan("C9")
    assert (again.events, again.verdict.status, again.verdict.text) == ((), Status.ASK, PROMPT)


@pytest.mark.parametrize("action", [Action.CANCEL, Action.UNDO])
def test_cancel_and_undo_end_the_dialogue_and_touch_nothing_that_was_booked(floor: TwoCards, action: Action) -> None:
    cancelled = floor.scan("", LINE, action)
    assert (kinds(cancelled), cancelled.verdict.code) == (["flow_ended"], "FLOW_CANCELLED")
    assert floor.scan("", LINE, Action.CANCEL).verdict.code == "NOTHING_TO_CANCEL"


def test_a_scan_that_is_no_answer_is_refused_or_ends_the_dialogue(floor: TwoCards) -> None:
    refused = floor.scan("", LINE, Action.QUANTITY)
    assert (refused.verdict.status, refused.verdict.code) == (Status.REFUSED, "OTHER_SCAN_FIRST")
    assert flow_at("scan-1", floor.view) is not None
    other = floor.scan("", LINE, code="nobody knows this")
    assert kinds(other) == ["scan_refused", "flow_ended"]
    assert floor.last("flow_ended")["why"] == "other_scan"


def test_nobody_answers_and_the_station_sees_red(floor: TwoCards) -> None:
    floor.wait(56)
    late = floor.tick()
    assert [notice.station for notice in late.notices] == [LINE]
    assert late.notices[0].verdict.code == "FLOW_TIMED_OUT"
    assert floor.last("flow_ended")["why"] == "timeout"
    assert floor.tick().events == ()


def test_a_late_answer_is_a_scan_of_its_own(floor: TwoCards) -> None:
    floor.wait(56)
    assert kinds(floor.scan("C2")) == ["card_emptied", "flow_ended"]
    assert floor.state("C2") == "EMPTY"


def test_a_dialogue_survives_a_restart_and_a_reboot_only_with_a_clock_that_knows(floor: TwoCards) -> None:
    floor.reboot(wall_jump_s=5)
    assert floor.scan("C9").verdict.status is Status.ASK
    floor.reboot()
    floor.view.now = replace(floor.view.now, quality="unsynced")
    assert "flow_ended" in kinds(floor.tick())


def test_whoever_signs_in_next_inherits_nothing(floor: TwoCards) -> None:
    floor.load("people", [{"id": "ann", "badge": "1"}])
    signed_in = floor.scan("", LINE, Action.BADGE, badge="1")
    assert kinds(signed_in) == ["session_started", "flow_ended"]
    assert floor.last("flow_ended")["why"] == "other_person"
    assert kinds(floor.scan("C2")) == ["card_emptied"]


def test_who_comes_back_to_a_session_that_ran_out_begins_anew(floor: TwoCards) -> None:
    floor.load("people", [{"id": "ann", "badge": "1", "shift": "00:00-23:59"}])
    floor.scan("", LINE, Action.CANCEL)
    floor.scan("", LINE, Action.BADGE, badge="1")
    floor.begin()
    floor.load("people", [{"id": "ann", "badge": "1", "blocked": True}])
    answered = floor.scan("C2")
    assert kinds(answered)[0] == "card_emptied"
    assert (floor.state("C1"), floor.state("C2")) == ("FULL", "EMPTY")


def test_a_button_is_asked_nothing_and_answers_nothing(floor: TwoCards) -> None:
    press = Scan(floor.read(), card="C2", is_press=True)
    assert kinds(floor.submit(press)) == ["card_emptied"]
    assert flow_at("scan-1", floor.view) is not None


def test_in_training_a_dialogue_goes_on_and_nothing_is_booked(floor: TwoCards) -> None:
    floor.instruct("mode.set", {"scope": "station", "name": LINE, "mode": "training"})
    assert kinds(floor.scan("C2")) == ["training_card_emptied", "flow_ended"]
    assert floor.state("C1") == "FULL"
    assert floor.view.facts(FLOW_FACT) == {}


def test_a_dialogue_of_a_newer_version_ends_with_the_next_scan(floor: TwoCards) -> None:
    fact = dict(floor.view.facts(FLOW_FACT)["scan-1"]) | {"kind": "unheard", "asks": {"key": "NEW_KEY", "args": {}}}
    floor.view.append(Event("x", "", "", {"facts": [[FLOW_FACT, "scan-1", fact]]}), 0, None)
    assert kinds(floor.scan("C2")) == ["card_emptied", "flow_ended"]
