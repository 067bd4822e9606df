"""Lost, found, damaged and replaced cards (K15, 2.6)."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.model import Status
from tests.kanban.floor import DOCK, LINE, STORE, Floor

C1: dict[str, Any] = {"id": "C1", "loop": "LP-1"}
C2: dict[str, Any] = {"id": "C2", "loop": "LP-1"}


def do(floor: Floor, what: str, card: str = "C1", **members: Any) -> Any:
    return floor.instruct(f"card.{what}", {"card": card, **members}).verdict


def life(floor: Floor, card: str = "C1") -> str:
    return floor.view.cards[card].life


def test_a_lost_card_orders_nothing_and_the_erp_learns_of_it() -> None:
    floor = Floor()
    assert do(floor, "lost", reason="fell off").code == "CARD_LOST"
    (event,) = floor.view.of_stream("sig")
    assert (event["t"], event["card"], event["life"], event["why"]) == ("card_lost", "C1", "LOST", "fell off")
    assert floor.empty().verdict.code == "LOST_CARD_FOUND"
    assert list(floor.view.tasks) == ["found/C1"]
    assert do(floor, "lost").status is Status.ALREADY


def test_a_found_card_circulates_again_and_its_task_is_done() -> None:
    floor = Floor()
    do(floor, "lost")
    floor.empty()
    assert do(floor, "found").code == "CARD_FOUND"
    assert floor.view.tasks == {}
    assert floor.empty().verdict.code == "CARD_EMPTIED"
    assert do(floor, "found").status is Status.ALREADY


def test_a_card_lost_while_on_order_keeps_its_order_and_is_filled_once_found() -> None:
    floor = Floor()
    floor.empty()
    do(floor, "lost")
    assert floor.orders() == ["card/P1/C1/1/empty"]
    do(floor, "found")
    floor.wait(1800)
    floor.fill()
    assert (floor.state(), floor.orders()) == ("FULL", [])


@pytest.mark.decision("K10")
def test_a_card_found_in_a_complete_loop_is_surplus_and_a_task_says_so() -> None:
    floor = Floor(cards=3)
    do(floor, "lost")
    floor.load("loops", [{**floor.view.masters["loops"]["LP-1"], "cards": 2}])
    verdict = do(floor, "found")
    assert "surplus" in verdict.text
    assert life(floor) == "SURPLUS"
    assert list(floor.view.tasks) == ["surplus/LP-1"]


@pytest.mark.decision("K10")
def test_a_card_activated_by_the_erp_in_a_complete_loop_is_surplus() -> None:
    floor = Floor(cards=0)
    floor.load("loops", [{**_loop(), "cards": 1}])
    floor.load("cards", [C1, {**C2, "life": "HOLD"}])
    floor.load("cards", [C1, C2])
    assert (life(floor, "C1"), life(floor, "C2")) == ("ACTIVE", "SURPLUS")
    assert "cards/check" in floor.view.tasks
    floor.load("cards", [{**C1, "life": "OBSOLETE"}, {**C2, "life": "SURPLUS"}])
    floor.load("cards", [{**C1, "life": "OBSOLETE"}, C2])
    assert life(floor, "C2") == "ACTIVE"


def test_a_set_that_repeats_what_the_erp_said_before_does_not_find_a_lost_card() -> None:
    floor = Floor()
    do(floor, "lost")
    floor.load("cards", [C1, {**C2, "revision": 4}])
    assert life(floor) == "LOST"
    floor.load("cards", [{**C1, "life": "HOLD"}, C2])
    assert life(floor) == "HOLD"


@pytest.mark.decision("K15")
def test_K15_the_old_print_is_refused_after_a_reprint_made_here() -> None:
    floor = Floor()
    assert do(floor, "reprint").code == "CARD_REPRINTED"
    event = floor.last("card_reprinted")
    assert (event["rev"], floor.view.of_stream("sig")) == (2, [event])
    assert floor.empty(revision=1).verdict.code == "OLD_PRINT"
    assert floor.empty(revision=2).verdict.code == "CARD_EMPTIED"


@pytest.mark.decision("K15")
def test_K15_no_master_data_brings_an_older_print_back() -> None:
    floor = Floor(card={"revision": 3})
    do(floor, "reprint")
    for revision in (3, 1, 2):
        floor.load("cards", [{**C1, "revision": revision}, C2])
        assert floor.view.cards["C1"].revision == 4
        assert floor.empty(revision=3).verdict.code == "OLD_PRINT"
    floor.load("cards", [{**C1, "revision": 7}, C2])
    assert floor.view.cards["C1"].revision == 7


@pytest.mark.decision("K15")
def test_K15_a_reprint_goes_on_where_the_card_stands() -> None:
    floor = Floor()
    floor.empty()
    do(floor, "reprint")
    assert floor.orders() == ["card/P1/C1/1/empty"]
    floor.undo()
    assert (floor.state(), floor.view.cards["C1"].revision) == ("FULL", 2)


@pytest.mark.decision("K15")
def test_K15_a_replacement_takes_over_bin_and_open_order() -> None:
    floor = Floor()
    floor.empty()
    do(floor, "lost")
    assert do(floor, "replace", new="C9").code == "CARD_REPLACED"
    assert (life(floor, "C1"), life(floor, "C9")) == ("OBSOLETE", "ACTIVE")
    assert floor.view.signals["card/P1/C1/1/empty"]["cards"] == ["C9"]
    floor.command("order_confirmed", {"key": "card/P1/C1/1/empty", "doc": "PO-1"})
    assert floor.state("C9") == "ORDERED"
    floor.wait(1800)
    floor.fill("C9")
    assert floor.last("card_filled")["closes"] == ["card/P1/C1/1/empty"]
    assert floor.orders() == []
    floor.wait(3600)
    assert floor.empty("C9").verdict.code == "CARD_EMPTIED"
    assert floor.orders() == ["card/P1/C9/2/empty"]


@pytest.mark.decision("K15")
def test_K15_a_replaced_card_that_turns_up_goes_into_the_collect_box() -> None:
    floor = Floor()
    do(floor, "lost")
    do(floor, "replace", new="C9")
    for station in (LINE, DOCK, STORE):
        verdict = floor.scan("C1", station).verdict
        assert (verdict.status, verdict.code) == (Status.REFUSED, "CARD_RETIRED")
        assert "collect box" in verdict.text
    assert "replaced by C9" in do(floor, "found").text
    floor.load("cards", [{**C1, "life": "HOLD"}, C2])
    floor.load("cards", [C1, C2])
    assert life(floor) == "OBSOLETE"


def test_a_batch_order_ends_with_its_last_card_though_one_was_replaced() -> None:
    floor = Floor(cards=3, trigger_point=2)
    floor.empty("C1")
    floor.wait(1)
    floor.empty("C2")
    do(floor, "replace", new="C9")
    floor.wait(1800)
    floor.fill("C2")
    assert floor.orders() == ["card/P1/C1/1/release"]
    floor.fill("C9")
    assert floor.orders() == []


def test_a_card_lost_while_it_waits_for_its_batch_is_still_ordered_with_it() -> None:
    floor = Floor(cards=3, trigger_point=2)
    floor.empty("C1")
    do(floor, "lost")
    floor.wait(1)
    floor.empty("C2")
    assert floor.view.signals["card/P1/C1/1/release"]["cards"] == ["C1", "C2"]


def test_a_retired_card_that_waited_does_not_make_a_younger_batch_late() -> None:
    floor = Floor(cards=3, trigger_point=3, max_wait_s=3600)
    floor.empty("C1")
    floor.load("cards", [{**C1, "life": "OBSOLETE"}, C2, {**C2, "id": "C3"}])
    floor.wait(3000)
    floor.empty("C2")
    floor.wait(700)
    floor.tick()
    assert floor.orders() == []
    floor.wait(3000)
    floor.tick()
    assert floor.view.signals["card/P1/C2/1/release"]["cards"] == ["C2"]


def test_a_new_card_of_the_master_data_may_be_the_replacement() -> None:
    floor = Floor()
    floor.load("cards", [C1, C2, {"id": "C3", "loop": "LP-1", "life": "NEW", "revision": 5}])
    assert do(floor, "replace", new="C3").status is Status.OK
    assert (life(floor, "C3"), floor.view.cards["C3"].revision) == ("ACTIVE", 5)


@pytest.mark.parametrize(
    ("what", "members", "code"),
    [
        ("lost", {"card": "NOPE"}, "UNKNOWN_CARD"), ("lost", {"card": ""}, "BAD_INSTRUCTION"),
        ("lost", {"card": ["C1"]}, "BAD_INSTRUCTION"), ("found", {"card": "NOPE"}, "UNKNOWN_CARD"),
        ("reprint", {"card": "NOPE"}, "UNKNOWN_CARD"), ("reprint", {"card": "C2"}, "LAST_REVISION"),
        ("replace", {"new": "C2"}, "CARD_IN_USE"), ("replace", {"new": "c9"}, "BAD_CARD_ID"),
        ("replace", {"new": "-"}, "BAD_CARD_ID"), ("replace", {}, "BAD_INSTRUCTION"),
    ],
)  # fmt: skip
def test_a_bad_instruction_is_refused_and_changes_nothing(what: str, members: dict[str, Any], code: str) -> None:
    floor = Floor(cards=0)
    floor.load("loops", [_loop()])
    floor.load("cards", [C1, {**C2, "revision": 9999}])
    count = len(floor.view.journal)
    decision = floor.instruct(f"card.{what}", {"card": "C1", **members})
    assert (decision.verdict.status, decision.verdict.code) == (Status.REFUSED, code)
    assert len(floor.view.journal) == count


@pytest.mark.parametrize("what", ["lost", "reprint", "replace"])
def test_a_retired_card_is_neither_lost_nor_printed_nor_replaced(what: str) -> None:
    floor = Floor(card={"life": "OBSOLETE"})
    assert do(floor, what, new="C9").status is Status.REFUSED


@pytest.mark.decision("K13")
def test_K13_in_shadow_the_erp_learns_of_a_loss_but_not_where_the_bin_is() -> None:
    floor = Floor()
    floor.instruct("mode.set", {"scope": "loop", "name": "LP-1", "mode": "shadow"})
    floor.empty()
    do(floor, "lost")
    (event,) = floor.view.of_stream("sig")
    assert (event["t"], event["life"]) == ("card_lost", "LOST")
    assert not {"after", "cycle", "mv", "tr"} & event.keys()
    assert life(floor) == "LOST"
    do(floor, "replace", new="C9")
    floor.wait(1800)
    floor.fill("C9")
    assert [one["t"] for one in floor.view.of_stream("sig")] == ["card_lost", "card_replaced"]


@pytest.mark.decision("K15")
def test_2_6_cards_printed_for_an_old_container_quantity_are_refused_once_their_revision_is_raised() -> None:
    floor = Floor()
    floor.empty()
    floor.load("loops", [{**floor.view.masters["loops"]["LP-1"], "quantity": "60"}])
    floor.wait(1800)
    floor.fill(revision=1)
    assert floor.view.level("SCREW-A", "LINE3") == "20"
    assert floor.last("card_filled")["after"][0]["qty"] == "60"
    floor.load("cards", [{**C1, "revision": 2}, C2])
    floor.wait(3600)
    assert floor.empty(revision=1).verdict.code == "OLD_PRINT"
    floor.empty(revision=2)
    assert floor.last("card_emptied")["tr"]["qty"] == "60"


def turn(floor: Floor, card: str) -> None:
    floor.empty(card)
    floor.wait(1800)
    floor.fill(card)
    floor.wait(1800)


def test_2_6_a_card_that_stands_still_while_its_siblings_turn_is_suspected_once() -> None:
    floor = Floor(cards=3)
    turn(floor, "C1")
    for _ in range(6):
        turn(floor, "C2")
        turn(floor, "C3")
    floor.tick()
    assert floor.view.tasks == {}, "only a tick that begins a minute looks"
    for minute in (1, 2, 3):
        floor.minute(minute)
    assert list(floor.view.tasks) == ["suspect/C1"]
    assert floor.view.task_counts["suspect/C1"] == 1
    do(floor, "lost")
    assert floor.view.tasks == {}
    floor.minute(4)
    assert floor.view.tasks == {}


def test_a_loop_that_stands_still_as_a_whole_suspects_nobody() -> None:
    floor = Floor(cards=3)
    turn(floor, "C1")
    floor.wait(90 * 3600)
    turn(floor, "C2")
    floor.minute(1)
    assert floor.view.tasks == {}


def _loop() -> dict[str, Any]:
    return dict(Floor().view.masters["loops"]["LP-1"])
