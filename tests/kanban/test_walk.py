"""The loop walk (K13): scans say where cards are, and only the person who finishes it has that applied."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.kanban import walk as walk_module
from gateway.model import Action, Status
from tests.kanban.floor import DOCK, LINE, OTHER, STORE, Floor

pytestmark = pytest.mark.decision("K13")


def begin(floor: Floor, *stations: str, here: str = "FULL", elsewhere: str = "EMPTY") -> Any:
    body = {"loop": "LP-1", "stations": list(stations) or [LINE, DOCK, STORE], "as": here, "elsewhere": elsewhere}
    return floor.instruct("walk.open", body).verdict


def finish(floor: Floor, **options: bool) -> dict[str, Any]:
    decision = floor.instruct("walk.finish", {"loop": "LP-1", **options})
    assert decision.verdict.code == "WALK_FINISHED", decision.verdict
    report = floor.view.fact("walked", "LP-1")
    assert report is not None
    return report


def sent(floor: Floor) -> list[str]:
    return [body["t"] for stream in ("sig", "mov") for body in floor.view.of_stream(stream)]


def test_a_scan_during_a_walk_is_no_emptying() -> None:
    floor = Floor()
    begin(floor)
    decision = floor.empty("C1")
    assert (decision.verdict.status, decision.verdict.code) == (Status.OK, "CARD_SEEN")
    assert floor.state("C1") == "FULL"
    assert sent(floor) == []
    event = floor.last("card_seen")
    assert (event["card"], event["state"], "raw" in event) == ("C1", "FULL", True)


@pytest.mark.parametrize("action", [Action.EMPTY, Action.FULL, Action.WITHDRAW, Action.SHIP])
def test_a_button_during_a_walk_says_where_the_card_is_too(action: Action) -> None:
    floor = Floor()
    begin(floor)
    assert floor.scan("C1", LINE, action, quantity="5").verdict.code == "CARD_SEEN"
    assert floor.state("C1") == "FULL"


def test_a_station_that_is_not_walked_works_as_ever() -> None:
    floor = Floor()
    begin(floor, DOCK)
    assert floor.empty("C1").verdict.code == "CARD_EMPTIED"


def test_an_undo_at_a_walked_station_is_refused() -> None:
    floor = Floor()
    floor.empty("C1")
    begin(floor)
    assert floor.undo().verdict.code == "WALK_OPEN"
    assert floor.state("C1") == "EMPTY"


def test_a_walk_that_agrees_with_the_book_changes_no_card() -> None:
    floor = Floor(cards=3)
    floor.empty("C2")
    before = sent(floor)
    begin(floor)
    floor.scan("C1", LINE)
    floor.scan("C3", LINE)
    assert floor.scan("C3", LINE).verdict.code == "CARD_SEEN"
    floor.scan("C2", STORE)
    report = finish(floor)
    assert report["seen"] == ["C1", "C2", "C3"]
    assert {name for name, found in report["counts"].items() if found} == {"seen"}
    assert sent(floor) == before
    assert floor.view.facts("walk") == floor.view.facts("walk_at") == floor.view.facts("seen") == {}
    floor.wait(3600)
    assert floor.empty("C1").verdict.code == "CARD_EMPTIED"


def test_missing_cards_are_asked_for_and_seen_ones_are_not_any_more() -> None:
    floor = Floor()
    begin(floor)
    floor.scan("C1", LINE)
    assert finish(floor)["missing"] == ["C2"]
    assert floor.view.tasks["lost/C2"]["code"] == "LOST"
    assert floor.view.cards["C2"].life == "ACTIVE"
    begin(floor)
    floor.scan("C1", LINE)
    floor.scan("C2", LINE)
    finish(floor)
    assert floor.view.tasks == {}


def test_missing_cards_are_lost_when_asked_for_and_found_by_a_later_walk() -> None:
    floor = Floor()
    begin(floor)
    floor.scan("C1", LINE)
    finish(floor, mark_lost=True)
    assert floor.view.cards["C2"].life == "LOST"
    begin(floor)
    floor.scan("C1", LINE)
    floor.scan("C2", STORE)
    report = finish(floor)
    assert report["stale"] == [["C2", "FULL", "EMPTY"]]
    assert (floor.view.cards["C2"].life, floor.state("C2")) == ("ACTIVE", "EMPTY")
    assert sent(floor) == ["card_lost", "card_found", "card_counted"]


def test_a_refill_nobody_scanned_is_corrected_and_its_order_closed_without_a_movement() -> None:
    floor = Floor()
    floor.empty("C1")
    begin(floor)
    floor.scan("C1", LINE)
    floor.scan("C2", LINE)
    assert finish(floor)["stale"] == [["C1", "EMPTY", "FULL"]]
    assert (floor.state("C1"), floor.orders()) == ("FULL", [])
    event = floor.last("card_counted")
    assert (event["from"], event["closes"], "mv" in event) == ("EMPTY", ["card/P1/C1/1/empty"], False)
    assert floor.view.level("SCREW-A", "LINE3") == "-40"


def test_stock_is_adjusted_by_an_event_of_its_own_when_asked_for() -> None:
    floor = Floor()
    floor.empty("C1")
    begin(floor)
    floor.scan("C1", LINE)
    floor.scan("C2", STORE)
    finish(floor, adjust_stock=True)
    assert sent(floor) == ["card_emptied", "card_counted", "card_counted", "stock_adjusted", "stock_adjusted"]
    assert floor.view.level("SCREW-A", "LINE3") == "-40"


def test_a_bin_found_empty_is_a_task_or_is_ordered_once() -> None:
    floor = Floor()
    begin(floor)
    floor.scan("C1", STORE)
    floor.scan("C2", LINE)
    finish(floor)
    assert (floor.state("C1"), floor.orders()) == ("EMPTY", [])
    assert floor.view.tasks["unordered/C1/1"]["code"] == "NOT_ORDERED"
    begin(floor)
    floor.scan("C1", STORE)
    floor.scan("C2", STORE)
    finish(floor, signal_open=True)
    assert floor.orders() == ["card/P1/C2/1/empty"]
    begin(floor)
    floor.scan("C1", STORE)
    floor.scan("C2", STORE)
    finish(floor, signal_open=True)
    assert floor.orders() == ["card/P1/C2/1/empty"]


def test_new_cards_open_where_they_lie_without_a_signal() -> None:
    floor = Floor(cards=3, card={"life": "NEW"})
    begin(floor, here="IN_USE")
    floor.scan("C1", LINE)
    floor.scan("C2", STORE)
    report = finish(floor)
    assert report["opened"] == [["C1", "IN_USE"], ["C2", "EMPTY"]]
    assert (report["missing"], report["active"]) == ([], 2)
    assert [floor.view.cards[name].life for name in ("C1", "C2", "C3")] == ["ACTIVE", "ACTIVE", "NEW"]
    assert (floor.state("C1"), floor.state("C2"), floor.orders()) == ("IN_USE", "EMPTY", [])
    assert sent(floor) == ["card_activated", "card_activated"]
    floor.load("cards", [{"id": f"C{n}", "loop": "LP-1", "life": "NEW", "code": "x"} for n in (1,)])
    assert floor.view.cards["C1"].life == "ACTIVE"


def test_new_cards_that_lie_empty_are_ordered_exactly_once_when_asked_for() -> None:
    floor = Floor(cards=2, card={"life": "NEW"})
    begin(floor)
    floor.scan("C1", LINE)
    floor.scan("C2", STORE)
    finish(floor, signal_open=True)
    assert floor.orders() == ["card/P1/C2/1/empty"]
    floor.wait(1800)
    floor.fill("C2")
    assert (floor.state("C2"), floor.orders()) == ("FULL", [])


def test_more_cards_than_the_loop_allows_are_surplus_and_a_task() -> None:
    floor = Floor(cards=3, card={"life": "NEW"})
    floor.load("loops", [{**floor.view.masters["loops"]["LP-1"], "cards": 2}])
    begin(floor)
    for name in ("C1", "C2", "C3"):
        floor.scan(name, STORE)
    report = finish(floor, signal_open=True)
    assert (report["surplus"], report["active"]) == (["C3"], 2)
    assert floor.view.cards["C3"].life == "SURPLUS"
    assert len(floor.orders()) == 2
    assert "surplus/LP-1" in floor.view.tasks


def test_a_running_loop_with_too_many_cards_is_a_task_and_goes_on() -> None:
    floor = Floor(cards=3)
    floor.load("loops", [{**floor.view.masters["loops"]["LP-1"], "cards": 2}])
    begin(floor)
    for name in ("C1", "C2", "C3"):
        floor.scan(name, LINE)
    finish(floor)
    assert "3 cards circulate, 2 are allowed" in floor.view.tasks["surplus/LP-1"]["msg"]
    assert floor.view.cards["C3"].life == "ACTIVE"


def test_what_is_not_of_this_loop_is_told_apart() -> None:
    floor = Floor(cards=3, card={"revision": 2})
    floor.load("loops", [{**floor.view.masters["loops"]["LP-1"], "id": one} for one in ("LP-1", "LP-2")])
    mine = [{"id": f"C{n}", "loop": "LP-1", "revision": 2} for n in (1, 2, 3)]
    floor.load("cards", [*mine, {"id": "D1", "loop": "LP-2"}, {"id": "R1", "loop": "LP-1", "life": "OBSOLETE"}])
    begin(floor)
    codes = {
        "CARD_SEEN": floor.scan("C1", LINE, revision=2), "SEEN_OLD_PRINT": floor.scan("C2", LINE, revision=1),
        "SEEN_OTHER_LOOP": floor.scan("D1", LINE), "SEEN_RETIRED": floor.scan("R1", LINE),
        "SEEN_UNKNOWN": floor.scan("", LINE, code="4006381333931"),
    }  # fmt: skip
    assert [decision.verdict.code for decision in codes.values()] == list(codes)
    floor.scan("C3", LINE)
    report = finish(floor)
    assert report["seen"] == ["C1", "C2", "C3"]
    assert report["old_prints"] == [["C2", 1, 2]]
    assert report["other_loops"] == [["D1", "LP-2"]]
    assert (report["retired"], report["unknown"]) == (["R1"], ["4006381333931"])


def test_a_cancelled_walk_changes_nothing() -> None:
    floor = Floor()
    begin(floor)
    floor.scan("C1", STORE)
    assert floor.instruct("walk.cancel", {"loop": "LP-1"}).verdict.code == "WALK_CANCELLED"
    assert (floor.state("C1"), sent(floor), floor.view.facts("seen")) == ("FULL", [], {})
    assert floor.view.fact("walked", "LP-1") is None
    assert floor.empty("C1").verdict.code == "CARD_EMPTIED"


def test_an_open_walk_is_changed_by_opening_it_again() -> None:
    floor = Floor()
    begin(floor, LINE)
    floor.scan("C1", LINE)
    begin(floor, DOCK, here="IN_USE")
    assert floor.last("walk_changed")["as"] == "IN_USE"
    assert floor.empty("C2").verdict.code == "CARD_EMPTIED"
    floor.scan("C2", DOCK)
    assert finish(floor)["seen"] == ["C1", "C2"]


def test_a_walk_of_more_than_eight_hours_is_a_task_and_is_never_applied_by_itself() -> None:
    floor = Floor()
    begin(floor)
    floor.scan("C1", STORE)
    floor.wait(8 * 3600 - 1)
    floor.minute(1)
    assert floor.view.tasks == {}
    floor.wait(1)
    floor.minute(2)
    floor.minute(3)
    assert floor.view.task_counts == {"walk/LP-1": 1}
    floor.wait(90 * 3600)
    floor.minute(4)
    assert floor.state("C1") == "FULL"
    floor.instruct("walk.cancel", {"loop": "LP-1"})
    assert floor.view.tasks == {}


def test_a_finished_walk_is_what_a_shadow_loop_needs_to_go_live() -> None:
    floor = Floor()
    mode = {"scope": "loop", "name": "LP-1"}
    begin(floor)
    floor.scan("C1", LINE)
    finish(floor)
    floor.instruct("mode.set", {**mode, "mode": "shadow"})
    assert floor.instruct("mode.set", {**mode, "mode": "live"}).verdict.code == "NOT_WALKED"
    begin(floor)
    floor.scan("C1", STORE)
    floor.scan("C2", LINE)
    finish(floor, signal_open=True)
    assert (floor.state("C1"), sent(floor), floor.view.tasks) == ("EMPTY", [], {})
    decision = floor.instruct("mode.set", {**mode, "mode": "live", "signal_open": True})
    assert decision.verdict.code == "MODE_SET"
    assert sent(floor) == ["need_signalled"]


def test_new_cards_opened_empty_in_shadow_stay_unknown_to_the_erp_until_they_are_full() -> None:
    floor = Floor(cards=1, card={"life": "NEW", "initial": "EMPTY"})
    floor.instruct("mode.set", {"scope": "loop", "name": "LP-1", "mode": "shadow"})
    begin(floor)
    floor.scan("C1", STORE)
    finish(floor)
    floor.instruct("mode.set", {"scope": "loop", "name": "LP-1", "mode": "live"})
    floor.wait(1800)
    floor.fill("C1")
    assert (floor.state("C1"), sent(floor)) == ("FULL", [])


def test_a_walk_in_training_notes_nothing() -> None:
    floor = Floor()
    begin(floor)
    floor.instruct("mode.set", {"scope": "station", "name": LINE, "mode": "training"})
    assert floor.scan("C1", LINE).verdict.text.startswith("TRAINING")
    assert floor.view.facts("seen") == {}


def test_a_walk_takes_a_bounded_number_of_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk_module, "SEEN_LIMIT", 2)
    floor = Floor()
    begin(floor)
    codes = [floor.scan("", LINE, code=code).verdict.code for code in ("a", "b", "a", "c")]
    assert codes == ["SEEN_UNKNOWN", "SEEN_UNKNOWN", "SEEN_UNKNOWN", "WALK_FULL"]


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("open", {"loop": "LP-9"}, "UNKNOWN_LOOP"), ("open", {"stations": []}, "NO_STATION"),
        ("open", {"stations": "L3-S1"}, "BAD_INSTRUCTION"), ("open", {"stations": [1]}, "BAD_INSTRUCTION"),
        ("open", {"stations": ["x"] * 51}, "BAD_INSTRUCTION"), ("open", {"as": "EMPTY"}, "BAD_INSTRUCTION"),
        ("open", {"elsewhere": "WAIT"}, "BAD_INSTRUCTION"), ("open", {"loop": 1}, "BAD_INSTRUCTION"),
        ("open", {"stations": [OTHER]}, "STATION_WALKED"),
        ("finish", {}, "NO_WALK"), ("cancel", {}, "NO_WALK"), ("finish", {"loop": "LP-2", "mark_lost": 1},
        "BAD_INSTRUCTION"),
    ],
)  # fmt: skip
def test_a_bad_instruction_is_refused_and_changes_nothing(name: str, body: dict[str, Any], code: str) -> None:
    floor = Floor()
    floor.load("loops", [{**floor.view.masters["loops"]["LP-1"], "id": one} for one in ("LP-1", "LP-2")])
    other = {"loop": "LP-2", "stations": [OTHER], "as": "FULL", "elsewhere": "EMPTY"}
    floor.instruct("walk.open", other)
    count = len(floor.view.journal)
    usual = {"loop": "LP-1", "stations": [LINE], "as": "FULL", "elsewhere": "EMPTY"}
    decision = floor.instruct(f"walk.{name}", {**usual, **body})
    assert (decision.verdict.status, decision.verdict.code) == (Status.REFUSED, code)
    assert len(floor.view.journal) == count
