"""Modes (K13): what is tried out never reaches the ERP, and what is live always does."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.model import Action, Status
from tests.kanban.floor import DOCK, LINE, LOOP, STORE, Floor, kinds

pytestmark = pytest.mark.decision("K13")


def switch(floor: Floor, mode: str, **members: Any) -> Any:
    body = {"scope": "loop", "name": "LP-1", "mode": mode, "reason": "test", **members}
    return floor.instruct("mode.set", body)


def go_live(floor: Floor, **members: Any) -> Any:
    return switch(floor, "live", force=True, **members)


def told(floor: Floor) -> list[str]:
    return [body["t"] for stream in ("sig", "mov") for body in floor.view.of_stream(stream)]


def test_a_loop_nobody_switched_is_live() -> None:
    floor = Floor()
    floor.empty()
    assert told(floor) == ["card_emptied"]


def test_a_switch_is_told_to_the_erp_with_who_why_and_since_when() -> None:
    floor = Floor()
    switch(floor, "shadow", reason="trial week")
    (event,) = floor.view.of_stream("sys")
    assert (event["t"], event["from"], event["to"], event["why"]) == ("mode_changed", "live", "shadow", "trial week")
    known = floor.view.fact("mode", "loop/LP-1")
    assert known is not None
    assert known["since"].endswith("Z")
    assert (known["mode"], known["by"]) == ("shadow", "user:test")


def test_in_shadow_the_card_turns_and_the_erp_hears_nothing() -> None:
    floor = Floor()
    switch(floor, "shadow")
    decision = floor.empty()
    assert decision.verdict.status is Status.OK
    assert floor.state() == "EMPTY"
    assert told(floor) == []
    assert floor.orders() == []
    assert floor.view.stock_rows == {}


def test_a_shadow_signal_is_kept_to_be_compared_with_what_the_erp_did() -> None:
    floor = Floor()
    switch(floor, "shadow")
    floor.empty()
    event = floor.last("card_emptied")
    assert event["aside"] == "shadow"
    assert event["would"]["tr"]["qty"] == "40"
    assert event["would"]["mv"][0]["from"] == "LINE3"
    assert event["key"] == "card/P1/C1/1/empty"


def test_a_card_emptied_in_shadow_and_filled_in_live_stays_unknown_to_the_erp() -> None:
    floor = Floor()
    switch(floor, "shadow")
    floor.empty()
    floor.wait(1800)
    go_live(floor)
    floor.fill()
    assert floor.state() == "FULL"
    assert told(floor) == []
    floor.wait(3600)
    floor.empty()
    assert told(floor) == ["card_emptied"]
    assert floor.orders() == ["card/P1/C1/2/empty"]


def test_a_card_emptied_in_live_and_filled_in_shadow_closes_its_order() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(1800)
    switch(floor, "shadow")
    floor.fill()
    assert told(floor) == ["card_emptied", "card_filled"]
    assert floor.last("card_filled")["closes"] == ["card/P1/C1/1/empty"]


def test_an_undo_in_live_of_an_act_in_shadow_cancels_nothing_at_the_erp() -> None:
    floor = Floor()
    switch(floor, "shadow")
    floor.empty()
    go_live(floor)
    decision = floor.scan("C1", LINE, Action.UNDO)
    assert decision.verdict.code == "UNDONE"
    assert floor.state() == "FULL"
    assert told(floor) == []


def test_an_undo_in_shadow_of_an_act_in_live_cancels_it_at_the_erp() -> None:
    floor = Floor()
    floor.empty()
    switch(floor, "shadow")
    floor.scan("C1", LINE, Action.UNDO)
    assert told(floor) == ["card_emptied", "card_undone"]
    assert floor.orders() == []


def test_an_undo_at_the_station_takes_back_the_shadow_act_and_not_an_older_live_one() -> None:
    floor = Floor()
    floor.empty("C1")
    floor.wait(60)
    switch(floor, "shadow")
    floor.empty("C2")
    floor.undo()
    assert (floor.state("C1"), floor.state("C2")) == ("EMPTY", "FULL")
    assert told(floor) == ["card_emptied"]


def test_a_forgotten_full_of_a_live_need_is_told_while_the_next_need_of_shadow_is_not() -> None:
    floor = Floor()
    floor.empty()
    switch(floor, "shadow")
    floor.wait(4000)
    decision = floor.empty()
    assert kinds(decision) == ["card_filled", "card_emptied"]
    assert told(floor) == ["card_emptied", "card_filled"]
    floor.wait(1800)
    floor.scan("C1", STORE, Action.SHIP)
    floor.fill()
    assert told(floor) == ["card_emptied", "card_filled"]


def test_open_needs_are_signalled_exactly_once_when_asked_for() -> None:
    floor = Floor()
    switch(floor, "shadow")
    floor.empty("C1")
    floor.wait(10)
    go_live(floor, signal_open=True)
    assert floor.orders() == ["card/P1/C1/1/empty"]
    assert told(floor) == ["need_signalled"]
    assert "mv" not in floor.last("need_signalled")
    assert go_live(floor, signal_open=True).verdict.status is Status.ALREADY
    floor.wait(1800)
    floor.fill("C1")
    assert told(floor) == ["need_signalled", "card_filled"]
    assert floor.orders() == []


def test_going_live_signals_nothing_by_itself() -> None:
    floor = Floor()
    switch(floor, "shadow")
    floor.empty("C1")
    go_live(floor)
    assert told(floor) == []


def test_withdrawals_belong_to_the_mode_they_happen_in() -> None:
    floor = Floor()
    switch(floor, "shadow")
    floor.scan("C1", LINE, Action.WITHDRAW, quantity="5")
    go_live(floor)
    floor.scan("C1", LINE, Action.WITHDRAW, quantity="5")
    assert told(floor) == ["quantity_withdrawn"]
    assert floor.view.level("SCREW-A", "LINE3") == "-5"
    floor.undo()
    assert told(floor) == ["quantity_withdrawn", "card_undone"]
    assert floor.view.level("SCREW-A", "LINE3") == "0"


def test_a_live_batch_is_released_when_its_loop_leaves_live() -> None:
    floor = Floor(cards=3, trigger_point=3)
    floor.empty("C1")
    floor.wait(1)
    floor.empty("C2")
    switch(floor, "shadow")
    assert told(floor) == ["card_emptied", "card_emptied", "batch_released"]
    assert floor.orders() == ["card/P1/C1/1/release"]


def test_a_batch_of_shadow_and_live_needs_orders_the_live_ones_only() -> None:
    floor = Floor(cards=3, trigger_point=2)
    switch(floor, "shadow")
    floor.empty("C1")
    floor.wait(1)
    go_live(floor)
    floor.empty("C2")
    assert floor.orders() == ["card/P1/C2/1/release"]
    assert floor.view.signals["card/P1/C2/1/release"]["qty"] == "40"
    assert floor.view.signals["card/P1/C2/1/release"]["cards"] == ["C2"]
    assert floor.view.cards["C1"].signal == ""
    assert told(floor) == ["card_emptied", "batch_released"]
    floor.undo()
    assert [floor.state(card) for card in ("C1", "C2")] == ["WAIT", "FULL"]
    assert floor.orders() == []


def test_cards_that_start_empty_in_a_shadow_loop_order_nothing() -> None:
    floor = Floor(cards=0)
    floor.load("loops", [LOOP])
    switch(floor, "shadow")
    floor.load("cards", [{"id": "C1", "loop": "LP-1", "initial": "EMPTY"}])
    assert floor.state() == "EMPTY"
    assert told(floor) == []


def test_the_same_need_issued_again_for_the_erp_leaves_although_its_loop_is_in_shadow_now() -> None:
    floor = Floor()
    floor.empty()
    first = floor.last("card_emptied")
    switch(floor, "shadow")
    floor.dispose(first, "superseded", now_cycle=1, now_state="FULL")
    assert told(floor) == ["card_emptied", "card_emptied"]
    assert floor.orders() == ["card/P1/C1/2/empty"]


@pytest.mark.parametrize("scope", ["loop", "station"])
def test_training_changes_nothing_and_says_what_would_have_happened(scope: str) -> None:
    floor = Floor()
    name = "LP-1" if scope == "loop" else LINE
    floor.instruct("mode.set", {"scope": scope, "name": name, "mode": "training"})
    before = dict(floor.view.cards)
    decision = floor.empty()
    assert decision.verdict.status is Status.OK
    assert decision.verdict.text.startswith("TRAINING, nothing is booked. Card C1 is empty: 40 PCE")
    assert floor.view.cards == before
    assert (told(floor), floor.orders(), floor.view.stock_rows) == ([], [], {})
    event = floor.last("training_card_emptied")
    assert event["would"]["tr"]["qty"] == "40"
    assert not {"after", "mv", "tr", "facts", "key"} & event.keys()


def test_a_refused_scan_in_training_makes_no_task() -> None:
    floor = Floor()
    floor.empty()
    floor.instruct("mode.set", {"scope": "station", "name": LINE, "mode": "training"})
    floor.wait(100)
    assert floor.empty().verdict.status is Status.ASK
    assert floor.view.tasks == {}


def test_a_station_in_training_wins_over_a_live_loop_and_leaves_other_stations_alone() -> None:
    floor = Floor()
    floor.instruct("mode.set", {"scope": "station", "name": DOCK, "mode": "training"})
    floor.empty()
    floor.wait(1800)
    floor.fill()
    assert told(floor) == ["card_emptied"]
    assert floor.state() == "EMPTY"


def test_a_station_in_shadow_opens_needs_that_stay_aside_at_live_stations() -> None:
    floor = Floor()
    floor.instruct("mode.set", {"scope": "station", "name": LINE, "mode": "shadow"})
    floor.empty()
    floor.wait(1800)
    floor.fill()
    assert floor.state() == "FULL"
    assert told(floor) == []


def test_going_live_from_shadow_needs_a_finished_walk_or_force_with_a_reason() -> None:
    floor = Floor()
    switch(floor, "shadow")
    assert switch(floor, "live").verdict.code == "NOT_WALKED"
    assert switch(floor, "training").verdict.status is Status.OK
    assert switch(floor, "live").verdict.code == "NOT_WALKED"
    assert switch(floor, "live", force=True, reason="").verdict.code == "NO_REASON"
    assert switch(floor, "live", force=True).verdict.status is Status.OK


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"mode": "dark"}, "BAD_INSTRUCTION"), ({"scope": "plant"}, "BAD_INSTRUCTION"),
        ({"name": ""}, "BAD_INSTRUCTION"), ({"name": "x" * 999}, "BAD_INSTRUCTION"), ({"name": 7}, "BAD_INSTRUCTION"),
        ({"force": "yes"}, "BAD_INSTRUCTION"), ({"name": "LP-9"}, "UNKNOWN_LOOP"),
        ({"mode": "shadow", "signal_open": True}, "NOTHING_TO_SIGNAL"),
        ({"name": "LP-9", "mode": "live", "signal_open": True}, "UNKNOWN_LOOP"),
    ],
)  # fmt: skip
def test_a_bad_switch_is_refused_and_changes_nothing(members: dict[str, Any], code: str) -> None:
    floor = Floor()
    count = len(floor.view.journal)
    decision = switch(floor, **{"mode": "shadow", **members})
    assert (decision.verdict.status, decision.verdict.code) == (Status.REFUSED, code)
    assert len(floor.view.journal) == count
