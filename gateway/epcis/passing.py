"""What a portal saw, in EPCIS: the tags on a pallet, and the pallet itself where nothing is booked for passing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.codes.epc.epc import decode
from gateway.epcis.aggregation import INFERRED
from gateway.epcis.stage import Body, Stage
from gateway.epcis.uri import LINK, Names, canonical, named_by
from gateway.passage import IN, INHERITS, MEMBER, OUT

VERIFIED = "completeness_verified"
STEPS = {"GOODS_RECEIVED": "receiving", "GOODS_RECEIVED_QC": "receiving", "GOODS_SHIPPED": "shipping",
         "GOODS_MOVED": "storing"}  # fmt: skip
PASSED = "PORTAL_NOTHING"  # it went through, and nothing is booked for that
STEP_OF_PASSING = "entering_exiting"
WHOLE_PCT = 100

Part = tuple[str, dict[str, Any]]


def seen(event: Body, stage: Stage) -> Iterator[Part]:
    """Kind and members of each EPCIS event; none for what was refused, turned back, or had gone through before."""
    if event.get("verdict") != "ok" or event.get("direction") not in (IN, OUT):
        return
    code, sscc = str(event.get("code", "")), str(event.get("sscc", ""))
    if code not in STEPS and code != PASSED:
        return
    here = stage.read_point(event)
    told = {"action": "OBSERVE", "bizStep": STEPS.get(code, STEP_OF_PASSING)}
    where = {"readPoint": {"id": here}} if here else {}
    pallet = stage.naming.unit(sscc) if sscc else ""
    tags = [uri for uri in _tags(event) if canonical(uri) != canonical(pallet)]
    if code == PASSED and (passed := [pallet] if pallet else tags):
        yield "ObjectEvent", {"epcList": passed, **told, "disposition": "in_progress", **where}
    if pallet and tags:
        disposition = VERIFIED if event.get("rate") == WHOLE_PCT else INFERRED
        children = {"parentID": pallet, "childEPCs": tags}
        yield "AggregationEvent", {**children, **told, "disposition": disposition, **where}


def _tags(event: Body) -> list[str]:
    """URIs of the tags that went along and belong there, each once; a tag that is no EPC has none."""
    match = event.get("match", {})
    aside = {*match.get("unexpected", ()), *match.get("other", ())}
    found: dict[str, None] = {}
    for epc, _reads, _rssi, _at, part, *_ in event.get("tags", ()):
        if part in (MEMBER, INHERITS) and epc not in aside:
            read = decode(epc)
            uri = read.identity or (LINK + read.link if read.link else "")
            if uri and Names.INSTANCE in named_by(uri):
                found[uri] = None
    return list(found)
