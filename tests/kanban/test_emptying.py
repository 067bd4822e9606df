"""The classic circulation: an empty bin is one event, one signal, one movement."""

from __future__ import annotations

import pytest

from gateway.model import Action, Rejection, Status
from tests.kanban.floor import DOCK, LINE, Floor, kinds


def test_an_empty_bin_is_one_event_with_its_movement_and_its_signal() -> None:
    floor = Floor()
    decision = floor.empty()
    assert kinds(decision) == ["card_emptied"]
    event = decision.events[0]
    assert (event.stream, event.key) == ("sig", "card/P1/C1/1/empty")
    assert event.body["mv"] == [
        {"item": "SCREW-A", "qty": "40", "uom": "PCE", "base": "40", "from": "LINE3", "to": None}
    ]
    assert event.body["tr"]["qty"] == "40"
    assert event.body["tr"]["cards"] == ["C1"]
    assert decision.verdict.status is Status.OK
    assert decision.verdict.text == "Card C1 is empty: 40 PCE SCREW-A ordered."
    assert (floor.state(), floor.cycle(), floor.orders()) == ("EMPTY", 1, ["card/P1/C1/1/empty"])


def test_a_full_bin_closes_the_signal_and_brings_the_stock_back() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(1800)
    decision = floor.fill()
    assert kinds(decision) == ["card_filled"]
    assert decision.events[0].key == "card/P1/C1/1/full"
    assert decision.verdict.text == "Card C1 is full: 40 PCE SCREW-A received."
    assert (floor.state(), floor.cycle(), floor.orders()) == ("FULL", 1, [])
    assert floor.view.level("SCREW-A", "LINE3") == "0"
    assert floor.view.fills("LP-1") == (1_800_000,)


def test_the_signal_says_by_which_rule_when_and_on_which_master_data() -> None:
    floor = Floor()
    trigger = floor.empty().events[0].body["tr"]
    assert trigger["rule"] == "kanban"
    assert trigger["due"] == "2026-09-21T17:13:20Z"  # an hour after the scan
    assert trigger["basis"] == {"md": 1, "quantity": "40"}


@pytest.mark.decision("K1")
@pytest.mark.parametrize(
    ("on_empty", "on_full", "line_then", "store_then", "line_at_last", "store_at_last"),
    [
        ("issue", "receipt", "-40", "0", "0", "0"),
        ("issue", "transfer", "-40", "0", "0", "-40"),
        ("transfer", "transfer", "-40", "40", "0", "0"),
        ("none", "receipt", "0", "0", "40", "0"),
        ("issue", "none", "-40", "0", "-40", "0"),
        ("issue", "erp_status", "-40", "0", "-40", "0"),
    ],
)
def test_K1_each_loop_posts_exactly_what_it_names(
    on_empty: str, on_full: str, line_then: str, store_then: str, line_at_last: str, store_at_last: str
) -> None:
    floor = Floor(on_empty=on_empty, on_full=on_full)

    def levels() -> tuple[str, str]:
        return floor.view.level("SCREW-A", "LINE3"), floor.view.level("SCREW-A", "SUPERMARKET")

    floor.empty()
    assert levels() == (line_then, store_then)
    floor.wait(1800)
    floor.fill()
    assert levels() == (line_at_last, store_at_last)


@pytest.mark.decision("K4")
def test_K4_the_key_names_site_card_cycle_and_transition_but_not_the_gateway() -> None:
    keys = []
    for gateway in ("L3-07", "L9-01"):
        floor = Floor(gateway=gateway)
        first = floor.empty().events[0].key
        floor.wait(1800)
        second = floor.fill().events[0].key
        floor.wait(1800)
        keys.append((first, second, floor.empty().events[0].key))
    assert keys[0] == ("card/P1/C1/1/empty", "card/P1/C1/1/full", "card/P1/C1/2/empty")
    assert keys[0] == keys[1]


@pytest.mark.decision("K5")
def test_K5_a_transition_and_its_stock_effect_are_one_event_of_one_stream() -> None:
    floor = Floor()
    for _ in range(3):
        floor.empty()
        floor.wait(1800)
        floor.fill()
        floor.wait(1800)
    turns = [body for body in floor.view.journal if body["t"] in ("card_emptied", "card_filled")]
    assert len(turns) == 6
    assert turns == floor.view.of_stream("sig")
    assert all("after" in body and "mv" in body for body in turns)


