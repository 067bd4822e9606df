"""Movements of goods by scanning: what each operation books, asks and refuses, and that undo takes it back."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.codes.command import OPERATIONS as CARDS
from gateway.goods.operation import OPERATIONS
from gateway.goods.sscc import is_sscc
from gateway.goods.unit import unit_at
from gateway.model import Action, Status
from tests.goods.dock import CASE_1, CASE_2, MIXED, PALLET, sscc
from tests.goods.store import Store

SCREWS: dict[str, Any] = {"item": "SCREW"}
YES, NO, UNDO = Action.CONFIRM, Action.CANCEL, Action.UNDO


@pytest.fixture
def store() -> Store:
    """A pallet of two cases of 24 screws, and 100 loose nuts, all at the dock."""
    store = Store()
    store.do("receive", PALLET)
    store.do("receive", {"item": "NUT", "purchase_order": "PO-2", "quantity": "100"})
    return store


def test_every_operation_has_a_command_card_of_its_name() -> None:
    assert tuple(name.upper() for name in OPERATIONS) == CARDS


# -- transfer ----------------------------------------------------------------------------------------


def test_a_pallet_is_put_away_with_its_cases_in_two_scans(store: Store) -> None:
    assert store.code("move", PALLET) == "ASK_PLACE"
    assert store.do("move", "BIN A01").verdict.text == "Moved: 48 PCE SCREW from DOCK to A-01."
    assert store.stock_of("SCREW") == {"A-01/available": "48"}
    assert [unit.location for one in (PALLET, CASE_1) if (unit := unit_at(one, store.view))] == ["A-01", "A-01"]
    assert store.code("move", PALLET, "A-01") == "ALREADY_THERE"


def test_a_case_that_is_moved_alone_leaves_its_pallet(store: Store) -> None:
    store.do("move", CASE_1, "A-02")
    store.do("move", PALLET, "A-01")
    assert store.stock_of("SCREW") == {"A-01/available": "24", "A-02/available": "24"}


def test_a_part_of_a_case_goes_loose_and_loose_goods_come_from_the_place_said_first(store: Store) -> None:
    store.do("move", CASE_1)
    store.do("move", 10, "A-01")
    assert store.stock_of("SCREW") == {"A-01/available": "10", "DOCK/available": "38"}
    assert store.code("move", "A-01", {**SCREWS, "quantity": "4"}, "A-02") == "GOODS_MOVED"
    assert store.stock_of("SCREW") == {"A-01/available": "6", "A-02/available": "4", "DOCK/available": "38"}
    assert store.code("move", CASE_1, 25) == "UNIT_HAS_LESS"


def test_what_the_book_does_not_have_is_asked_about_and_becomes_a_task(store: Store) -> None:
    assert store.code("move", {**SCREWS, "quantity": "5"}, "A-01") == "ASK_BOOK_HAS_LESS"  # all stand in cases
    assert store.code("move", YES) == "GOODS_MOVED"
    assert "negative/SCREW/DOCK" in store.view.tasks
    assert store.totals()["SCREW"] == 48_000_000


def test_goods_in_transit_are_at_neither_end(store: Store) -> None:
    assert store.code("pick", CASE_1) == "GOODS_MOVED"
    assert store.stock_of("SCREW") == {"DOCK/available": "24", "ROAD/available": "24"}
    assert store.code("drop", CASE_1, "A-01") == "GOODS_MOVED"
    assert store.stock_of("SCREW") == {"A-01/available": "24", "DOCK/available": "24"}
    store.do("pick", {"item": "NUT", "quantity": "30"})
    store.do("drop", {"item": "NUT", "quantity": "30"}, "LINE")
    assert store.stock_of("NUT") == {"DOCK/available": "70", "LINE/available": "30"}


# -- work orders -------------------------------------------------------------------------------------


def test_issue_consumes_the_reservation_and_a_return_restores_it(store: Store) -> None:
    answer = store.do("issue", "WO-1", CASE_1)
    assert answer.verdict.text == "Issued to WO-1: 24 PCE SCREW, 16 PCE still reserved."
    assert store.view.fact("issued", "WO-1") == {"1": "24"}
    assert store.code("issue", CASE_1) == "ASK_WORK_ORDER"  # in whatever order
    assert store.code("issue", "WO-1") == "UNIT_NOT_HERE"
    store.do("issue", NO)
    assert store.code("return", "WO-1", {**SCREWS, "quantity": "30"}) == "RETURN_TOO_MUCH"
    store.do("return", NO)
    assert store.code("return", "WO-1", {**SCREWS, "quantity": "4"}) == "GOODS_RETURNED"
    assert store.view.fact("issued", "WO-1") == {"1": "20"}
    assert store.stock_of("SCREW") == {"DOCK/available": "28"}


def test_more_than_reserved_is_warned_of_and_no_component_refused(store: Store) -> None:
    store.do("issue", "WO-1", CASE_1)
    assert store.code("issue", "WO-1", CASE_2) == "ASK_OVER_ISSUE"
    assert store.code("issue", YES) == "GOODS_ISSUED"
    assert store.code("issue", "WO-1", {"item": "BIKE", "quantity": "1"}) == "NOT_A_COMPONENT"
    assert store.code("issue", NO) == "FLOW_CANCELLED"
    assert store.code("issue", "WO-9") == "WORK_ORDER_CLOSED"


def test_confirmations_use_up_what_is_back_flushed_without_loss_by_rounding(store: Store) -> None:
    for _ in range(3):
        store.do("report", "WO-1", 1)
    assert store.stock_of("NUT") == {"DOCK/available": "92.5"}
    assert store.code("report", "WO-1", 7) == "PRODUCTION_CONFIRMED"
    assert store.stock_of("NUT") == {"DOCK/available": "75"}
    assert store.code("report", "WO-1", 1) == "ASK_OVER_MADE"


def test_what_is_back_flushed_beyond_the_book_is_told_and_never_clamped(store: Store) -> None:
    for _ in range(2):
        store.do("scrap", "DOCK", {"item": "NUT", "quantity": "40"}, YES)
    before = store.stock_of("NUT")
    assert store.code("report", "WO-1", 10) == "PRODUCTION_CONFIRMED"
    assert store.stock_of("NUT") != before
    tasks = [event["task"]["id"] for event in store.view.journal if "task" in event]
    assert tasks == ["negative/NUT/DOCK"], store.stock_of("NUT")


def test_finished_goods_get_a_pallet_number_of_their_own(store: Store) -> None:
    answer = store.do("finish", "WO-1", 4)
    number = store.last("goods_finished")["sscc"]
    assert is_sscc(number) and number in answer.verdict.text
    assert store.stock_of("BIKE") == {"A-02/available": "4"}
    store.do("finish", "WO-1", 6)
    assert store.last("goods_finished")["sscc"] != number


# -- to and from customers, scrap --------------------------------------------------------------------


def test_shipping_takes_what_is_to_be_delivered_and_no_more(store: Store) -> None:
    assert store.code("ship", "SHP-1", CASE_1) == "GOODS_SHIPPED"
    assert store.last("goods_shipped")["key"] == f"hu/P1/{CASE_1}/ship/SHP-1"
    store.do("move", CASE_2, "A-01")
    assert store.code("ship", "SHP-1", CASE_2) == "GOODS_SHIPPED"
    assert store.stock_of("SCREW") == {}
    assert store.code("ship", "SHP-1", {**SCREWS, "quantity": "13"}) == "SHIP_TOO_MUCH"
    assert store.code("ship", NO, "SHP-1", {"item": "NUT", "quantity": "1"}) == "NOT_ON_SHIPMENT"
    assert store.code("receive", CASE_1) == "SSCC_SHIPPED"


@pytest.mark.parametrize(
    ("outcome", "stock"),
    [
        ("restock", {"DOCK/available": "48"}),
        ("rework", {"DOCK/available": "24", "DOCK/rework": "24"}),
        ("scrap", {"DOCK/available": "24"}),
    ],
)
def test_what_a_customer_sends_back_has_three_ways_to_go(store: Store, outcome: str, stock: dict[str, str]) -> None:
    store.do("ship", "SHP-1", CASE_1)
    assert store.code("take-back", CASE_1) == "ASK_OUTCOME"
    assert store.code("take-back", f"!{outcome}") == "GOODS_TAKEN_BACK"
    assert store.stock_of("SCREW") == stock
    assert store.code("take-back", CASE_1) == "NOT_SHIPPED_HERE"


def test_scrap_above_the_limit_needs_a_supervisor() -> None:
    store = Store(approve_above=20_000_000)
    assert store.code("receive", CASE_1, "APPROVE") == store.code("receive", CASE_2, "APPROVE") == "GOODS_RECEIVED"
    assert store.code("scrap", CASE_1) == "ASK_ABOVE_LIMIT"
    assert store.code("scrap", "APPROVE") == "GOODS_SCRAPPED"
    assert store.last("goods_scrapped")["approved_by"] == "boss"
    assert store.stock_of("SCREW") == {"DOCK/available": "24"}


# -- units -------------------------------------------------------------------------------------------


@pytest.mark.decision("K19")
def test_a_unit_is_split_and_put_together_again_and_no_stock_moves(store: Store) -> None:
    before = dict(store.view.stock_rows)
    assert store.code("split", CASE_1) == "ASK_SPLIT"
    assert store.code("split", 10) == "UNIT_LABELLED"
    new = store.last("unit_labelled")["sscc"]
    assert [unit.rows[0].quantity for one in (CASE_1, new) if (unit := unit_at(one, store.view))] == [
        14_000_000,
        10_000_000,
    ]
    assert store.code("merge", new) == "ASK_OTHER"
    assert store.code("merge", CASE_1) == "UNITS_MERGED"
    assert store.code("move", new) == "UNIT_NOT_HERE"
    assert store.code("merge", CASE_2, CASE_1) == "UNITS_MERGED"
    assert store.code("merge", CASE_1, PALLET) == "UNITS_MERGED"  # a box emptied onto its own pallet
    assert store.view.stock_rows == before
    assert store.code("move", PALLET, "A-01") == "GOODS_MOVED"
    assert store.stock_of("SCREW") == {"A-01/available": "48"}


@pytest.mark.decision("K19")
def test_a_remainder_gets_its_own_label(store: Store) -> None:
    assert store.code("label", {"item": "NUT", "quantity": "37"}) == "UNIT_LABELLED"
    new = store.last("unit_labelled")["sscc"]
    assert store.code("label", {"item": "NUT", "quantity": "64"}) == "BOOK_HAS_LESS"
    assert store.code("move", new, "A-01") == "GOODS_MOVED"
    assert store.stock_of("NUT") == {"A-01/available": "37", "DOCK/available": "63"}


def test_numbers_are_never_used_twice_not_after_undo_nor_after_a_restored_image(store: Store) -> None:
    numbers = []
    for _ in range(3):
        store.do("label", {"item": "NUT", "quantity": "1"})
        numbers.append(store.last("unit_labelled")["sscc"])
        store.do("label", UNDO)
    assert len(set(numbers)) == 3
    restored = Store(sscc_skip=10)
    restored.do("receive", {"item": "NUT", "purchase_order": "PO-2", "quantity": "100"})
    restored.do("label", {"item": "NUT", "quantity": "1"})
    restored.view.epoch = "EPOCH-2"  # the ERP told that it knows another history
    restored.do("label", {"item": "NUT", "quantity": "1"})
    serials = [int(event["sscc"][9:17]) for event in restored.view.of_stream("mov") if event["t"] == "unit_labelled"]
    assert serials == [100, 111]


def test_a_range_that_ends_is_told_in_time_and_never_overrun(store: Store) -> None:
    for _ in range(20):
        assert store.code("label", {"item": "NUT", "quantity": "1"}) == "UNIT_LABELLED"
    assert store.view.tasks["goods/sscc"]["code"] == "SSCC_RANGE_LOW"
    assert store.code("label", {"item": "NUT", "quantity": "1"}) == "SSCC_RANGE_USED_UP"


@pytest.mark.decision("K19")
def test_where_a_printer_stands_a_new_unit_s_label_is_due_until_it_is_out() -> None:
    store = Store(prints=True)
    store.do("receive", {"item": "NUT", "purchase_order": "PO-2", "quantity": "100"})
    store.do("label", {"item": "NUT", "quantity": "40"})
    number = store.last("unit_labelled")["sscc"]
    assert store.view.fact("label_due", number) == {"sta": "label"}
    assert store.code("label", Action.UNDO) == "GOODS_UNDONE"  # the printer sees that the unit is gone
    assert store.instruct("label.printed", {"units": [number, "another"]}).verdict.code == "LABELS_PRINTED"
    assert store.view.fact("label_due", number) is None
    assert store.instruct("label.printed", {"units": [number]}).verdict.code == "NO_LABEL_DUE"
    assert store.instruct("label.printed", {"units": "all"}).verdict.code == "BAD_INSTRUCTION"


def test_an_act_whose_label_is_out_can_still_be_undone() -> None:
    store = Store(prints=True)
    store.do("receive", {"item": "NUT", "purchase_order": "PO-2", "quantity": "100"})
    store.do("label", {"item": "NUT", "quantity": "40"})
    store.instruct("label.printed", {"units": [store.last("unit_labelled")["sscc"]]})
    assert store.code("label", Action.UNDO) == "GOODS_UNDONE"


def test_without_a_printer_no_label_is_due(store: Store) -> None:
    store.do("label", {"item": "NUT", "quantity": "40"})
    assert store.view.facts("label_due") == {}


# -- empties, counts, quality ------------------------------------------------------------------------


def test_empties_have_a_balance_for_each_partner(store: Store) -> None:
    crates = {"item": "CRATE", "quantity": "8"}
    assert store.code("collect", "V1", crates) == "EMPTIES_BOOKED"
    assert (
        store.do("lend", "V2", {**crates, "quantity": "5"}).verdict.text == "Booked: 5 PCE CRATE. V2 has 5 PCE of ours."
    )
    assert store.view.fact("empties", "V1") == {"CRATE": "-8"}
    assert store.code("lend", "V2", {"item": "NUT", "quantity": "1"}) == "NOT_AN_EMPTY"


def test_a_blind_count_is_repeated_before_it_is_believed(store: Store) -> None:
    asked = store.do("count", {"item": "NUT"})
    assert asked.verdict.code == "ASK_COUNTED"
    assert "100" not in asked.verdict.text
    again = store.do("count", 97).verdict
    assert (again.code, again.status) == ("COUNT_AGAIN", Status.ALREADY)  # amber: stored, and not done
    assert store.stock_of("NUT") == {"DOCK/available": "100"}
    store.do("move", {"item": "NUT", "quantity": "10"}, "A-01")  # work goes on between the counts
    assert store.code("count", {"item": "NUT"}, 90) == "COUNTED"  # now it agrees with the book
    assert store.stock_of("NUT") == {"A-01/available": "10", "DOCK/available": "90"}
    assert store.code("count", {"item": "NUT"}, 85) == "COUNT_AGAIN"
    assert store.code("count", {"item": "NUT"}, 86) == "COUNT_AGAIN"
    assert store.code("count", {"item": "NUT"}, 86) == "COUNTED"
    assert store.stock_of("NUT") == {"A-01/available": "10", "DOCK/available": "86"}
    assert store.code("count", Action.UNDO) == "GOODS_UNDONE"
    assert store.stock_of("NUT") == {"A-01/available": "10", "DOCK/available": "90"}


def test_a_large_difference_needs_a_supervisor_after_the_second_count() -> None:
    store = Store(approve_above=5_000_000)
    store.do("receive", {"item": "NUT", "purchase_order": "PO-2", "quantity": "100"}, "APPROVE")
    store.do("count", {"item": "NUT"}, 90)
    assert store.code("count", {"item": "NUT"}, 90) == "ASK_ABOVE_LIMIT"
    assert store.code("count", "APPROVE") == "COUNTED"
    assert store.stock_of("NUT") == {"DOCK/available": "90"}


def test_inspection_releases_or_rejects_and_what_is_rejected_is_not_available(store: Store) -> None:
    store.do("receive", MIXED)
    chips = {"item": "CHIP", "lot": "L1"}
    assert store.code("issue", "WO-1", MIXED) == "WRONG_STATUS"
    store.do("issue", NO)
    assert store.code("release", chips) == "QUALITY_DECIDED"
    assert store.stock_of("CHIP") == {"DOCK/available/L1": "10"}
    assert store.code("release", chips) == "NOTHING_TO_DECIDE"
    store.do("receive", {**chips, "purchase_order": "PO-2", "quantity": "5"})
    assert store.stock_of("CHIP") == {"DOCK/available/L1": "15"}  # the lot is released, so is the next delivery
    assert store.code("block", chips) == "QUALITY_DECIDED"
    assert store.stock_of("CHIP") == {"DOCK/blocked/L1": "15"}
    assert store.code("receive", {**chips, "purchase_order": "PO-2", "quantity": "5", "serial": "2"}) == "LOT_BLOCKED"


def test_a_rejected_unit_is_blocked_alone(store: Store) -> None:
    chips = {"item": "CHIP", "lot": "L2", "purchase_order": "PO-2", "quantity": "5"}
    for number in (70, 71):
        store.do("receive", {**chips, "sscc": sscc(number)})
    assert store.code("reject", sscc(70)) == "QUALITY_DECIDED"
    assert store.stock_of("CHIP") == {"DOCK/blocked/L2": "5", "DOCK/qc/L2": "5"}


# -- all of them -------------------------------------------------------------------------------------

ACTS: list[tuple[str, tuple[Any, ...]]] = [
    ("receive", ({**SCREWS, "purchase_order": "PO-1", "quantity": "3"},)),
    ("move", (PALLET, "A-01")), ("move", (CASE_1, 10, "A-01")), ("pick", (CASE_1,)), ("issue", ("WO-1", CASE_1)),
    ("report", ("WO-1", 2)), ("finish", ("WO-1", 2)), ("ship", ("SHP-1", CASE_1)), ("scrap", (CASE_1,)),
    ("label", ({"item": "NUT", "quantity": "5"},)), ("split", (CASE_1, 5)), ("merge", (CASE_1, CASE_2)),
    ("lend", ("V1", {"item": "CRATE", "quantity": "5"}, YES)), ("collect", ("V1", {"item": "CRATE", "quantity": "5"})),
    ("count", ({"item": "NUT"}, 95)), ("block", ({"item": "SCREW", "lot": "X"},)), ("take-back", (
        {"item": "NUT", "quantity": "1"}, "!restock")),
]  # fmt: skip


@pytest.mark.decision("K12")
@pytest.mark.parametrize(("operation", "said"), ACTS, ids=[operation for operation, _ in ACTS])
def test_undo_restores_stock_units_and_counters_exactly(store: Store, operation: str, said: tuple[Any, ...]) -> None:
    def standing() -> tuple[Any, ...]:
        facts = {
            place: fact for place, fact in store.view.fact_rows.items() if place[0] not in ("sscc", "flow", "badge")
        }
        units = {
            key: {name: one for name, one in fact.items() if name != "turn"}
            for (kind, key), fact in facts.items() if kind == "hu" and fact["state"] != "undone"
        }  # fmt: skip
        others = {place: fact for place, fact in facts.items() if place[0] != "hu"}
        return {place: quantity for place, quantity in store.view.stock_rows.items() if quantity}, units, others

    before = standing()
    answer = store.do(operation, *said)
    assert answer.verdict.is_good, answer.verdict
    booked = store.view.of_stream("mov")[-1]
    assert booked["operation"] == operation
    answer = store.do(operation, UNDO)
    assert answer.verdict.code == "GOODS_UNDONE"
    assert standing() == before
    assert store.view.of_stream("mov")[-1]["ref"] == booked["id"]


def test_a_shipment_that_was_undone_and_made_again_is_another_need_for_the_erp(store: Store) -> None:
    store.do("ship", "SHP-1", CASE_1)
    first = store.last("goods_shipped")["key"]
    store.do("ship", UNDO)
    store.do("ship", "SHP-1", CASE_1)
    assert store.last("goods_shipped")["key"] == f"{first}~1"


def test_an_act_that_others_built_upon_can_no_longer_be_undone(store: Store) -> None:
    store.do("split", CASE_1, 5)
    new = store.last("unit_labelled")["sscc"]
    store.do("move", new, "A-01")
    assert store.code("split", UNDO) == "GOODS_UNDO_CHANGED"
    assert store.code("move", UNDO) == "GOODS_UNDONE"
    assert store.code("split", UNDO) == "GOODS_UNDONE"


def test_every_question_can_be_cancelled_and_times_out_and_books_nothing(store: Store) -> None:
    stock, booked = dict(store.view.stock_rows), len(store.view.of_stream("mov"))
    for name in OPERATIONS:
        store.at = name
        assert store.card(Action.OPERATION, code=name).verdict.status is Status.ASK, name
        assert store.card(NO).verdict.code == "FLOW_CANCELLED"
        store.card(Action.OPERATION, code=name)
        store.wait(121)
        store.tick()
        assert store.last("flow_ended")["why"] == "timeout"
    assert (dict(store.view.stock_rows), len(store.view.of_stream("mov"))) == (stock, booked)


def test_a_command_card_does_another_operation_once_at_any_goods_station(store: Store) -> None:
    assert store.code("receive", "!move", PALLET, "A-02") == "GOODS_MOVED"
    assert store.code("receive", {**SCREWS, "purchase_order": "PO-1", "quantity": "3"}) == "GOODS_RECEIVED"
    assert store.code("receive", "!dance") == "OPERATION_UNKNOWN"
