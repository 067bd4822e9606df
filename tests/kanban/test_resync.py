"""Card states and stock of the ERP: what is taken over and what is not (K7)."""

from __future__ import annotations

import pytest

from gateway.kanban.transition import TRANSITIONS, is_ahead, target
from gateway.model import CardStates, Decision, State, StockSnapshot
from gateway.quantity import parse_quantity
from tests.kanban.floor import Floor, kinds


def adopt(floor: Floor, *rows: tuple[str, str, int]) -> Decision:
    return floor.submit(CardStates(rows))


def snapshot(floor: Floor, rows: dict[str, str], as_of: dict[str, tuple[str, int]] | None = None) -> Decision:
    stock = tuple((item, "LINE3", "available", "", parse_quantity(quantity)) for item, quantity in rows.items())
    return floor.submit(StockSnapshot(as_of or {}, stock))


@pytest.mark.parametrize(
    ("theirs", "is_taken"),
    [
        (("EMPTY", 1), False),
        (("ORDERED", 1), True),
        (("FULL", 1), True),
        (("WAIT", 1), False),
        (("FULL", 0), False),
        (("EMPTY", 2), True),
        (("WAIT", 2), True),
        (("ERROR", 1), False),
        (("NONSENSE", 9), False),
        (("FULL", -1), False),
        (("FULL", 2**60), False),
    ],
)
def test_only_what_is_ahead_of_us_is_taken_over(theirs: tuple[str, int], is_taken: bool) -> None:
    floor = Floor()
    floor.empty()
    floor.settle()
    adopt(floor, ("C1", *theirs))
    assert ((floor.state(), floor.cycle()) == theirs) is (is_taken or theirs == ("EMPTY", 1))


def test_a_card_with_news_the_erp_has_not_seen_is_left_alone() -> None:
    floor = Floor()
    floor.empty()
    assert adopt(floor, ("C1", "FULL", 1)).events == ()
    floor.settle()
    decision = adopt(floor, ("C1", "FULL", 1), ("C2", "EMPTY", 1), ("C9", "FULL", 1))
    assert kinds(decision) == ["card_states_adopted"]
    assert (floor.state("C1"), floor.state("C2"), floor.orders()) == ("FULL", "EMPTY", [])


def test_a_taken_over_order_keeps_the_time_of_its_emptying_and_its_undo() -> None:
    floor = Floor()
    floor.empty()
    floor.settle()
    floor.wait(300)
    adopt(floor, ("C1", "ORDERED", 1))
    assert floor.orders() == ["card/P1/C1/1/empty"]
    assert floor.undo().verdict.code == "UNDONE"


def test_a_blocked_card_is_corrected_by_what_the_erp_says_of_it() -> None:
    floor = Floor()
    floor.empty()
    floor.dispose(floor.last("card_emptied"), "rejected", refused="status", code="X")
    floor.settle()
    adopt(floor, ("C1", "EMPTY", 0))
    assert floor.state() == "ERROR"
    adopt(floor, ("C1", "EMPTY", 1))
    assert floor.state() == "EMPTY"


@pytest.mark.decision("K4")
def test_K4_a_correction_that_leads_back_does_not_use_a_key_twice() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(1800)
    first = floor.fill().events[0].key
    floor.dispose(floor.last("card_filled"), "rejected", refused="status", code="X")
    floor.settle()
    adopt(floor, ("C1", "EMPTY", 1))
    assert floor.fill().events[0].key != first


@pytest.mark.decision("K7")
def test_K7_stock_is_the_snapshot_and_our_movements_after_it() -> None:
    floor = Floor()
    floor.empty("C1")
    floor.settle()
    floor.empty("C2")
    decision = snapshot(floor, {"SCREW-A": "500"}, {"sig": ("EPOCH-1", 1)})
    assert kinds(decision) == ["stock_adopted"]
    assert floor.view.level("SCREW-A", "LINE3") == "460"  # the snapshot has C1's 40, not C2's


@pytest.mark.decision("K7")
def test_K7_a_row_that_the_snapshot_does_not_have_is_zero_and_our_movements() -> None:
    floor = Floor()
    floor.empty("C1")
    floor.settle()
    snapshot(floor, {}, {"sig": ("EPOCH-1", 1)})
    assert floor.view.level("SCREW-A", "LINE3") == "0"
    assert snapshot(floor, {}, {"sig": ("EPOCH-1", 1)}).events == ()


@pytest.mark.decision("K7")
@pytest.mark.parametrize("as_of", [{}, {"sig": ("OTHER-EPOCH", 1)}, {"sig": ("EPOCH-1", 99)}], ids=str)
def test_K7_a_snapshot_that_cannot_be_placed_is_only_compared(as_of: dict[str, tuple[str, int]]) -> None:
    floor = Floor()
    floor.empty("C1")
    floor.settle()
    decision = snapshot(floor, {"SCREW-A": "500", "NUT-B": "3"}, as_of)
    assert kinds(decision) == ["snapshot_ignored"]
    assert floor.view.level("SCREW-A", "LINE3") == "-40"
    assert decision.events[0].body["differs"] == [
        ["NUT-B", "LINE3", "available", "", "0", "3"],
        ["SCREW-A", "LINE3", "available", "", "-40", "500"],
    ]


@pytest.mark.decision("K7")
def test_K7_only_items_with_nothing_unsettled_are_compared() -> None:
    floor = Floor()
    floor.empty("C1")
    body = snapshot(floor, {"SCREW-A": "500", "NUT-B": "3"}).events[0].body
    assert [row[0] for row in body["differs"]] == ["NUT-B"]
    assert snapshot(floor, {"SCREW-A": "500"}).events == ()


def test_the_table_knows_every_state_it_leads_to() -> None:
    for change, rows in TRANSITIONS.items():
        for before, after in rows.items():
            assert State(before) is not State.ERROR
            assert after is not before, change


@pytest.mark.parametrize(
    ("before", "allowed"),
    [
        ("WAIT", {"release", "full", "inspect"}),
        ("EMPTY", {"confirm", "start", "ship", "full", "inspect"}),
        ("ORDERED", {"start", "ship", "full", "inspect"}),
        ("IN_PROCESS", {"ship", "full", "inspect"}),
        ("IN_TRANSIT", {"full", "inspect"}),
        ("FULL", {"empty", "wait", "open"}),
        ("IN_USE", {"empty", "wait"}),
        ("RECEIVED_QC", {"accept", "reject"}),
        ("ERROR", set()),
    ],
)
def test_2_1_the_matrix_of_transitions_is_the_documented_one(before: str, allowed: set[str]) -> None:
    assert {change.value for change in TRANSITIONS if target(change, before)} == allowed


def test_within_a_circulation_a_container_only_gets_ahead() -> None:
    way = ["WAIT", "EMPTY", "ORDERED", "IN_PROCESS", "IN_TRANSIT", "FULL", "IN_USE"]
    for place, state in enumerate(way):
        assert all(is_ahead(3, later, 3, state) for later in way[place + 1 :])
        assert not any(is_ahead(3, earlier, 3, state) for earlier in way[: place + 1])
        assert is_ahead(4, "WAIT", 3, state)