def test_2_5_a_counted_remainder_is_not_consumed_and_not_ordered() -> None:
    floor = Floor()
    decision = floor.empty(action=Action.EMPTY, remainder="7")
    body = decision.events[0].body
    assert body["mv"][0]["qty"] == "33"
    assert body["tr"]["qty"] == "33"
    assert body["after"][0]["qty"] == "7"
    floor.wait(1800)
    assert floor.fill().events[0].body["mv"][0]["qty"] == "33"
    assert floor.view.cards["C1"].quantity == 40_000_000


def test_2_5_a_remainder_of_zero_is_an_ordinary_emptying() -> None:
    assert Floor().empty(remainder="0").events[0].body["tr"]["qty"] == "40"


def test_2_5_more_counted_than_the_book_has_moves_the_difference_back_and_asks_for_a_count() -> None:
    floor = Floor()
    floor.scan("C1", LINE, Action.WITHDRAW, quantity="35")
    body = floor.empty(action=Action.EMPTY, remainder="8").events[0].body
    assert body["mv"] == [{"item": "SCREW-A", "qty": "3", "uom": "PCE", "base": "3", "from": None, "to": "LINE3"}]
    assert floor.view.level("SCREW-A", "LINE3") == "-32"
    assert body["task"]["code"] == "REMAINDER_ABOVE_BOOK"


def test_2_5_a_bin_that_is_still_full_is_not_empty() -> None:
    floor = Floor()
    decision = floor.empty(remainder="40")
    assert (decision.verdict.status, decision.verdict.code) == (Status.REFUSED, "REMAINDER_TOO_LARGE")
    assert floor.state() == "FULL"


@pytest.mark.decision("K12")
def test_K12_a_short_delivery_is_full_with_its_quantity_and_a_task_for_the_rest() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(1800)
    decision = floor.fill(quantity="25")
    assert decision.verdict.status is Status.OK
    assert (floor.state(), floor.view.cards["C1"].quantity) == ("FULL", 25_000_000)
    assert floor.view.level("SCREW-A", "LINE3") == "-15"
    assert floor.view.tasks["delivery/C1/1"]["code"] == "SHORT_DELIVERY"
    floor.wait(1800)
    assert floor.empty().events[0].body["mv"][0]["qty"] == "25"


def test_2_6_an_over_receipt_is_full_with_the_actual_quantity_and_a_task() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(1800)
    assert floor.fill(quantity="45").verdict.code == "ASK_TOO_MUCH"
    floor.wait(5)
    floor.fill()
    assert floor.view.cards["C1"].quantity == 45_000_000
    assert floor.view.tasks["delivery/C1/1"]["code"] == "OVER_DELIVERY"


@pytest.mark.parametrize("quantity", ["0", "-3"])
def test_nothing_cannot_arrive(quantity: str) -> None:
    floor = Floor()
    floor.empty()
    floor.wait(1800)
    assert floor.fill(quantity=quantity).verdict.code == "QUANTITY_NOT_POSITIVE"
    assert floor.state() == "EMPTY"


def test_2_6_a_changed_container_quantity_counts_from_the_next_full() -> None:
    from tests.kanban.floor import LOOP

    floor = Floor()
    floor.empty()
    floor.load("loops", [{**LOOP, "quantity": "50"}])
    floor.wait(1800)
    assert floor.fill().events[0].body["mv"][0]["qty"] == "50"
    floor.wait(1800)
    assert floor.empty().events[0].body["mv"][0]["qty"] == "50"


def test_a_refused_read_is_kept_with_its_reason_and_its_bytes() -> None:
    floor = Floor()
    fault = Rejection("NOT_TEXT", "The scanner sent bytes that are no text.", got="ff", expected="text")
    decision = floor.scan("", LINE, fault=fault)
    assert (decision.verdict.status, decision.verdict.code) == (Status.REFUSED, "NOT_TEXT")
    kept = floor.last("scan_refused")
    assert (kept["code"], kept["got"], kept["expected"]) == ("NOT_TEXT", "ff", "text")
    assert kept["raw"]["b"] == "cmF3"


def test_the_same_card_at_the_line_and_at_the_dock_means_empty_and_full() -> None:
    floor = Floor()
    assert floor.scan("C1", LINE).verdict.code == "CARD_EMPTIED"
    floor.wait(600)
    assert floor.scan("C1", DOCK).verdict.code == "CARD_FILLED"
