"""What happened to goods becomes the EPCIS events that the standard wants, valid by schema and by vocabulary."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.epcis.check import check_document
from gateway.model import Action
from tests.epcis.warehouse import OUR_GLN, told_by, violations, whole
from tests.goods.dock import CASE_1, CASE_2, PALLET, SCREW_GTIN
from tests.goods.store import Store

UNDO = Action.UNDO
CLASS = f"https://id.gs1.org/01/{SCREW_GTIN}"


@pytest.fixture
def store() -> Store:
    """A pallet of two cases of 24 screws, just received."""
    store = Store()
    store.do("receive", PALLET)
    return store


def uri(sscc: str) -> str:
    return f"https://id.gs1.org/00/{sscc}"


def last(store: Store, count: int) -> list[dict[str, Any]]:
    return told_by(store)[-count:]


def of(kind: str, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in events if one["type"] == kind]


def test_a_pallet_of_a_ship_notice_is_received_aggregated_and_tied_to_its_documents(store: Store) -> None:
    events = told_by(store)
    assert [one["type"] for one in events] == ["ObjectEvent", *["AggregationEvent"] * 3, "TransactionEvent"]
    receipt = events[0]
    assert receipt["epcList"] == [uri(PALLET)]
    assert (receipt["action"], receipt["bizStep"], receipt["disposition"]) == ("OBSERVE", "receiving", "in_progress")
    assert receipt["readPoint"] == receipt["bizLocation"] == {"id": "urn:epc:id:sgln:0614141.07346.DOCK"}
    assert receipt["eventTimeZoneOffset"] == "+08:00"
    assert receipt["eventTime"] == receipt["recordTime"] and receipt["eventTime"].endswith("Z")
    assert {one["type"]: one["bizTransaction"] for one in receipt["bizTransactionList"]} == {
        "po": f"urn:epcglobal:cbv:bt:{OUR_GLN}:PO-1", "desadv": "https://id.plant.example/bt/V1.ASN-1",
    }  # fmt: skip


def test_what_is_on_a_pallet_is_inferred_from_the_notice_and_not_said_to_have_been_packed_here(store: Store) -> None:
    pallet, case, _ = of("AggregationEvent", told_by(store))
    assert pallet["parentID"] == uri(PALLET) and pallet["childEPCs"] == [uri(CASE_1), uri(CASE_2)]
    assert (pallet["action"], pallet["disposition"]) == ("OBSERVE", "completeness_inferred")
    assert case["childQuantityList"] == [{"epcClass": CLASS, "quantity": 24}]


def test_a_pallet_is_tied_to_order_and_ship_notice_by_a_transaction_event(store: Store) -> None:
    (tie,) = of("TransactionEvent", told_by(store))
    assert tie["action"] == "ADD" and tie["epcList"] == [uri(PALLET)]
    assert sorted(one["type"] for one in tie["bizTransactionList"]) == ["desadv", "po"]


def test_goods_without_a_number_are_told_by_class_lot_and_quantity() -> None:
    store = Store()
    store.do("receive", {"item": "GLUE", "lot": "L/7", "purchase_order": "PO-2", "quantity": "2.5",
                         "expiry": "2031-01-01"})  # fmt: skip
    (receipt,) = told_by(store)
    assert receipt["quantityList"] == [
        {"epcClass": "https://id.plant.example/class/GLUE.L%2F7", "quantity": 2.5, "uom": "KGM"}
    ]


def test_a_case_that_is_moved_alone_is_taken_off_its_pallet(store: Store) -> None:
    store.do("move", CASE_1, "A-02")
    move, removal = last(store, 2)
    assert move["epcList"] == [uri(CASE_1)] and move["bizStep"] == "storing"
    assert move["bizLocation"] == {"id": "https://id.plant.example/loc/A-02"}
    assert (removal["action"], removal["parentID"], removal["childEPCs"]) == ("DELETE", uri(PALLET), [uri(CASE_1)])


def test_a_part_of_a_case_is_a_quantity_and_leaves_the_case(store: Store) -> None:
    store.do("move", CASE_1)
    store.do("move", 10, "A-01")
    move, removal = last(store, 2)
    assert move["quantityList"] == removal["childQuantityList"] == [{"epcClass": CLASS, "quantity": 10}]
    assert "epcList" not in move


def test_a_split_makes_a_unit_and_a_merge_ends_one(store: Store) -> None:
    store.do("split", CASE_1, 4)
    commissioned, *changes = last(store, 3)
    assert (commissioned["action"], commissioned["bizStep"]) == ("ADD", "commissioning")
    new = commissioned["epcList"][0]
    assert [(one["action"], one["parentID"]) for one in changes] == [("DELETE", uri(CASE_1)), ("ADD", new)]
    number = new.rsplit("/", 1)[1]
    store.do("merge", number, CASE_2)
    *changes, gone = last(store, 3)
    assert [(one["action"], one["parentID"]) for one in changes] == [("DELETE", new), ("ADD", uri(CASE_2))]
    assert (gone["action"], gone["bizStep"], gone["epcList"]) == ("DELETE", "decommissioning", [new])


def test_a_shipped_pallet_has_no_place_of_ours_any_more(store: Store) -> None:
    store.do("ship", "SHP-1", PALLET)
    shipped, tie = last(store, 2)
    assert (shipped["bizStep"], shipped["disposition"]) == ("shipping", "in_transit")
    assert "bizLocation" not in shipped and "readPoint" in shipped
    assert tie["bizTransactionList"] == [{"type": "desadv", "bizTransaction": f"urn:epcglobal:cbv:bt:{OUR_GLN}:SHP-1"}]


@pytest.mark.decision("K12")
def test_an_undo_declares_what_was_said_an_error_under_the_same_ids(store: Store) -> None:
    before = told_by(store)
    store.do("receive", UNDO)
    declared = told_by(store)[len(before) :]
    assert [one["eventID"] for one in declared] == [one["eventID"] for one in before]
    assert {one["errorDeclaration"]["reason"] for one in declared} == {"did_not_occur"}
    assert all(one["errorDeclaration"]["declarationTime"] > one["eventTime"] for one in declared)


def test_an_undone_shipment_names_the_event_that_is_true_instead(store: Store) -> None:
    store.do("ship", "SHP-1", PALLET)
    store.do("ship", UNDO)
    *declared, instead = last(store, 3)
    assert instead["bizStep"] == "void_shipping" and instead["epcList"] == [uri(PALLET)]
    assert {tuple(one["errorDeclaration"]["correctiveEventIDs"]) for one in declared} == {(instead["eventID"],)}


def test_a_scan_in_training_or_a_refused_one_tells_nothing(store: Store) -> None:
    count = len(told_by(store))
    store.do("receive", PALLET)  # once more
    store.do("receive", {"item": "SAND", "quantity": "1"})
    assert len(told_by(store)) == count


def everything(store: Store) -> None:
    """A day in which every operation is used, and some are undone."""
    store.do("receive", {"item": "NUT", "purchase_order": "PO-2", "quantity": "100"})
    store.do("receive", {"item": "CHIP", "lot": "L1", "purchase_order": "PO-2", "quantity": "10"})
    store.do("pick", CASE_1)
    store.do("drop", CASE_1, "A-01")
    store.do("label", {"item": "NUT", "quantity": "40"})
    store.do("issue", "WO-1", {"item": "NUT", "quantity": "5"})
    store.do("return", "WO-1", {"item": "NUT", "quantity": "1"})
    store.do("report", "WO-1", 2)
    store.do("finish", "WO-1", 2)
    store.do("lend", "V1", {"item": "CRATE", "quantity": "4"}, Action.CONFIRM)
    store.do("collect", "V1", {"item": "CRATE", "quantity": "2"})
    store.do("count", "DOCK", {"item": "NUT"}, 20)
    store.do("count", "DOCK", {"item": "NUT"}, 20)
    store.do("release", {"item": "CHIP", "lot": "L1"})
    store.do("block", {"item": "CHIP", "lot": "L1"})
    store.do("scrap", CASE_1)
    store.do("ship", "SHP-1", CASE_2)
    store.do("ship", UNDO)


def test_everything_that_can_happen_to_goods_is_valid_by_schema_and_by_vocabulary(store: Store) -> None:
    everything(store)
    document = whole(told_by(store))
    assert violations(document) == []
    assert check_document(document) == []
    steps = {one["bizStep"] for one in document["epcisBody"]["eventList"]}
    assert steps >= {"receiving", "storing", "transporting", "picking", "commissioning", "packing", "shipping",
                     "cycle_counting", "inspecting", "destroying", "void_shipping"}  # fmt: skip


@pytest.mark.promise("R2")
def test_the_same_journal_always_gives_the_same_ids_and_no_id_stands_for_two_things(store: Store) -> None:
    everything(store)
    first, second = told_by(store), told_by(store)
    assert [one["eventID"] for one in first] == [one["eventID"] for one in second]
    true = [one["eventID"] for one in first if "errorDeclaration" not in one]
    assert len(true) == len(set(true))


@pytest.mark.promise("R7")
def test_a_time_without_a_synchronised_clock_is_corrected_by_the_next_synchronised_event_of_its_boot() -> None:
    store = Store()
    store.do("receive", {"item": "NUT", "purchase_order": "PO-2", "quantity": "100"})
    receipt = store.view.journal[-1]
    receipt["q"] = "unsynced"
    right = {"id": "x", "t": "clock_corrected", "boot": receipt["boot"], "q": "ntp", "m": receipt["m"] + 5_000,
             "w": "2027-01-02T03:04:05.000Z"}  # fmt: skip
    store.view.journal.append(right)
    store.view.streams.append("sys")
    assert told_by(store)[-1]["eventTime"] == "2027-01-02T03:04:00.000Z"


def resolved(store: Store, kind: str, **members: Any) -> list[dict[str, Any]]:
    """What is told when a person settles the first posting in this way."""
    before = told_by(store)
    root = next(one for one in store.view.journal if one["t"] == "goods_received")
    body = {**{name: root[name] for name in ("sta", "boot", "q")}, "w": "2027-01-01T00:00:00.000Z", "m": root["m"] + 9,
            "id": f"{kind}-1", "t": kind, **dict.fromkeys(members.pop("refs"), root["id"]), **members}  # fmt: skip
    store.view.journal.append(body)
    store.view.streams.append("mov")
    return told_by(store)[len(before) :]


def test_a_posting_that_a_person_takes_back_never_occurred(store: Store) -> None:
    before = [one["eventID"] for one in told_by(store)]
    declared = resolved(store, "posting_voided", refs=("voids",))
    assert [one["eventID"] for one in declared] == before
    assert {one["errorDeclaration"]["reason"] for one in declared} == {"did_not_occur"}


def test_a_posting_that_a_person_corrects_names_what_is_right(store: Store) -> None:
    move = {"item": "SCREW", "qty": "40", "uom": "PCE", "base": "40", "from": None, "to": "DOCK"}
    *declared, right = resolved(store, "posting_redriven", refs=("redrives",), changed=[["qty", "48", "40"]], mv=[move])
    assert right["quantityList"] == [{"epcClass": CLASS, "quantity": 40}]
    assert {one["errorDeclaration"]["reason"] for one in declared} == {"incorrect_data"}
    assert all(one["errorDeclaration"]["correctiveEventIDs"] == [right["eventID"]] for one in declared)
    document = whole([*declared, right])
    assert check_document(document) == [] and violations(document) == []


def test_a_posting_that_is_only_sent_once_more_is_no_news(store: Store) -> None:
    assert resolved(store, "posting_redriven", refs=("redrives",)) == []
