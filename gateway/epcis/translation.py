"""From journal events to EPCIS events. The same event gives the same EPCIS events with the same ids, always.

A booking of goods is one ObjectEvent, AggregationEvents for what it put into units or took out of them, and a
TransactionEvent that ties a pallet to its documents; what a portal saw stands in passing.py. An undo declares all of
them an error, once more with the same ids, and names what happened instead where something did.
"""

from __future__ import annotations

from typing import Any

from gateway.epcis.act import STEPS, Step, documents_of, emptied, objects_of, place_after, quantities_of
from gateway.epcis.aggregation import aggregations
from gateway.epcis.fingerprint import event_id
from gateway.epcis.passing import seen
from gateway.epcis.stage import Body, Stage
from gateway.kanban.moment import iso_utc

Events = list[dict[str, Any]]

_CONTEXT = ("readPoint", "bizLocation")
TIED = ("receive", "ship")  # operations that tie pallets to documents
STEPS_BACK = {"ship": "void_shipping", "move": "storing", "pick": "storing", "drop": "transporting"}


def translated(event: Body, stage: Stage) -> Events:
    """The EPCIS events of one journal event, [] when it is none of EPCIS' business."""
    match event["t"]:
        case "movement_undone":
            return _undone(event, stage)
        case "posting_voided":
            return _declared(event, str(event["voids"]), "did_not_occur", [], stage)
        case "posting_redriven":
            return _corrected(event, stage)
        case "passage_closed":
            return [_event(kind, event, members, stage) for kind, members in seen(event, stage)]
    if event.get("operation") not in STEPS or "facts" not in event or "redrives" in event:
        return []
    return _booked(event, stage)


def _booked(event: Body, stage: Stage) -> Events:
    naming, step = stage.naming, STEPS[event["operation"]]
    documents = documents_of(event, naming)
    objects = objects_of(event, naming)
    where = _where(event, stage)
    found: Events = []
    if objects and not event.get("is_open") and event["operation"] != "merge":
        told = {"action": step.action, "bizStep": step.biz_step, "disposition": step.disposition, **where}
        found.append(_event("ObjectEvent", event, {**objects, **told, **_listed(documents)}, stage))
    found += [
        _event("AggregationEvent", event, {**part, **where, **_listed(documents)}, stage)
        for part in aggregations(event, naming)
    ]
    for sscc in emptied(event):
        gone = {"epcList": [naming.unit(sscc)], "action": "DELETE", "bizStep": "decommissioning",
                "disposition": "inactive"}  # fmt: skip
        found.append(_event("ObjectEvent", event, {**gone, **_read_point(where)}, stage))
    if documents and "epcList" in objects and event["operation"] in TIED:
        found.append(_event("TransactionEvent", event, _tied(objects, documents, step, where), stage))
    return found


def _tied(objects: Body, documents: list[dict[str, str]], step: Step, where: Body) -> dict[str, Any]:
    return {
        **objects, "action": "ADD", "bizTransactionList": documents, "bizStep": step.biz_step,
        "disposition": step.disposition, **where,
    }  # fmt: skip


def _undone(event: Body, stage: Stage) -> Events:
    """The act was a mistake; where goods are somewhere because of the undo, that is told as well."""
    act = stage.journal(str(event["ref"]))
    if act is None:
        return []
    return _declared(event, str(event["ref"]), "did_not_occur", _instead(event, act, stage), stage)


def _instead(event: Body, act: Body, stage: Stage) -> Events:
    """What is so now: the goods are back where they were before."""
    step_back = STEPS_BACK.get(str(act.get("operation", "")))
    objects = objects_of(act, stage.naming) if step_back else {}
    starts = [one["from"] for one in act.get("mv", ()) if one.get("from")]
    if not objects or not starts:
        return []
    where = {**_read_point(_where(event, stage)), "bizLocation": {"id": stage.naming.place(str(starts[0]))}}
    disposition = "in_transit" if step_back == "transporting" else "in_progress"
    told = {**objects, "action": "OBSERVE", "bizStep": step_back, "disposition": disposition, **where}
    return [_event("ObjectEvent", event, {**told, **_listed(documents_of(act, stage.naming))}, stage)]


def _corrected(event: Body, stage: Stage) -> Events:
    """A posting that a person sent once more with other values: the first one is an error, this is what was."""
    if not event.get("changed"):
        return []
    root = stage.journal(str(event["redrives"]))
    if root is None or root.get("operation") not in STEPS:
        return []
    step = STEPS[root["operation"]]
    objects = quantities_of(event.get("mv", ()), stage.naming)
    right: Events = []
    if objects:
        told = {**objects, "action": step.action, "bizStep": step.biz_step, "disposition": step.disposition,
                **_where(root, stage)}  # fmt: skip
        right = [_event("ObjectEvent", event, {**told, **_listed(documents_of(root, stage.naming))}, stage)]
    return _declared(event, str(event["redrives"]), "incorrect_data", right, stage)


def _declared(event: Body, ref: str, reason: str, right: Events, stage: Stage) -> Events:
    """What was said of `ref`, declared an error; then `right`, which is true instead."""
    wrong = stage.journal(ref)
    if wrong is None or wrong["t"] in ("movement_undone", "posting_voided", "posting_redriven"):
        return right
    times = stage.times(event)
    error: dict[str, Any] = {"declarationTime": iso_utc(stage.happened_ms(event)), "reason": reason}
    if right:
        error["correctiveEventIDs"] = [one["eventID"] for one in right]
    told = [{**one, "recordTime": times["recordTime"], "errorDeclaration": error} for one in translated(wrong, stage)]
    return [*told, *right]


def _event(kind: str, event: Body, members: dict[str, Any], stage: Stage) -> dict[str, Any]:
    body = {"type": kind, **stage.times(event), **members}
    return {"eventID": event_id(body), **body}


def _where(event: Body, stage: Stage) -> dict[str, Any]:
    """`readPoint` and `bizLocation`, as far as they are known."""
    here, after = stage.read_point(event), place_after(event, stage)
    found = {}
    if here:
        found["readPoint"] = {"id": here}
    if after:
        found["bizLocation"] = {"id": stage.naming.place(after)}
    return found


def _read_point(where: Body) -> dict[str, Any]:
    return {name: where[name] for name in _CONTEXT[:1] if name in where}


def _listed(documents: list[dict[str, str]]) -> dict[str, Any]:
    return {"bizTransactionList": documents} if documents else {}
