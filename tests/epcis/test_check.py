"""What a good EPCIS document is, beyond the official schema: terms of CBV 2.0, and URIs that name what they must."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.epcis.check import check_document
from gateway.epcis.uri import URI_LIMIT, Names, canonical, named_by
from tests.epcis.warehouse import told_by, violations, whole
from tests.goods.dock import PALLET
from tests.goods.store import Store

EVENT: dict[str, Any] = {
    "type": "ObjectEvent", "eventTime": "2026-11-22T02:59:58.000Z", "eventTimeZoneOffset": "+08:00",
    "action": "OBSERVE", "bizStep": "receiving", "disposition": "in_progress",
    "epcList": ["urn:epc:id:sscc:0614141.1234567890"], "readPoint": {"id": "urn:epc:id:sgln:0614141.07346.1234"},
    "bizTransactionList": [{"type": "po", "bizTransaction": "urn:epc:id:gdti:0614141.06012.1234"}],
}  # fmt: skip
AGGREGATION = {
    **{name: EVENT[name] for name in ("eventTime", "eventTimeZoneOffset")}, "type": "AggregationEvent",
    "action": "ADD", "parentID": EVENT["epcList"][0], "childEPCs": ["urn:epc:id:sgtin:0614141.812345.6789"],
}  # fmt: skip

NAMES = st.sampled_from([*EVENT, "epcisBody", "eventList", "eventID"])
ANYTHING = st.recursive(
    st.none() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner),
)


def test_a_good_document_has_no_mistakes() -> None:
    document = whole([EVENT, AGGREGATION])
    assert check_document(document) == [] and violations(document) == []


@pytest.mark.parametrize(
    ("event", "members", "said"),
    [
        (EVENT, {"bizStep": "recieving"}, "eventList[0].bizStep: 'recieving', expected a term of CBV 2.0"),
        (EVENT, {"bizStep": "https://ref.gs1.org/cbv/BizStep-recieving"}, "expected a term of CBV 2.0"),
        (EVENT, {"disposition": "in_progres"}, "eventList[0].disposition: 'in_progres'"),
        (EVENT, {"epcList": ["notauri"]}, "eventList[0].epcList[0]: 'notauri', expected one object"),
        (EVENT, {"epcList": ["urn:epc:id:sscc:0614141.12345"]}, "epcList[0]"),  # too few digits
        (EVENT, {"epcList": ["https://id.gs1.org/00/106141412345678909"]}, "epcList[0]"),  # wrong check digit
        (EVENT, {"epcList": ["https://id.gs1.org/01/09506000134352"]}, "epcList[0]"),  # a class, no object
        (EVENT, {"epcList": ["https://www.example.com/"]}, "epcList[0]"),
        (EVENT, {"epcList": "urn:epc:id:sscc:0614141.1234567890"}, "epcList: str, expected a list"),
        (EVENT, {"epcList": []}, "about nothing, expected epcList or quantityList"),
        (EVENT, {"quantityList": [{"epcClass": "urn:epc:id:sscc:0614141.1234567890"}]}, "quantityList[0].epcClass"),
        (EVENT, {"quantityList": [{"epcClass": "https://a.example/class/x", "quantity": 0}]}, "a number above 0"),
        (EVENT, {"quantityList": [{"epcClass": "https://a.example/class/x", "uom": "kg"}]}, "UN/ECE Rec. 20"),
        (EVENT, {"quantityList": [{"quantity": 1}]}, "quantityList[0].epcClass: missing"),
        (EVENT, {"readPoint": {"id": "urn:epc:id:sscc:0614141.1234567890"}}, "readPoint.id"),
        (EVENT, {"readPoint": {"gln": "1"}}, "readPoint.id: missing"),
        (EVENT, {"bizTransactionList": [{"type": "order", "bizTransaction": "https://a.example/bt/1"}]}, "].type"),
        (EVENT, {"bizTransactionList": [{"bizTransaction": "urn:epcglobal:cbv:bt:0614141073460:1"}]}, "bizTransaction"),
        (EVENT, {"action": "READ"}, "eventList[0].action: 'READ', expected one of ADD, DELETE, OBSERVE"),
        (EVENT, {"eventTime": "2026-11-22T02:59:58"}, "eventTime"),
        (EVENT, {"eventTimeZoneOffset": "+15:00"}, "eventTimeZoneOffset"),
        (EVENT, {"eventTimeZoneOffset": None}, "eventTimeZoneOffset"),
        (EVENT, {"eventID": "ni:///sha-256;" + 64 * "0" + "?ver=CBV2.0"}, "expected the hash of this event"),
        (EVENT, {"errorDeclaration": {"reason": "oops"}}, "errorDeclaration.reason"),
        (EVENT, {"childEPCs": []}, "childEPCs: no member of an ObjectEvent"),
        (EVENT, {"type": "SensorEvent"}, "eventList[0].type: 'SensorEvent'"),
        (AGGREGATION, {"childEPCs": ["urn:epc:idpat:sgtin:0614141.812345.*"]}, "childEPCs[0]"),
        (AGGREGATION, {"parentID": "urn:epc:id:sgln:0614141.07346"}, "parentID"),
        ({**AGGREGATION, "type": "TransactionEvent", "epcList": EVENT["epcList"]}, {}, "bizTransactionList: missing"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_was_expected(
    event: dict[str, Any], members: dict[str, Any], said: str
) -> None:
    found = check_document(whole([{**event, **members}]))
    assert any(said in one for one in found), found


def test_two_of_these_mistakes_are_invisible_to_the_official_schema() -> None:
    wrong = whole([{**EVENT, "epcList": ["notauri"]}, {**EVENT, "readPoint": {"id": "urn:epc:id:sscc:0614141.1"}}])
    assert violations(wrong) == []
    assert len(check_document(wrong)) == 2


@pytest.mark.promise("R10")
@settings(max_examples=60)
@given(ANYTHING)
def test_whatever_is_given_is_answered_and_never_raises(value: Any) -> None:
    assert check_document(value) != []
    assert check_document(whole([value])) != []
    assert check_document(whole([{**EVENT, **value}] if isinstance(value, dict) else [value])) is not None


def test_an_event_of_ours_that_was_changed_on_its_way_no_longer_has_its_id() -> None:
    store = Store()
    store.do("receive", PALLET)
    document = whole(told_by(store))
    assert check_document(document) == []
    changed = deepcopy(document)
    changed["epcisBody"]["eventList"][0]["disposition"] = "in_transit"
    assert any("expected the hash" in one for one in check_document(changed))


@pytest.mark.parametrize(
    ("uri", "names"),
    [
        ("urn:epc:id:sgtin:0614141.812345.6789", {Names.INSTANCE}),
        ("urn:epc:id:sgln:0614141.07346.0", {Names.INSTANCE, Names.PLACE}),
        ("urn:epc:id:gdti:0614141.06012.1234", {Names.INSTANCE, Names.TRANSACTION}),
        ("https://id.gs1.org/414/0614141073467/254/D-1", {Names.INSTANCE, Names.PLACE}),
        ("https://brand.example/some/01/09506000134352/21/7?17=301231", {Names.INSTANCE}),
        ("https://id.gs1.org/01/09506000134352/10/L1", {Names.CLASS}),
        ("https://id.gs1.org/8003/00614141123452", {Names.CLASS}),
        ("https://id.gs1.org/8003/00614141123452400", {Names.INSTANCE}),
        ("urn:uuid:0199f0aa-1c00-7000-8000-000000000001", {Names.INSTANCE}),
        ("geo:31.2304,121.4737", {Names.PLACE}),
        ("https://id.plant.example/loc/DOCK-1", {Names.PLACE}),
        ("urn:epc:class:lgtin:4012345.012345.A/B C", set()),
        ("urn:epc:id:sgtin:0614141.812345", set()),
        ("x" * (URI_LIMIT + 1), set()),
        ("https://id.plant.example/obj/ß", set()),
    ],
)
def test_a_uri_says_what_it_may_name(uri: str, names: set[Names]) -> None:
    assert named_by(uri) == names


def test_a_digital_link_is_reduced_to_the_finest_level_at_the_canonical_address() -> None:
    assert canonical("https://brand.example/p/01/09506000134352/22/2A/10/L1/21/7?17=301231") == (
        "https://id.gs1.org/01/09506000134352/21/7"
    )
    assert canonical("https://id.plant.example/loc/DOCK") == "https://id.plant.example/loc/DOCK"
