"""What a passage becomes: one posting, or one reason why not that a person can act on."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from gateway.goods.act import Rules
from gateway.model import Status
from gateway.passage import BACK, DISSENTS, IN, NEAR, OUT, UNKNOWN
from gateway.quantity import parse_quantity
from tests.portal.gate import BOXES, CASES, GATE, INNER_1, INNER_2, LISTED, OTHER_GTIN, PALLET, TAGS, Gate, made
from tests.portal.scene import IN_WAY, Door, Load, grai, key, sgtin, sscc

WHOLE = (sscc(1), *CASES)


def test_an_announced_pallet_is_received_as_a_whole_by_one_event() -> None:
    gate = Gate()
    decision = gate.through(WHOLE)
    assert (decision.verdict.status, decision.verdict.code) == (Status.OK, "GOODS_RECEIVED")
    assert gate.booked() == ["goods_received"]
    assert gate.stock_of("SCREW") == {"DOCK/available": "240"}
    [event] = gate.view.of_stream("mov")
    assert event["key"] == f"hu/P1/{PALLET}/receipt"
    assert event["sscc"] == PALLET and event["ship_notice"] == "ASN-1"
    assert event["passage"]["direction"] == IN and event["passage"]["rate"] == 100


def test_most_of_its_tags_are_enough_for_the_whole_pallet_and_never_for_less() -> None:
    gate = Gate()
    assert gate.through(WHOLE[:7]).verdict.code == "GOODS_RECEIVED"
    assert gate.stock_of("SCREW") == {"DOCK/available": "240"}


def test_too_few_of_its_tags_book_nothing_and_leave_a_task() -> None:
    gate = Gate()
    decision = gate.through(WHOLE[:6])
    assert (decision.verdict.status, decision.verdict.code) == (Status.REFUSED, "PORTAL_RATE")
    assert gate.booked() == []
    task = gate.view.open_task(f"portal/{PALLET}")
    assert task is not None and task["kind"] == "portal" and "50 %" in task["msg"]


def test_a_site_that_tags_pallets_only_needs_no_tags_of_boxes() -> None:
    assert Gate(min_rate_pct=0).through([sscc(1)]).verdict.code == "GOODS_RECEIVED"


def test_a_foreign_tag_on_the_pallet_books_nothing() -> None:
    gate = Gate()
    decision = gate.through((*WHOLE, sgtin(1, OTHER_GTIN)))
    assert decision.verdict.code == "PORTAL_FOREIGN"
    assert gate.booked() == []


@pytest.mark.parametrize("part", [NEAR])
def test_a_foreign_tag_beside_the_way_proves_nothing_against_the_pallet(part: str) -> None:
    gate = Gate()
    passage = made(WHOLE)
    beside = replace(made([sgtin(1, OTHER_GTIN)]).tags[0], part=part, direction="")
    assert gate.close(replace(passage, tags=(*passage.tags, beside))).verdict.code == "GOODS_RECEIVED"


def test_a_foreign_tag_that_went_the_other_way_books_nothing() -> None:
    gate = Gate()
    passage = made(WHOLE)
    other = replace(made([sgtin(1, OTHER_GTIN)]).tags[0], part=DISSENTS, direction=OUT)
    assert gate.close(replace(passage, tags=(*passage.tags, other))).verdict.code == "PORTAL_FOREIGN"


def test_more_tags_of_an_item_than_belong_there_book_nothing() -> None:
    assert Gate().through((*WHOLE, sgtin(11))).verdict.code == "PORTAL_FOREIGN"


def test_returnable_pallets_and_tags_that_are_no_epc_say_nothing_about_goods() -> None:
    gate = Gate()
    assert gate.through((*WHOLE, grai(7), "E280116060000209")).verdict.code == "GOODS_RECEIVED"
    [closed] = gate.of_kind("passage_closed")
    assert set(closed["match"]["other"]) == {grai(7), "E280116060000209"}


def test_tags_that_a_ship_notice_lists_are_compared_one_by_one() -> None:
    gate = Gate()
    assert gate.through((sscc(2), *TAGS[:4], sgtin(99))).verdict.code == "PORTAL_FOREIGN"
    assert gate.through((sscc(2), *TAGS[:4])).verdict.code == "GOODS_RECEIVED"
    closed = gate.of_kind("passage_closed")[-1]
    assert (closed["match"]["matched"], closed["match"]["missing_count"], closed["rate"]) == (4, 1, 80)


def test_boxes_with_numbers_of_their_own_belong_to_their_pallet() -> None:
    gate = Gate()
    assert gate.through([sscc(4), sscc(5), sscc(6)]).verdict.code == "GOODS_RECEIVED"
    assert gate.view.of_stream("mov")[0]["sscc"] == BOXES


def test_a_pallet_whose_own_tag_was_not_read_is_known_by_its_boxes() -> None:
    gate = Gate()
    assert gate.through([sscc(5), sscc(6)]).verdict.code == "GOODS_RECEIVED"
    assert gate.view.of_stream("mov")[0]["sscc"] == BOXES


def test_a_box_that_goes_through_without_its_pallet_is_received_alone() -> None:
    gate = Gate()
    assert gate.through([sscc(5), *CASES[:4]]).verdict.code == "GOODS_RECEIVED"
    assert gate.view.of_stream("mov")[0]["sscc"] == INNER_1


def test_a_pallet_without_a_number_is_known_by_a_set_of_tags_that_only_one_has() -> None:
    gate = Gate()
    assert gate.through(TAGS).verdict.code == "GOODS_RECEIVED"
    assert gate.view.of_stream("mov")[0]["sscc"] == LISTED


def test_a_pallet_without_a_number_that_fits_two_announced_ones_is_none_of_them() -> None:
    notices = [
        {"id": f"ASN-{n}", "supplier": "V1", "units": [
            {"sscc": key(n), "item": "SCREW", "quantity": "10", "uom": "CS", "epcs": list(CASES)}]}
        for n in (21, 22)
    ]  # fmt: skip
    gate = Gate(master={"ship_notices": notices})
    assert gate.through(CASES).verdict.code == "PORTAL_AMBIGUOUS"
    assert gate.booked() == []


def test_a_mere_count_of_goods_names_no_pallet() -> None:
    notices = [{"id": "ASN-7", "supplier": "V1", "units": [
        {"sscc": key(21), "item": "SCREW", "quantity": "10", "uom": "CS"}]}]  # fmt: skip
    gate = Gate(master={"ship_notices": notices})
    assert gate.through(CASES).verdict.code == "PORTAL_NOT_ANNOUNCED"  # ten cases like these may be of any pallet
    assert gate.booked() == []


def test_tags_that_nobody_announced_book_nothing() -> None:
    gate = Gate()
    assert gate.through([sgtin(1, OTHER_GTIN)]).verdict.code == "PORTAL_NOT_ANNOUNCED"
    assert gate.through([sscc(77)]).verdict.code == "SSCC_UNKNOWN"
    assert gate.booked() == []


def test_several_pallets_at_once_book_nothing() -> None:
    gate = Gate()
    assert gate.through([sscc(1), sscc(2), *CASES]).verdict.code == "PORTAL_SEVERAL"
    assert gate.booked() == []


def test_two_pallets_one_behind_the_other_are_two_postings_of_one_opening() -> None:
    gate = Gate()
    name = gate.open()
    gate.close(replace(made(WHOLE, id=name), part=1, parts=2))
    assert gate.view.fact("passage", name) is not None
    gate.close(replace(made((sscc(2), *TAGS), id=name), part=2, parts=2))
    assert gate.booked() == ["goods_received", "goods_received"]
    assert gate.view.fact("passage", name) is None


@pytest.mark.parametrize("direction", [UNKNOWN, BACK])
def test_nothing_is_booked_without_a_direction(direction: str) -> None:
    gate = Gate()
    decision = gate.through(WHOLE, direction, why="no tag was seen on both sides")
    assert decision.verdict.code == ("PORTAL_BACK" if direction == BACK else "PORTAL_DIRECTION")
    assert gate.booked() == []
    assert len(gate.view.open_tasks()) == (direction == UNKNOWN)


def test_an_incomplete_passage_books_nothing_whatever_was_read() -> None:
    gate = Gate()
    decision = gate.through(WHOLE, incomplete="dock-1: overflow")
    assert (decision.verdict.code, gate.booked()) == ("PORTAL_INCOMPLETE", [])
    assert "dock-1: overflow" in decision.verdict.text


def test_what_the_gateway_did_not_see_the_end_of_is_incomplete() -> None:
    gate = Gate()
    name = gate.open()
    assert gate.view.fact("passage", name) is not None
    gate.close(made((), UNKNOWN, id=name, incomplete="the gateway stopped"))
    assert gate.view.fact("passage", name) is None
    assert gate.codes() == ["PORTAL_INCOMPLETE"]


def test_an_empty_passage_is_kept_and_asks_nobody() -> None:
    gate = Gate()
    assert gate.through((), UNKNOWN).verdict.code == "PORTAL_EMPTY"
    assert gate.view.open_tasks() == []


@pytest.mark.promise("R8")
def test_twenty_four_thousand_reads_of_four_hundred_tags_leave_one_posting_and_no_reads() -> None:
    cases = tuple(sgtin(n) for n in range(1, 400))
    units = [{"sscc": PALLET, "item": "SCREW", "quantity": "399", "uom": "CS"}]
    gate = Gate(master={"ship_notices": [{"id": "ASN-1", "supplier": "V1", "units": units}]})
    door = Door()
    [passage] = door.drive(Load((sscc(1), *cases), IN_WAY, -4000, per_s=4))
    assert passage.reads >= 24_000
    events = gate.close(replace(passage, id=gate.open())).events
    assert [event.kind for event in events] == ["goods_received", "passage_closed"]
    told = gate.view.journal[-1]
    assert told["tag_count"] == 400 and len(json.dumps(told)) < 150 * 400


@pytest.mark.promise("R3")
def test_a_pallet_that_stood_at_the_door_and_is_gone_is_red_and_scanning_it_ends_that() -> None:
    gate = Gate()
    decision = gate.through([sscc(1)], UNKNOWN, by="gone", why="it stood at the door, and is gone")
    assert (decision.verdict.status, decision.verdict.code) == (Status.REFUSED, "PORTAL_DIRECTION")
    gate.deliver(sscc=PALLET)
    assert (gate.view.open_tasks(), gate.booked()) == ([], ["goods_received"])


@pytest.mark.promise("R8")
def test_tags_that_nobody_announced_leave_a_bounded_trace() -> None:
    gate = Gate()
    gate.through([sgtin(n, OTHER_GTIN) for n in range(1, 1001)])
    [closed] = gate.of_kind("passage_closed")
    assert (len(closed["tags"]), closed["tag_count"]) == (200, 1000)


# -- once ----------------------------------------------------------------------------------------------


def test_a_passage_that_is_told_twice_posts_once() -> None:
    gate = Gate()
    passage = made(WHOLE, id=gate.open())
    gate.close(passage)
    assert gate.close(passage).verdict.code == "ALREADY_STORED"
    assert gate.booked() == ["goods_received"]


def test_a_pallet_that_a_clerk_received_is_not_received_again() -> None:
    gate = Gate()
    gate.deliver(sscc=PALLET)
    decision = gate.through(WHOLE[:3])
    assert (decision.verdict.status, decision.verdict.code) == (Status.ALREADY, "ALREADY_RECEIVED")
    assert gate.booked() == ["goods_received"]


def test_a_pallet_that_the_portal_received_is_not_received_again_by_a_clerk() -> None:
    gate = Gate()
    gate.through(WHOLE)
    assert gate.deliver(sscc=PALLET).verdict.code == "ALREADY_RECEIVED"


def test_the_same_pallet_the_same_way_within_the_cool_down_is_the_same_passage() -> None:
    gate = Gate(inward="move", inside="HALL")
    gate.deliver(sscc=PALLET)
    assert gate.through(WHOLE).verdict.code == "GOODS_MOVED"
    assert gate.through(WHOLE, after_s=10).verdict.code == "PORTAL_AGAIN"
    assert gate.booked() == ["goods_received", "goods_moved"]


def test_the_other_way_soon_after_takes_the_booking_back() -> None:
    gate = Gate()
    gate.through(WHOLE)
    decision = gate.through(WHOLE, OUT, after_s=20)
    assert (decision.verdict.status, decision.verdict.code) == (Status.ALREADY, "PORTAL_CANCELLED")
    assert gate.booked() == ["goods_received", "movement_undone"]
    assert gate.stock_of("SCREW") == {}


def test_after_a_pair_was_cancelled_the_pallet_can_be_received_again() -> None:
    gate = Gate()
    gate.through(WHOLE)
    gate.through(WHOLE, OUT, after_s=20)
    assert gate.through(WHOLE, after_s=20).verdict.code == "GOODS_RECEIVED"
    keys = [event["key"] for event in gate.view.of_stream("mov") if event["t"] == "goods_received"]
    assert len(set(keys)) == 2
    assert gate.stock_of("SCREW") == {"DOCK/available": "240"}


def test_the_other_way_after_a_refusal_closes_its_task_and_books_nothing() -> None:
    gate = Gate()
    gate.through(WHOLE[:2])
    assert len(gate.view.open_tasks()) == 1
    assert gate.through(WHOLE[:2], OUT, after_s=20).verdict.code == "PORTAL_LEFT_AGAIN"
    assert (gate.view.open_tasks(), gate.booked()) == ([], [])


def test_the_other_way_after_somebody_else_booked_with_it_asks_a_person() -> None:
    gate = Gate()
    gate.through(WHOLE)
    gate.stations["MOVER"] = replace(gate.stations[GATE], id="MOVER", action="move")
    gate.decide = type(gate.decide)(gate.stations, portals={"P1": gate.doorway})
    gate.at = "MOVER"
    gate.deliver(sscc=PALLET)
    assert gate.text("HALL").verdict.code == "GOODS_MOVED"
    assert gate.through(WHOLE, OUT, after_s=1).verdict.code == "PORTAL_REVERSAL"


def test_a_reversal_leaves_what_else_was_booked_at_the_station() -> None:
    gate = Gate()
    gate.through(WHOLE)
    gate.through((sscc(2), *TAGS), after_s=5)
    gate.through(WHOLE, OUT, after_s=5)
    gate.at = GATE
    assert gate.take_back().verdict.code == "GOODS_UNDONE"
    assert gate.stock_of("SCREW") == {}


def test_the_other_way_long_after_is_a_passage_of_its_own() -> None:
    gate = Gate()
    gate.through(WHOLE)
    assert gate.through(WHOLE, OUT, after_s=300).verdict.code == "PORTAL_NOTHING"
    assert gate.booked() == ["goods_received"]


def test_a_refused_pallet_that_comes_again_and_is_whole_ends_its_task() -> None:
    gate = Gate()
    gate.through(WHOLE[:2])
    gate.through(WHOLE)
    assert (gate.view.open_tasks(), gate.booked()) == ([], ["goods_received"])


def test_a_refused_pallet_that_a_clerk_scans_ends_its_task() -> None:
    gate = Gate()
    gate.through(WHOLE, UNKNOWN, why="both sides at once")
    [task] = gate.view.open_tasks()
    assert PALLET in task["msg"] and task["ref"]
    gate.deliver(sscc=PALLET)
    assert (gate.view.open_tasks(), gate.booked()) == ([], ["goods_received"])


# -- out and across ------------------------------------------------------------------------------------


def test_a_pallet_that_goes_out_is_shipped_with_the_only_shipment_it_fits() -> None:
    gate = Gate(outward="ship")
    gate.through(WHOLE)
    assert gate.through(WHOLE, OUT).verdict.code == "GOODS_SHIPPED"
    assert gate.view.of_stream("mov")[-1]["shipment"] == "SHP-1"
    assert gate.through(WHOLE, OUT).verdict.code == "PORTAL_SHIPPED"
    assert gate.stock_of("SCREW") == {}


def shipments(*rows: dict[str, Any]) -> dict[str, Any]:
    line = {"line": "1", "item": "SCREW", "quantity": "300", "uom": "PCE"}
    return {"shipments": [{"customer": "V2", "lines": [line], **row} for row in rows]}


def test_of_several_shipments_the_one_that_names_the_pallet_is_meant() -> None:
    gate = Gate(outward="ship", master=shipments({"id": "SHP-1"}, {"id": "SHP-2", "units": [PALLET]}))
    gate.through(WHOLE)
    gate.through(WHOLE, OUT)
    assert gate.view.of_stream("mov")[-1]["shipment"] == "SHP-2"


def test_several_shipments_that_fit_ship_nothing() -> None:
    gate = Gate(outward="ship", master=shipments({"id": "SHP-1"}, {"id": "SHP-2"}))
    gate.through(WHOLE)
    assert gate.through(WHOLE, OUT).verdict.code == "PORTAL_SHIPMENTS"
    assert gate.booked() == ["goods_received"]


def test_no_shipment_ships_nothing() -> None:
    gate = Gate(outward="ship", master=shipments())
    gate.through(WHOLE)
    assert gate.through(WHOLE, OUT).verdict.code == "PORTAL_NO_SHIPMENT"


def test_a_portal_between_two_places_moves_there_and_back_under_a_key_of_each_passage() -> None:
    gate = Gate(inward="move", inside="HALL", outward="move", outside="YARD")
    gate.deliver(sscc=PALLET)
    gate.through(WHOLE)
    assert gate.stock_of("SCREW") == {"HALL/available": "240"}
    gate.through(WHOLE, OUT)
    assert gate.stock_of("SCREW") == {"YARD/available": "240"}
    keys = [event["key"] for event in gate.view.of_stream("mov") if event["t"] == "goods_moved"]
    assert len(set(keys)) == 2 and all(one.startswith("passage/P1/") for one in keys)


def test_a_pallet_that_is_there_already_is_amber() -> None:
    gate = Gate(inward="move", inside="DOCK")
    gate.deliver(sscc=PALLET)
    assert gate.through(WHOLE).verdict.code == "ALREADY_THERE"


def test_what_a_person_would_be_asked_is_a_task() -> None:
    gate = Gate()
    gate.load("purchase_orders", [])
    assert gate.through(WHOLE).verdict.code == "NOT_ORDERED"
    gate.stations[GATE] = replace(gate.stations[GATE], approve_above=parse_quantity("100"))
    gate = Gate(goods=Rules())
    gate.stations[GATE] = replace(gate.stations[GATE], approve_above=parse_quantity("100"))
    gate.decide = type(gate.decide)(gate.stations, portals={"P1": gate.doorway})
    assert gate.through(WHOLE).verdict.code == "PORTAL_ASKS"
    assert gate.booked() == []


# -- what stays ----------------------------------------------------------------------------------------


def test_the_evidence_says_why_with_votes_thresholds_and_tags() -> None:
    gate = Gate()
    gate.through(WHOLE, votes=((IN, 900),), edges=(("outside", True, 10),))
    [closed] = gate.of_kind("passage_closed")
    assert closed["votes"] == [[IN, 900]] and closed["edges"] == [["outside", True, 10]]
    assert closed["rules"]["min_rate_pct"] == 60 and closed["tag_count"] == 11
    assert closed["tags"][0][0] == sscc(1)
    assert (closed["sscc"], closed["document"], closed["rate"]) == (PALLET, "ASN-1", 100)


@pytest.mark.decision("K13")
@pytest.mark.parametrize("mode", ["training", "shadow"])
def test_where_it_is_only_tried_out_nothing_is_booked_told_or_asked(mode: str) -> None:
    gate = Gate()
    gate.instruct("mode.set", {"scope": "station", "name": GATE, "mode": mode})
    assert gate.through(WHOLE).verdict.code == "GOODS_RECEIVED"
    if mode == "training":
        gate.through((sscc(2), TAGS[0]), after_s=5)
        assert gate.view.open_tasks() == []
    assert gate.through(WHOLE, OUT, after_s=5).verdict.status is Status.ALREADY
    assert (gate.stock_of("SCREW"), gate.booked()) == ({}, [])
    gate.instruct("mode.set", {"scope": "station", "name": GATE, "mode": "live"})
    assert gate.through(WHOLE).verdict.code == "GOODS_RECEIVED"
    assert gate.booked() == ["goods_received"]


def test_a_pallet_for_inspection_comes_in_with_its_status() -> None:
    items = [{"id": "SCREW", "uom": "PCE", "inspected": True,
              "units": [{"uom": "CS", "factor": "24", "gtins": ["10614141000415"]}]}]  # fmt: skip
    gate = Gate(master={"items": items})
    assert gate.through(WHOLE).verdict.code == "GOODS_RECEIVED_QC"
    assert gate.stock_of("SCREW") == {"DOCK/qc": "240"}


def test_the_second_box_of_a_pallet_is_known_too() -> None:
    gate = Gate()
    gate.through([sscc(4), sscc(6)])
    assert gate.codes() == ["PORTAL_RATE"]
    assert INNER_2
