"""Event hash ids against the reference implementation, package epcis-event-hash-generator."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from epcis_event_hash_generator import hash_generator, json_to_py
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.epcis.document import document_of
from gateway.epcis.fingerprint import event_id, prehash
from tests.epcis.test_translation import everything
from tests.epcis.warehouse import naming, told_by
from tests.goods.dock import PALLET
from tests.goods.store import Store

pytestmark = pytest.mark.filterwarnings("ignore:open_text is deprecated:DeprecationWarning")  # in the reference

INSTANCES = (
    "urn:epc:id:sscc:0614141.1234567890", "urn:epc:id:sgtin:0614141.812345.6789", "urn:epc:id:grai:0614141.12345.400",
    "urn:epc:id:sgtin:0614141.112345.A%2F7", "https://id.gs1.org/00/306141411234567892",
    "https://id.plant.example/obj/7",
)  # fmt: skip
CLASSES = (
    "urn:epc:class:lgtin:4012345.012345.998877", "urn:epc:idpat:sgtin:4012345.012345.*",
    "https://id.gs1.org/01/09506000134352/10/L%2F1", "https://id.plant.example/class/SAND",
)  # fmt: skip
TRANSACTIONS = ("urn:epcglobal:cbv:bt:0614141073467:PO-7", "urn:epc:id:gdti:0614141.06012.1234",
                "https://id.plant.example/bt/V1.ASN-1")  # fmt: skip


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.WARNING)  # the reference warns of every URI that has no key
    yield
    logging.disable(logging.NOTSET)


def theirs(events: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """Ids and pre-hash strings by the reference implementation."""
    document = json.loads(json.dumps(document_of(events, 0)))
    found = json_to_py.event_list_from_epcis_document_json(document)
    return hash_generator.epcis_hashes_from_events(found), hash_generator.derive_prehashes_from_events(found)


def test_every_event_that_goods_can_cause_has_the_id_that_the_reference_gives() -> None:
    store = Store()
    store.do("receive", PALLET)
    everything(store)
    events = told_by(store, naming=naming(prefixes=("4012345", "0614141", "400000"), gln=""))
    ids, strings = theirs(events)
    assert [prehash(one) for one in events] == strings
    assert [one["eventID"] for one in events] == ids
    assert ids[0].startswith("ni:///sha-256;") and ids[0].endswith("?ver=CBV2.0")


quantities = st.lists(
    st.fixed_dictionaries(
        {"epcClass": st.sampled_from(CLASSES), "quantity": st.integers(1, 10**6) | st.sampled_from([0.5, 2.125])},
        optional={"uom": st.sampled_from(["KGM", "MTR"])},
    ),
    min_size=1, max_size=4,
)  # fmt: skip
events = st.fixed_dictionaries(
    {
        "type": st.just("ObjectEvent"),
        "eventTime": st.sampled_from(["2026-11-22T02:59:58.000Z", "2026-11-22T10:59:58.120+08:00"]),
        "eventTimeZoneOffset": st.just("+08:00"), "action": st.sampled_from(["ADD", "OBSERVE", "DELETE"]),
        "epcList": st.lists(st.sampled_from(INSTANCES), min_size=1, max_size=4, unique=True),
    },
    optional={
        "bizStep": st.sampled_from(["receiving", "storing"]),
        "disposition": st.sampled_from(["in_progress", "in_transit"]),
        "quantityList": quantities,
        "readPoint": st.sampled_from([{"id": "urn:epc:id:sgln:0614141.07346.D-1"}, {"id": "https://a.example/loc/D"}]),
        "bizLocation": st.just({"id": "urn:epc:id:sgln:0614141.07346.0"}),
        "bizTransactionList": st.lists(
            st.builds(lambda kind, uri: {"type": kind, "bizTransaction": uri}, st.sampled_from(["po", "desadv"]),
                      st.sampled_from(TRANSACTIONS)), min_size=1, max_size=3),
    },
)  # fmt: skip


@settings(max_examples=60)
@given(events)
def test_any_event_has_the_id_that_the_reference_gives(event: dict[str, Any]) -> None:
    ids, strings = theirs([event])
    assert prehash(event) == strings[0]
    assert event_id(event) == ids[0]


def test_what_says_when_it_was_recorded_or_that_it_was_an_error_does_not_change_the_id() -> None:
    event = {"type": "ObjectEvent", "eventTime": "2026-11-22T02:59:58.000Z", "eventTimeZoneOffset": "+08:00",
             "action": "OBSERVE", "epcList": [INSTANCES[0]]}  # fmt: skip
    later = {**event, "recordTime": "2026-11-23T00:00:00.000Z",
             "errorDeclaration": {"declarationTime": "2026-11-23T00:00:00.000Z"}}  # fmt: skip
    assert event_id(event) == event_id(later) != event_id({**event, "action": "ADD"})


def test_a_urn_and_its_digital_link_are_the_same_object() -> None:
    event = {"type": "ObjectEvent", "eventTime": "2026-11-22T02:59:58.000Z", "eventTimeZoneOffset": "+08:00",
             "action": "OBSERVE", "epcList": ["urn:epc:id:sscc:0614141.1234567890"]}  # fmt: skip
    assert event_id(event) == event_id({**event, "epcList": ["https://dl.supplier.example/00/106141412345678908"]})
