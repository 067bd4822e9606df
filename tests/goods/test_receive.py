"""Receiving: what arrives is matched with what was ordered and announced, and nothing is guessed (A30)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.clock import parse_iso_utc
from gateway.goods.act import Rules
from gateway.model import Action, Status
from gateway.parsed import Flaw
from tests.goods.dock import CASE_1, CASE_2, CASE_GTIN, DOCK_2, MASTER, MIXED, PALLET, SCREW_GTIN, STRANGE, Dock, label
from tests.kanban.floor import LINE

SCREWS = {"item": "SCREW", "purchase_order": "PO-1"}


@pytest.fixture
def dock() -> Dock:
    return Dock()


def lines(dock: Dock) -> list[tuple[str, str, str]]:
    return [(one["purchase_order"], one["line"], one["base"]) for one in dock.last("goods_received")["lines"]]


# -- as ordered --------------------------------------------------------------------------------------


def test_a_delivery_as_ordered_is_one_scan_and_one_movement(dock: Dock) -> None:
    answer = dock.deliver(**SCREWS, quantity="30")
    assert (answer.verdict.status, answer.verdict.code) == (Status.OK, "GOODS_RECEIVED")
    assert str(answer.verdict.text) == "Received: 30 PCE SCREW. Order PO-1, 20 PCE still open."
    assert dock.last("goods_received")["mv"] == [
        {"item": "SCREW", "qty": "30", "uom": "PCE", "base": "30", "from": None, "to": "DOCK"}
    ]
    assert lines(dock) == [("PO-1", "20", "30")]  # the earliest due first
    assert dock.stock_of("SCREW") == {"DOCK/available": "30"}


def test_partial_deliveries_fill_the_lines_of_an_order_in_the_order_of_their_due_dates(dock: Dock) -> None:
    dock.deliver(**SCREWS, quantity="30", serial="1")
    dock.deliver(**SCREWS, quantity="30", serial="2")
    assert lines(dock) == [("PO-1", "20", "20"), ("PO-1", "10", "10")]
    dock.deliver(**SCREWS, quantity="1", serial="3", order_line="0010")
    assert lines(dock) == [("PO-1", "10", "1")]


def test_what_the_erp_says_was_received_elsewhere_is_no_longer_open_and_counts_once(dock: Dock) -> None:
    dock.deliver(**SCREWS, quantity="10")
    order = {**MASTER["purchase_orders"][0]}
    order["lines"] = [{**line, "received_elsewhere": "40"} if line["line"] == "20" else line for line in order["lines"]]
    dock.load("purchase_orders", [order])
    dock.deliver(**SCREWS, quantity="5", serial="2")
    assert lines(dock) == [("PO-1", "10", "5")]


def test_an_item_on_one_order_only_needs_no_order_number(dock: Dock) -> None:
    assert dock.deliver(gtin=SCREW_GTIN, quantity="5").verdict.code == "GOODS_RECEIVED"
    assert dock.deliver(supplier_item="V-SCREW", quantity="6").verdict.code == "GOODS_RECEIVED"
    assert dock.stock_of("SCREW") == {"DOCK/available": "11"}


def test_an_item_on_several_orders_is_asked_about_and_the_order_number_is_the_answer(dock: Dock) -> None:
    asked = dock.deliver(item="NUT", quantity="7")
    assert (asked.verdict.status, asked.verdict.code) == (Status.ASK, "ASK_ORDER")
    assert "PO-1, PO-2" in asked.verdict.text
    assert dock.booked() == []
    assert dock.text("PO-7").verdict.code == "GOODS_UNKNOWN_CODE"
    assert dock.text("PO-2").verdict.code == "GOODS_RECEIVED"
    assert lines(dock) == [("PO-2", "1", "7")]


def test_the_supplier_on_the_label_decides_between_orders(dock: Dock) -> None:
    assert dock.deliver(item="NUT", quantity="7", supplier="GLN2").verdict.code == "GOODS_RECEIVED"
    assert lines(dock) == [("PO-2", "1", "7")]


def test_a_label_without_quantity_is_asked_for_it(dock: Dock) -> None:
    asked = dock.deliver(gtin=CASE_GTIN, purchase_order="PO-1")
    assert str(asked.verdict.text) == "How many CS of SCREW? Scan or enter the quantity."
    assert dock.enter("0").verdict.code == "QUANTITY_UNUSABLE"
    assert dock.enter("2").verdict.code == "GOODS_RECEIVED"
    assert dock.stock_of("SCREW") == {"DOCK/available": "48"}


@pytest.mark.decision("K18")
def test_an_event_carries_the_scanned_unit_the_base_unit_and_the_factor(dock: Dock) -> None:
    dock.deliver(**SCREWS, quantity="2", unit="CS")
    move = dock.last("goods_received")["mv"][0]
    assert (move["qty"], move["uom"], move["base"], move["base_uom"], move["factor"]) == ("2", "CS", "48", "PCE", "24")
    dock.deliver(**SCREWS, quantity="2", unit="ST", serial="x")
    assert dock.last("goods_received")["mv"][0]["uom"] == "PCE"
    refused = dock.deliver(**SCREWS, quantity="2", unit="BOX")
    assert (refused.verdict.code, "PCE, CS" in refused.verdict.text) == ("UNIT_UNKNOWN", True)


# -- pallets with numbers ----------------------------------------------------------------------------


def test_a_pallet_is_received_with_all_its_cases_by_one_scan(dock: Dock) -> None:
    assert dock.deliver(sscc=PALLET).verdict.code == "GOODS_RECEIVED"
    event = dock.last("goods_received")
    assert (event["key"], event["ship_notice"]) == (f"hu/P1/{PALLET}/receipt", "ASN-1")
    assert dock.stock_of("SCREW") == {"DOCK/available": "48"}
    assert [(one["sscc"], one["base"]) for one in event["lines"]] == [(CASE_1, "24"), (CASE_2, "24")]
    assert dock.deliver(sscc=CASE_2).verdict.code == "ALREADY_RECEIVED"


def test_the_same_pallet_scanned_again_is_one_delivery_for_ever(dock: Dock) -> None:
    dock.deliver(sscc=PALLET)
    for wait_s in (10, 86_400, 90 * 86_400):
        dock.wait(wait_s)
        dock.at = DOCK_2
        answer = dock.deliver(sscc=PALLET)
        assert (answer.verdict.status, answer.verdict.code) == (Status.ALREADY, "ALREADY_RECEIVED")
    assert dock.booked() == ["goods_received"]


def test_a_case_that_came_alone_is_not_received_with_its_pallet_again(dock: Dock) -> None:
    dock.deliver(sscc=CASE_1)
    assert dock.deliver(sscc=PALLET).verdict.code == "GOODS_RECEIVED"
    assert dock.stock_of("SCREW") == {"DOCK/available": "48"}


def test_a_mixed_pallet_is_booked_item_by_item_each_in_its_own_status(dock: Dock) -> None:
    assert dock.deliver(sscc=MIXED).verdict.code == "GOODS_RECEIVED"
    assert dock.stock_of("NUT") == {"DOCK/available": "100"}
    assert dock.stock_of("CHIP") == {"DOCK/qc/L1": "10"}


def test_a_pallet_number_without_notice_is_received_by_what_its_label_says(dock: Dock) -> None:
    assert dock.deliver(sscc=STRANGE).verdict.code == "SSCC_UNKNOWN"
    assert dock.deliver(sscc=STRANGE, **SCREWS, quantity="5").verdict.code == "GOODS_RECEIVED"
    assert dock.deliver(sscc=STRANGE, **SCREWS, quantity="5").verdict.code == "ALREADY_RECEIVED"


def test_less_on_a_case_than_announced_is_booked_as_counted_and_becomes_a_task(dock: Dock) -> None:
    confirmed = Dock(rules=Rules(is_confirmed=True))
    assert confirmed.deliver(sscc=CASE_2).verdict.code == "ASK_CONFIRM"
    assert confirmed.enter("20").verdict.code == "GOODS_RECEIVED"
    assert confirmed.stock_of("SCREW") == {"DOCK/available": "20"}
    assert confirmed.view.tasks[f"goods/short/{CASE_2}"]["code"] == "SHORT_OF_NOTICE"


def test_with_confirmation_nothing_is_booked_before_it(dock: Dock) -> None:
    confirmed = Dock(rules=Rules(is_confirmed=True))
    confirmed.deliver(**SCREWS, quantity="5")
    assert confirmed.booked() == []
    assert confirmed.confirm().verdict.code == "GOODS_RECEIVED"
    confirmed.deliver(**SCREWS, quantity="6")
    assert confirmed.card(Action.CANCEL).verdict.code == "FLOW_CANCELLED"
    assert confirmed.confirm().verdict.status is Status.REFUSED
    assert confirmed.stock_of("SCREW") == {"DOCK/available": "5"}


# -- the same again ----------------------------------------------------------------------------------


def test_two_identical_deliveries_without_numbers_are_two_once_a_person_says_so(dock: Dock) -> None:
    dock.deliver(**SCREWS, quantity="10")
    asked = dock.deliver(**SCREWS, quantity="10")
    assert (asked.verdict.status, asked.verdict.code) == (Status.ASK, "ASK_SAME_LABEL")
    assert dock.stock_of("SCREW") == {"DOCK/available": "10"}
    assert dock.confirm().verdict.code == "GOODS_RECEIVED"
    assert dock.stock_of("SCREW") == {"DOCK/available": "20"}
    dock.deliver(**SCREWS, quantity="10")
    assert dock.deliver(**SCREWS, quantity="10").verdict.code == "GOODS_RECEIVED"  # scanned once more: the same answer
    assert dock.stock_of("SCREW") == {"DOCK/available": "30"}
    keys = [event.get("key", "") for event in dock.view.of_stream("mov")]
    assert keys == ["", "", ""]


def test_outside_the_window_the_same_label_is_another_delivery(dock: Dock) -> None:
    dock.deliver(**SCREWS, quantity="10")
    dock.wait(60)
    assert dock.deliver(**SCREWS, quantity="10").verdict.code == "GOODS_RECEIVED"
    assert dock.stock_of("SCREW") == {"DOCK/available": "20"}


def test_another_label_leaves_the_question_of_the_same_one_behind(dock: Dock) -> None:
    dock.deliver(**SCREWS, quantity="10")
    dock.deliver(**SCREWS, quantity="10")
    assert dock.deliver(**SCREWS, quantity="11").verdict.code == "GOODS_RECEIVED"
    assert dock.last("flow_ended")["why"] == "other_scan"
    assert dock.stock_of("SCREW") == {"DOCK/available": "21"}


# -- too much ----------------------------------------------------------------------------------------


def test_over_delivery_within_the_tolerance_is_green_and_beyond_it_needs_a_supervisor(dock: Dock) -> None:
    assert dock.deliver(**SCREWS, quantity="160").verdict.code == "GOODS_RECEIVED"  # 150 ordered, 10 % of the last line
    asked = dock.deliver(**SCREWS, quantity="3", serial="x")
    assert (asked.verdict.status, asked.verdict.code) == (Status.ASK, "ASK_OVER")
    assert dock.confirm().verdict.status is Status.ASK  # nobody else may
    assert dock.booked() == ["goods_received"]
    assert dock.approve("badge:7").verdict.code == "GOODS_RECEIVED"
    assert dock.last("goods_received")["approved_by"] == "badge:7"
    assert dock.view.tasks["goods/over/PO-1"]["code"] == "OVER_APPROVED"


def test_the_badge_of_a_supervisor_approves_as_the_card_does(dock: Dock) -> None:
    people = [{"id": "ann", "badge": "1"}, {"id": "bob", "badge": "2", "roles": ["supervisor"]}]
    dock.load("people", people)
    dock.deliver(**SCREWS, quantity="160")
    assert dock.deliver(**SCREWS, quantity="3", serial="x").verdict.code == "ASK_OVER"
    dock.wait(4)
    assert dock.badge("1", dock.at, device=f"scan-{dock.at}").verdict.code == "NO_SUPERVISOR"
    assert dock.badge("2", dock.at, device=f"scan-{dock.at}").verdict.code == "GOODS_RECEIVED"
    assert dock.last("goods_received")["approved_by"] == "badge:bob"


def test_over_delivery_can_be_corrected_to_what_is_really_there(dock: Dock) -> None:
    assert dock.deliver(**SCREWS, quantity="1600").verdict.code == "ASK_OVER"
    assert dock.enter("150").verdict.code == "GOODS_RECEIVED"
    assert dock.stock_of("SCREW") == {"DOCK/available": "150"}


def test_a_line_within_its_under_tolerance_is_complete(dock: Dock) -> None:
    dock.deliver(**SCREWS, quantity="49", serial="1")  # 2 % of 50
    dock.deliver(**SCREWS, quantity="10", serial="2")
    assert lines(dock) == [("PO-1", "10", "10")]


# -- what must not be booked -------------------------------------------------------------------------

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"item": "SCREW", "purchase_order": "PO-7", "quantity": "1"}, "ORDER_UNKNOWN"),
    ({"item": "SCREW", "purchase_order": "PO-9", "quantity": "1"}, "ORDER_CLOSED"),
    ({"item": "GLUE", "purchase_order": "PO-1", "quantity": "1", "lot": "L"}, "WRONG_ITEM"),
    ({"item": "SCREW", "purchase_order": "PO-1", "quantity": "1", "supplier": "GLN2"}, "WRONG_SUPPLIER"),
    ({"item": "SCREW", "quantity": "1", "supplier": "V2"}, "WRONG_SUPPLIER"),
    ({"item": "BOLT", "quantity": "1"}, "NOT_ORDERED"),
    ({"item": "SCREWS", "quantity": "1"}, "ITEM_UNKNOWN"),
    ({"supplier_item": "PASTE", "quantity": "1"}, "ITEM_AMBIGUOUS"),
    ({"item": "NUT", "gtin": SCREW_GTIN, "quantity": "1"}, "ITEM_AMBIGUOUS"),
    ({"item": "GLUE", "quantity": "1"}, "LOT_MISSING"),
    ({"item": "GLUE", "quantity": "1", "lot": "BAD"}, "LOT_BLOCKED"),
    ({"item": "GLUE", "quantity": "1", "lot": "L", "expiry": "2026-09-20"}, "EXPIRED"),
    ({"item": "GLUE", "quantity": "1", "lot": "L", "expiry": "2026-10-01"}, "SHELF_LIFE"),
    ({"sscc": PALLET[:-1] + "0"}, "SSCC_CHECK_DIGIT"),
    ({"sscc": CASE_1, "item": "NUT"}, "LABEL_AND_NOTICE"),
    ({"sscc": CASE_1, "quantity": "2", "unit": "CS"}, "LABEL_AND_NOTICE"),
    ({"sscc": CASE_1, "supplier": "V2"}, "WRONG_SUPPLIER"),
    ({"item": "SCREW", "purchase_order": "PO-1", "quantity": "0.0000001"}, "LABEL_BAD"),
]


@pytest.mark.parametrize(("keys", "code"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_what_does_not_fit_is_red_books_nothing_and_says_what_to_do(
    dock: Dock, keys: dict[str, Any], code: str
) -> None:
    answer = dock.deliver(**keys)
    assert (answer.verdict.status, answer.verdict.code) == (Status.REFUSED, code)
    assert ":" in answer.verdict.text
    assert dock.booked() == []
    assert dock.view.stock_rows == {}
    assert dock.last("scan_refused")["raw"]["b"]


def test_wrong_supplier_order_or_item_and_bad_lots_become_tasks_for_purchasing_and_quality(dock: Dock) -> None:
    for keys, _ in REFUSED:
        dock.deliver(**keys)
    assert {
        "goods/order/PO-7",
        "goods/order/PO-1",
        "goods/supplier/PO-1",
        "goods/lot/GLUE/BAD",
    } <= dock.view.tasks.keys()


def test_a_label_with_an_error_is_never_booked_whatever_else_it_says(dock: Dock) -> None:
    bad = replace(label(**SCREWS, quantity="1"), errors=(Flaw("SEPARATOR", "A separator may be missing.", "AB37"),))
    answer = dock.read_label(bad)
    assert (answer.verdict.status, answer.verdict.code) == (Status.REFUSED, "LABEL_BAD")
    assert dock.booked() == []


@pytest.mark.decision("K16")
@pytest.mark.parametrize(("zone", "code"), [("Asia/Shanghai", "EXPIRED"), ("UTC", "GOODS_RECEIVED")])
def test_K16_goods_expire_at_the_end_of_the_plant_s_own_day(zone: str, code: str) -> None:
    dock = Dock(rules=Rules(zone=ZoneInfo(zone)))
    dock.view.now = replace(dock.view.now, wall_ms=parse_iso_utc("2026-11-30T16:30:00.000Z"))
    assert dock.deliver(item="NUT", purchase_order="PO-1", quantity="1", expiry="2026-11-30").verdict.code == code


def test_nothing_is_refused_as_expired_by_a_clock_that_nobody_set(dock: Dock) -> None:
    dock.view.now = replace(dock.view.now, quality="unsynced")
    assert dock.deliver(item="GLUE", quantity="1", lot="L", expiry="2026-09-20").verdict.code == "GOODS_RECEIVED"


def test_goods_are_not_taken_at_a_kanban_station_nor_cards_at_a_goods_station(dock: Dock) -> None:
    assert dock.scan("C1", "D-1").verdict.code == "CARD_AT_GOODS"
    assert dock.card(Action.OPERATION, code="receive").verdict.code == "ASK_RECEIVE"
    dock.at = LINE
    assert dock.card(Action.OPERATION, code="receive").verdict.code == "WRONG_STATION"
    assert dock.text("nonsense").verdict.status is Status.REFUSED


# -- undo --------------------------------------------------------------------------------------------


@pytest.mark.decision("K12")
def test_undo_takes_back_stock_lines_and_pallets_and_the_pallet_can_come_again(dock: Dock) -> None:
    dock.deliver(sscc=PALLET)
    answer = dock.take_back()
    assert (answer.verdict.status, answer.verdict.code) == (Status.OK, "GOODS_UNDONE")
    assert dock.stock_of("SCREW") == {}
    assert dock.last("movement_undone")["ref"] == dock.last("goods_received")["id"]
    dock.deliver(sscc=PALLET)
    assert dock.last("goods_received")["key"] == f"hu/P1/{PALLET}/receipt~1"
    assert dock.stock_of("SCREW") == {"DOCK/available": "48"}


@pytest.mark.decision("K12")
def test_undo_goes_back_one_act_at_a_time_and_leaves_what_another_station_received(dock: Dock) -> None:
    dock.deliver(**SCREWS, quantity="1", serial="1")
    dock.deliver(**SCREWS, quantity="2", serial="2")
    dock.at = DOCK_2
    dock.deliver(**SCREWS, quantity="4", serial="3")
    dock.at = "D-1"
    dock.take_back()
    assert dock.stock_of("SCREW") == {"DOCK/available": "5"}
    dock.take_back()
    assert dock.stock_of("SCREW") == {"DOCK/available": "4"}
    assert dock.view.fact("received", "PO-1") == {"20": "4"}
    assert dock.take_back().verdict.code == "GOODS_UNDO_NOTHING"


@pytest.mark.decision("K12")
def test_undo_is_refused_to_others_and_after_its_window(dock: Dock) -> None:
    dock.read_label(label(**SCREWS, quantity="1"), operator="badge:1")
    assert dock.card(Action.UNDO, operator="badge:2").verdict.code == "GOODS_UNDO_OTHER_PERSON"
    dock.wait(601)
    assert dock.card(Action.UNDO, operator="badge:1").verdict.code == "GOODS_UNDO_TOO_LATE"
    assert dock.stock_of("SCREW") == {"DOCK/available": "1"}


def test_orders_that_are_gone_take_their_counters_with_them(dock: Dock) -> None:
    dock.deliver(**SCREWS, quantity="1")
    dock.load("purchase_orders", MASTER["purchase_orders"][1:])
    assert dock.view.fact("received", "PO-1") is None
