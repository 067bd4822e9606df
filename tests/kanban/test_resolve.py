"""The resolve list worked off: send again, edit, void, done (K6, K12). Local stock holds each posting once."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.kanban.refused import REFUSED
from gateway.model import Decision, StockSnapshot, Undeliverable
from gateway.quantity import parse_quantity
from tests.kanban.floor import Floor, kinds

PERIOD = "PERIOD_CLOSED"


def used(card: str = "C1", floor: Floor | None = None) -> tuple[Floor, dict[str, Any], str]:
    """An emptying whose posting the ERP refused, and the id of its task."""
    floor = floor or Floor()
    floor.empty(card)
    event = floor.last("card_emptied")
    floor.dispose(event, "rejected", code=PERIOD)
    return floor, event, f"posting/{event['id']}"


def resolve(floor: Floor, act: str, **members: Any) -> Decision:
    return floor.instruct(f"resolve.{act}", members)


def line(floor: Floor) -> str:
    return floor.view.level("SCREW-A", "LINE3")


def snapshot(floor: Floor, quantity: str) -> Decision:
    """Stock at the ERP, which has heard of everything we sent."""
    as_of = {stream: (floor.view.epoch, floor.view.head(stream)) for stream in ("sig", "mov")}
    return floor.submit(StockSnapshot(as_of, (("SCREW-A", "LINE3", "available", "", parse_quantity(quantity)),)))


@pytest.mark.decision("K6")
def test_a_redriven_posting_is_a_new_event_that_names_the_first_one_and_moves_stock_once() -> None:
    floor, event, task = used()
    assert line(floor) == "-40"
    decision = resolve(floor, "redrive", task=task, reason="November is open again")
    assert (decision.verdict.code, kinds(decision)) == ("REDRIVEN", ["task_closed", "posting_redriven"])
    again = floor.last("posting_redriven")
    assert again["id"] != event["id"]
    assert (again["redrives"], again["ref"], again["key"], again["mv"]) == (
        event["id"], event["id"], event["key"], event["mv"],
    )  # fmt: skip
    assert again["at"] == {"w": event["w"], "q": "ntp"}
    assert floor.last("task_closed")["note"] == "November is open again"
    assert floor.view.of_stream("sig")[-1]["id"] == again["id"]
    assert (line(floor), floor.view.tasks, floor.orders()) == ("-40", {}, [event["key"]])


def test_what_was_redriven_once_cannot_be_redriven_by_the_same_name_again() -> None:
    floor, _, task = used()
    resolve(floor, "redrive", task=task)
    decision = resolve(floor, "redrive", task=task)
    assert (decision.events, decision.verdict.code) == ((), "UNKNOWN_TASK")
    assert "resolve list" in decision.verdict.text


def test_a_posting_refused_again_and_again_keeps_its_first_event_as_its_root() -> None:
    floor, event, task = used()
    for _ in range(2):
        resolve(floor, "redrive", task=task)
        again = floor.last("posting_redriven")
        floor.dispose(again, "rejected", code="STILL_CLOSED")
        task = f"posting/{again['id']}"
        assert floor.view.tasks[task]["posting"] == "card_emptied"
    resolve(floor, "redrive", task=task)
    assert floor.last("posting_redriven")["redrives"] == event["id"]
    assert line(floor) == "-40"


@pytest.mark.decision("K6")
def test_a_held_class_goes_out_with_one_act() -> None:
    floor = Floor(cards=5)
    events = [used(f"C{n}", floor)[1] for n in range(1, 6)]
    assert sorted(floor.view.tasks) == sorted(
        [f"held/card_emptied/{PERIOD}", *(f"posting/{event['id']}" for event in events[:2])]
    )
    decision = resolve(floor, "redrive", task=f"held/card_emptied/{PERIOD}")
    sent = [event.body["redrives"] for event in decision.events if event.kind == "posting_redriven"]
    assert sent == [event["id"] for event in events]
    assert (floor.view.tasks, floor.view.facts(REFUSED), line(floor)) == ({}, {}, "-200")


def test_a_class_is_redriven_by_its_code_across_kinds_of_posting() -> None:
    floor, _, _ = used()
    floor.wait(1800)
    floor.fill()
    floor.dispose(floor.last("card_filled"), "rejected", code=PERIOD)
    used("C2", floor)
    assert resolve(floor, "redrive", **{"class": "OTHER"}).verdict.code == "NOTHING_TO_REDRIVE"
    assert resolve(floor, "redrive", **{"class": PERIOD}).verdict.text.startswith("3 sent again")
    assert (floor.view.tasks, line(floor)) == ({}, "-40")


def test_one_posting_of_a_held_class_leaves_the_task_for_the_others() -> None:
    floor = Floor(cards=4)
    events = [used(f"C{n}", floor)[1] for n in range(1, 5)]
    resolve(floor, "redrive", task=events[2]["id"])
    assert f"held/card_emptied/{PERIOD}" in floor.view.tasks
    resolve(floor, "redrive", task=events[3]["id"])
    assert f"held/card_emptied/{PERIOD}" not in floor.view.tasks


@pytest.mark.decision("K7")
def test_a_snapshot_without_the_refused_posting_does_not_take_it_off_the_floor() -> None:
    floor, _, task = used()
    floor.settle()
    snapshot(floor, "100")
    assert line(floor) == "60"
    resolve(floor, "redrive", task=task)
    assert line(floor) == "60"
    snapshot(floor, "60")
    assert line(floor) == "60"


@pytest.mark.decision("K7")
def test_a_parked_posting_counts_here_until_the_erp_has_finished_it() -> None:
    floor = Floor()
    floor.empty()
    event = floor.last("card_emptied")
    floor.dispose(event, "parked", code="LOCKED")
    floor.settle()
    snapshot(floor, "100")
    assert line(floor) == "60"
    floor.dispose(event, "applied")
    snapshot(floor, "60")
    assert line(floor) == "60"


def test_an_edited_posting_keeps_the_old_and_the_new_values() -> None:
    floor, event, task = used()
    decision = resolve(floor, "edit", task=task, changes={"qty": "38", "lot": "L-7"}, reason="counted")
    assert decision.verdict.code == "EDITED"
    again = floor.last("posting_redriven")
    assert again["mv"] == [{**event["mv"][0], "qty": "38", "base": "38", "lot": "L-7"}]
    assert again["changed"] == [["qty", "40", "38"], ["lot", None, "L-7"]]
    assert floor.last("task_closed")["changed"] == again["changed"]
    assert floor.view.stock("SCREW-A", "LINE3") == 0
    assert floor.view.stock("SCREW-A", "LINE3", lot="L-7") == parse_quantity("-38")


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({}, "NOTHING_TO_EDIT", "KEY=VALUE"),
        ({"colour": "red"}, "UNKNOWN_FIELD", "expected one of item, qty"),
        ({"2.qty": "1"}, "UNKNOWN_MOVEMENT", "1.qty to 1.qty"),
        ({"x.qty": "1"}, "UNKNOWN_MOVEMENT", "expected 1.qty"),
        ({"qty": "many"}, "BAD_QUANTITY", "above 0"),
        ({"qty": "0"}, "BAD_QUANTITY", "above 0"),
        ({"qty": "-3"}, "BAD_QUANTITY", "above 0"),
        ({"qty": "NaN"}, "BAD_QUANTITY", "above 0"),
        ({"qty": "1e400"}, "BAD_QUANTITY", "above 0"),
        ({"qty": 3}, "BAD_VALUE", "characters"),
        ({"uom": ""}, "BAD_VALUE", "is empty"),
        ({"uom": "BOX"}, "BASE_NEEDED", "base="),
        ({"item": "BOLT"}, "UNKNOWN_NAME", "none of the items"),
        ({"item": ""}, "BAD_VALUE", "is empty"),
        ({"from": ""}, "NO_PLACE", "from nowhere"),
        ({"lot": "x" * 400}, "BAD_VALUE", "300 characters"),
        ([], "BAD_INSTRUCTION", "an object"),
    ],
)
def test_an_edit_that_makes_no_sense_is_told_and_changes_nothing(changes: Any, code: str, said: str) -> None:
    floor, _, task = used()
    floor.load("items", [{"id": "SCREW-A", "name": "", "uom": "PCE"}])
    decision = resolve(floor, "edit", task=task, changes=changes)
    assert (decision.events, decision.verdict.code) == ((), code)
    assert said in decision.verdict.text
    assert task in floor.view.tasks


def test_of_a_held_class_one_is_edited_by_its_event() -> None:
    floor = Floor(cards=3)
    events = [used(f"C{n}", floor)[1] for n in range(1, 4)]
    held = f"held/card_emptied/{PERIOD}"
    assert resolve(floor, "edit", task=held, changes={"qty": "38"}).verdict.code == "SEVERAL"
    assert resolve(floor, "void", task=held, reason="x").verdict.code == "SEVERAL"
    assert resolve(floor, "edit", task=events[0]["id"], changes={"qty": "38"}).verdict.code == "EDITED"


@pytest.mark.decision("K12")
def test_a_voided_posting_gives_stock_back_and_leaves_card_and_order() -> None:
    floor, event, task = used()
    decision = resolve(floor, "void", task=task, reason="scanned twice")
    assert kinds(decision) == ["task_closed", "posting_voided"]
    told = floor.last("posting_voided")
    assert (told["voids"], told["took"], "mv" in told) == (event["id"], event["mv"], False)
    assert (line(floor), floor.state(), floor.orders(), floor.view.tasks) == ("0", "EMPTY", [event["key"]], {})
    assert "40 PCE SCREW-A are back at LINE3" in decision.verdict.text
    assert "Card C1 stays EMPTY and its order stays" in decision.verdict.text


def test_a_void_needs_a_reason_and_happens_once() -> None:
    floor, _, task = used()
    assert resolve(floor, "void", task=task).verdict.code == "BAD_INSTRUCTION"
    resolve(floor, "void", task=task, reason="x")
    assert resolve(floor, "void", task=task, reason="x").verdict.code == "UNKNOWN_TASK"
    assert line(floor) == "0"


def test_a_void_that_came_too_late_takes_the_stock_off_again_and_can_only_be_closed() -> None:
    floor, _, task = used()
    resolve(floor, "void", task=task, reason="x")
    told = floor.last("posting_voided")
    floor.dispose(told, "rejected", code="ALREADY_BOOKED")
    assert line(floor) == "-40"
    task = f"posting/{told['id']}"
    for act, members in (("redrive", {}), ("edit", {"changes": {"qty": "3"}}), ("void", {"reason": "y"})):
        assert resolve(floor, act, task=task, **members).events == ()
    assert resolve(floor, "done", task=task, note="counted").verdict.code == "CLOSED"


def test_a_task_is_closed_by_an_event_with_a_note() -> None:
    floor, _, task = used()
    assert resolve(floor, "done", task=task).verdict.code == "BAD_INSTRUCTION"
    assert resolve(floor, "done", task="nope", note="x").verdict.code == "UNKNOWN_TASK"
    decision = resolve(floor, "done", task=task, note="booked by hand as 4711")
    assert (kinds(decision), floor.last("task_closed")["note"]) == (["task_closed"], "booked by hand as 4711")
    assert (floor.view.tasks, floor.view.facts(REFUSED), line(floor)) == ({}, {}, "-40")


def test_a_task_that_is_no_posting_is_closed_but_never_redriven() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(1800)
    floor.fill(quantity="25")
    ((name, _),) = floor.view.tasks.items()
    assert resolve(floor, "redrive", task=name).verdict.code == "NO_POSTING"
    assert resolve(floor, "done", task=name, note="the rest comes tomorrow").verdict.code == "CLOSED"
    assert floor.view.tasks == {}


@pytest.mark.decision("K6")
def test_a_refused_status_is_redriven_as_the_whole_act_and_the_card_turns_again() -> None:
    floor = Floor()
    floor.empty()
    event = floor.last("card_emptied")
    floor.dispose(event, "rejected", refused="status", code="CARD_BLOCKED")
    assert floor.state() == "ERROR"
    decision = resolve(floor, "redrive", task="error/C1/1")
    assert kinds(decision) == ["task_closed", "card_emptied"]
    again = floor.last("card_emptied")
    assert (again["redrives"], again["key"], again["after"][0]["state"]) == (event["id"], event["key"], "EMPTY")
    assert (floor.state(), floor.orders(), line(floor), floor.view.tasks) == ("EMPTY", [event["key"]], "-40", {})
    floor.wait(1800)
    floor.fill()
    assert floor.last("card_filled")["fill"]["ms"] == 1_800_000  # since the act, not since it was sent again


@pytest.mark.decision("K12")
def test_a_voided_status_refusal_is_an_act_that_did_not_happen() -> None:
    floor = Floor()
    floor.empty()
    floor.dispose(floor.last("card_emptied"), "rejected", refused="status", code="CARD_BLOCKED")
    decision = resolve(floor, "void", task="error/C1/1", reason="wrong bin")
    assert (floor.state(), floor.orders(), line(floor)) == ("FULL", [], "0")
    assert "Card C1 is as it was before" in decision.verdict.text
    assert floor.last("posting_voided")["after"][0]["state"] == "FULL"
    floor.empty()
    assert floor.state() == "EMPTY"


def dropped(floor: Floor) -> dict[str, Any]:
    event = floor.last("card_emptied")
    floor.submit(Undeliverable(event["id"], "HTTP_422", "cannot be read", "sig"))
    return event


def test_what_the_erp_could_not_read_is_sent_again_as_it_was() -> None:
    floor = Floor()
    floor.empty()
    event = dropped(floor)
    decision = resolve(floor, "redrive", task=f"dropped/{event['id']}")
    assert kinds(decision) == ["task_closed", "card_emptied"]
    again = floor.last("card_emptied")
    assert {name: again[name] for name in ("key", "tr", "mv", "card", "cycle")} == {
        name: event[name] for name in ("key", "tr", "mv", "card", "cycle")
    }
    assert (floor.state(), floor.orders(), line(floor)) == ("EMPTY", [event["key"]], "-40")
    assert floor.undo().verdict.code == "UNDONE"
    assert (floor.state(), floor.orders(), line(floor)) == ("FULL", [], "0")


def test_what_was_dropped_before_the_card_went_on_tells_of_the_card_as_it_is_now() -> None:
    floor = Floor()
    floor.empty()
    event = dropped(floor)
    floor.wait(1800)
    floor.fill()
    resolve(floor, "redrive", task=f"dropped/{event['id']}")
    again = floor.last("posting_redriven")
    assert (again["after"][0]["state"], again["mv"], "tr" in again) == ("FULL", event["mv"], False)
    assert (floor.state(), floor.orders(), line(floor)) == ("FULL", [], "0")


def test_a_voided_tombstone_turns_the_card_back_only_if_nothing_was_done_since() -> None:
    floor = Floor(cards=2)
    floor.empty("C1")
    first = dropped(floor)
    resolve(floor, "void", task=f"dropped/{first['id']}", reason="x")
    assert (floor.state("C1"), floor.orders(), line(floor)) == ("FULL", [], "0")
    floor.empty("C2")
    second = dropped(floor)
    floor.wait(1800)
    floor.fill("C2")
    resolve(floor, "void", task=f"dropped/{second['id']}", reason="x")
    assert (floor.state("C2"), line(floor)) == ("FULL", "40")
    assert floor.last("posting_voided")["after"][0]["state"] == "FULL"


def test_resending_names_a_row_that_exists() -> None:
    floor, event, _ = used()
    for wrong in (0, -1, 10_000, "3", None, True):
        assert resolve(floor, "resend", from_seq=wrong).verdict.code == "BAD_ROW"
    decision = resolve(floor, "resend", from_seq=1, reason="restored")
    assert (kinds(decision), floor.last("resend_ordered")["anew"]) == (["resend_ordered"], {"from": 1, "why": "resent"})
    assert event
