"""What a portal saw, as EPCIS events beside those of the booking."""

from __future__ import annotations

from typing import Any

from gateway.epcis.check import check_document
from gateway.epcis.uri import canonical
from gateway.passage import BACK, IN, OUT
from gateway.portal.doorway import NOTHING
from tests.epcis.warehouse import naming, told_by, violations, whole
from tests.portal.gate import LISTED, TAGS, Gate
from tests.portal.scene import sgtin, sscc

DOOR = "urn:epc:id:sgln:0614141.07346.DOOR-1"
PALLET_TAG = sscc(int(LISTED[8:17]))


def told(gate: Gate, **members: Any) -> list[dict[str, Any]]:
    return told_by(gate, naming=naming(places={"P1": DOOR}), **members)  # type: ignore[arg-type]


def last_of(kind: str, events: list[dict[str, Any]]) -> dict[str, Any]:
    return [one for one in events if one["type"] == kind][-1]


def test_a_pallet_that_was_read_to_the_last_tag_is_verified_with_all_its_cases() -> None:
    gate = Gate()
    assert gate.through([PALLET_TAG, *TAGS]).verdict.code == "GOODS_RECEIVED"
    events = told(gate)
    seen = last_of("AggregationEvent", events)
    assert (seen["action"], seen["bizStep"], seen["disposition"]) == ("OBSERVE", "receiving", "completeness_verified")
    assert len(seen["childEPCs"]) == len(TAGS) and canonical(seen["parentID"]) == f"https://id.gs1.org/00/{LISTED}"
    assert events[0]["readPoint"] == seen["readPoint"] == {"id": DOOR}
    assert check_document(whole(events)) == [] and violations(whole(events)) == []


def test_what_was_not_read_is_inferred_and_what_does_not_belong_is_not_said_to_be_on_it() -> None:
    gate = Gate()
    gate.through([PALLET_TAG, *TAGS[:4]])
    seen = last_of("AggregationEvent", told(gate))
    assert (seen["disposition"], len(seen["childEPCs"])) == ("completeness_inferred", 4)


def test_a_passage_for_which_nothing_is_booked_is_seen_all_the_same() -> None:
    gate = Gate(outward=NOTHING)
    gate.through([PALLET_TAG, *TAGS], OUT)
    passed, content = told(gate)
    assert (passed["type"], passed["bizStep"], content["bizStep"]) == ("ObjectEvent", *["entering_exiting"] * 2)
    assert [canonical(one) for one in passed["epcList"]] == [f"https://id.gs1.org/00/{LISTED}"]


def test_what_turned_back_was_refused_or_is_no_epc_tells_nothing() -> None:
    gate = Gate()
    gate.through([PALLET_TAG, *TAGS], BACK)
    gate.through([sgtin(1, "10614141999993")], IN)
    assert told(gate) == []
