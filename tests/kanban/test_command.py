"""Commands of the ERP: order numbers, and receipts it booked itself."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.model import Action, Status
from tests.kanban.floor import DOCK, LINE, LOOP, Floor, kinds

KEY = "card/P1/C1/1/empty"


def test_an_order_number_turns_empty_into_ordered_and_goes_nowhere_but_home() -> None:
    floor = Floor()
    floor.empty()
    decision = floor.command("order_confirmed", {"key": KEY, "doc": "PO-0007"}, command_id="cmd-1")
    assert [(event.kind, event.stream) for event in decision.events] == [
        ("order_confirmed", ""),
        ("command_done", "res"),
    ]
    assert (floor.state(), floor.view.docs, floor.orders()) == ("ORDERED", {KEY: "PO-0007"}, [KEY])
    assert decision.events[1].body["ref"] == "cmd-1"
    assert floor.view.inbox == {"cmd-1": "ORDERED"}


def test_an_order_number_for_a_batch_confirms_all_its_cards() -> None:
    floor = Floor(trigger_point=2)
    floor.empty("C1")
    floor.empty("C2")
    floor.command("order_confirmed", {"key": "card/P1/C1/1/release", "doc": "PO-1"})
    assert [floor.state(card) for card in ("C1", "C2")] == ["ORDERED", "ORDERED"]


def test_an_order_number_for_a_batch_leaves_a_card_with_a_newer_need_alone() -> None:
    floor = Floor(trigger_point=2)
    floor.empty("C1")
    floor.empty("C2")
    floor.wait(1800)
    floor.fill("C2")
    floor.load("loops", [LOOP])
    floor.wait(1800)
    floor.empty("C2")
    floor.command("order_confirmed", {"key": "card/P1/C1/1/release", "doc": "PO-1"})
    assert [floor.state(card) for card in ("C1", "C2")] == ["ORDERED", "EMPTY"]


def test_an_order_number_that_comes_late_does_not_turn_the_card_back() -> None:
    floor = Floor()
    floor.empty()
    floor.scan("C1", "L3-S3", Action.SHIP)
    floor.command("order_confirmed", {"key": KEY, "doc": "PO-1"})
    assert (floor.state(), floor.view.docs) == ("IN_TRANSIT", {KEY: "PO-1"})
    floor.wait(1800)
    floor.fill()
    decision = floor.command("order_confirmed", {"key": KEY, "doc": "PO-1"})
    assert (kinds(decision), decision.verdict.code, floor.state()) == (["command_done"], "SIGNAL_CLOSED", "FULL")


def test_a_redelivered_command_is_not_carried_out_again() -> None:
    floor = Floor()
    floor.empty()
    for _ in range(2):
        decision = floor.command("order_confirmed", {"key": KEY, "doc": "PO-1"}, command_id="cmd-1")
    assert (decision.events, decision.verdict.status) == ((), Status.ALREADY)


def test_a_refused_command_is_not_tried_again_when_it_is_redelivered() -> None:
    floor = Floor()
    floor.command("order_confirmed", {"key": KEY, "doc": "PO-1"}, command_id="cmd-1", deadline_ms=1)
    decision = floor.command("order_confirmed", {"key": KEY, "doc": "PO-1"}, command_id="cmd-1")
    assert decision.events == ()


def test_a_command_past_its_deadline_is_refused() -> None:
    floor = Floor()
    floor.empty()
    now_ms = floor.view.now.wall_ms
    body = {"key": KEY, "doc": "PO-1"}
    decision = floor.command("order_confirmed", body, deadline_ms=now_ms - 1)
    assert [(event.kind, event.stream) for event in decision.events] == [("command_refused", "res")]
    assert (decision.verdict.code, floor.state()) == ("DEADLINE_PASSED", "EMPTY")
    assert floor.command("order_confirmed", body, deadline_ms=now_ms).verdict.code == "ORDERED"


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("explode", {}, "UNKNOWN_COMMAND"),
        ("order_confirmed", {}, "BAD_COMMAND"),
        ("order_confirmed", {"key": KEY, "doc": 7}, "BAD_COMMAND"),
        ("order_confirmed", {"key": KEY, "doc": "x" * 400}, "BAD_COMMAND"),
        ("order_confirmed", {"key": "card/P1/C9/1/empty", "doc": "PO-1"}, "UNKNOWN_SIGNAL"),
        ("order_confirmed", {"key": "nonsense", "doc": "PO-1"}, "UNKNOWN_SIGNAL"),
        ("card_full", {"card": "C1"}, "BAD_COMMAND"),
        ("card_full", {"card": "C1", "cycle": "1"}, "BAD_COMMAND"),
        ("card_full", {"card": "C1", "cycle": True}, "BAD_COMMAND"),
        ("card_full", {"card": "C1", "cycle": -1}, "BAD_COMMAND"),
        ("card_full", {"card": "C1", "cycle": 10**30}, "BAD_COMMAND"),
        ("card_full", {"card": "C9", "cycle": 1}, "UNKNOWN_CARD"),
    ],
)
def test_a_command_that_cannot_be_carried_out_says_why(name: str, body: dict[str, Any], code: str) -> None:
    floor = Floor()
    floor.empty()
    decision = floor.command(name, body)
    assert kinds(decision) == ["command_refused"]
    assert (decision.verdict.status, decision.verdict.code) == (Status.REFUSED, code)
    assert floor.state() == "EMPTY"


@pytest.mark.decision("K1")
def test_K1_a_receipt_reported_by_the_erp_is_an_event_like_a_scan() -> None:
    floor = Floor(on_full="erp_status")
    floor.empty()
    floor.wait(1800)
    decision = floor.command("card_full", {"card": "C1", "cycle": 1})
    assert kinds(decision) == ["card_filled", "command_done"]
    assert decision.events[0].stream == ""  # the ERP said so itself
    assert (floor.state(), floor.orders(), floor.view.fills("LP-1")) == ("FULL", [], (1_800_000,))
    assert floor.scan("C1", DOCK).verdict.code == "ALREADY_FULL"
    assert floor.scan("C1", LINE).verdict.code == "CARD_EMPTIED"  # no scan that this one could toggle


def test_a_receipt_of_a_past_circulation_changes_nothing() -> None:
    floor = Floor()
    for _ in range(2):
        floor.empty()
        floor.wait(1800)
        floor.fill()
        floor.wait(1800)
    floor.empty()
    for cycle in (1, 2):
        assert floor.command("card_full", {"card": "C1", "cycle": cycle}).verdict.code == "FULL_ALREADY"
    assert floor.state() == "EMPTY"


def test_a_receipt_of_a_circulation_begun_elsewhere_is_taken_over() -> None:
    floor = Floor()
    floor.command("card_full", {"card": "C1", "cycle": 5})
    assert (floor.state(), floor.cycle(), floor.view.all_stock()) == ("FULL", 5, {})
    assert floor.empty().events[0].key == "card/P1/C1/6/empty"


def test_a_blocked_card_is_not_filled_by_a_command() -> None:
    floor = Floor()
    floor.empty()
    floor.dispose(floor.last("card_emptied"), "rejected", refused="status", code="X")
    assert floor.command("card_full", {"card": "C1", "cycle": 1}).verdict.code == "CARD_BLOCKED"
