"""What the official JSON schema of EPCIS 2.0 leaves open: are terms those of CBV 2.0, and does each URI name what it
must? Structure is checked as far as the schema does, so that a document can be refused without it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from gateway.epcis.fingerprint import event_id
from gateway.epcis.uri import Names, named_by
from gateway.epcis.vocabulary import ACTIONS, BIZ_STEPS, CBV, DISPOSITIONS, ERROR_REASONS, TRANSACTION_TYPES

EVENTS_LIMIT = 100_000  # of one document
MISTAKES_LIMIT = 100  # more are not listed

_OFFSET = re.compile(r"[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00)", re.ASCII)
_UOM = re.compile(r"[A-Z0-9]{2,3}", re.ASCII)
_HASH = re.compile(r"ni:///sha-256;[0-9a-f]{64}\?ver=CBV2\.0", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+", re.ASCII)
_PREFIXED = re.compile(r"[a-z][A-Za-z0-9]*:[^\s]+|@context", re.ASCII)

Mistakes = Iterator[str]
Check = Callable[[str, Any], Mistakes]


def check_document(document: Any) -> list[str]:
    """Every mistake as `where: what, expected what`, at most MISTAKES_LIMIT of them; [] for a good document."""
    found: list[str] = []
    for mistake in _document(document):
        if len(found) == MISTAKES_LIMIT:
            return [*found, "and more mistakes"]
        found.append(mistake)
    return found


def check_event(event: Any, where: str = "event") -> list[str]:
    """The mistakes of one event."""
    return list(_event(where, event))


def _document(document: Any) -> Mistakes:
    if not isinstance(document, dict):
        yield f"document: {type(document).__name__}, expected a JSON object"
        return
    for name, value in (("type", "EPCISDocument"), ("schemaVersion", "2.0")):
        if document.get(name) != value:
            yield f"{name}: {document.get(name)!r}, expected {value!r}"
    if not document.get("@context"):
        yield "@context: missing, expected the context of EPCIS 2.0"
    yield from _moment("creationDate", document.get("creationDate"))
    body = document.get("epcisBody")
    events = body.get("eventList") if isinstance(body, dict) else None
    if not isinstance(events, list) or len(events) > EVENTS_LIMIT:
        yield f"epcisBody.eventList: missing or too long, expected a list of up to {EVENTS_LIMIT} events"
        return
    for number, event in enumerate(events):
        yield from _event(f"eventList[{number}]", event)


def _event(where: str, event: Any) -> Mistakes:
    if not isinstance(event, dict):
        yield f"{where}: {type(event).__name__}, expected a JSON object"
        return
    members = MEMBERS.get(str(event.get("type")))
    if members is None:
        yield f"{where}.type: {event.get('type')!r}, expected one of {', '.join(MEMBERS)}"
        return
    for name in ("eventTime", "eventTimeZoneOffset", "action", *MUST[event["type"]]):
        if name not in event:
            yield f"{where}.{name}: missing, every {event['type']} has one"
    for name in event:
        if name not in members and not _PREFIXED.fullmatch(name):
            yield f"{where}.{name}: no member of an {event['type']}, expected a name with a prefix for an extension"
    known = members & event.keys() & CHECKS.keys()
    flaws = [flaw for name in known for flaw in CHECKS[name](f"{where}.{name}", event[name])]
    yield from sorted(flaws)
    yield from _objects(where, event)
    if not flaws and str(event.get("eventID", "")).startswith("ni:") and (right := event_id(event)) != event["eventID"]:
        yield f"{where}.eventID: {event['eventID']!r}, expected the hash of this event, {right}"


def _objects(where: str, event: Mapping[str, Any]) -> Mistakes:
    lists = ("childEPCs", "childQuantityList") if event["type"] == "AggregationEvent" else ("epcList", "quantityList")
    if not any(event.get(name) for name in lists) and not (event.get("action") == "DELETE" and "parentID" in event):
        yield f"{where}: about nothing, expected {' or '.join(lists)}"
    if event["type"] == "AggregationEvent" and event.get("action") in ("ADD", "DELETE") and "parentID" not in event:
        yield f"{where}.parentID: missing, expected one with action {event['action']}"


def _term(terms: frozenset[str]) -> Check:
    def check(where: str, value: Any) -> Mistakes:
        if not isinstance(value, str) or (value not in terms and not _is_own_term(value)):
            yield f"{where}: {value!r}, expected a term of CBV 2.0 ({', '.join(sorted(terms))}) or a URI of your own"

    return check


def _is_own_term(text: str) -> bool:
    """A URI outside the namespaces of CBV, in which only its own terms stand."""
    return bool(_URI.fullmatch(text)) and not text.startswith((CBV, "urn:epcglobal:"))


def _naming(names: Names) -> Check:
    def check(where: str, value: Any) -> Mistakes:
        if not isinstance(value, str) or names not in named_by(value):
            yield f"{where}: {value!r}, expected {names.value}"

    return check


def _each(check: Check) -> Check:
    def check_all(where: str, value: Any) -> Mistakes:
        if not isinstance(value, list):
            yield f"{where}: {type(value).__name__}, expected a list"
            return
        for number, one in enumerate(value):
            yield from check(f"{where}[{number}]", one)

    return check_all


def _object(members: Mapping[str, Check], *must: str) -> Check:
    def check(where: str, value: Any) -> Mistakes:
        if not isinstance(value, dict):
            yield f"{where}: {type(value).__name__}, expected a JSON object"
            return
        for name in must:
            if name not in value:
                yield f"{where}.{name}: missing"
        for name, inner in value.items():
            if name not in members:
                yield f"{where}.{name}: unknown, expected {', '.join(members)}"
            else:
                yield from members[name](f"{where}.{name}", inner)

    return check


def _moment(where: str, value: Any) -> Mistakes:
    try:
        is_good = isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        is_good = False
    if not is_good:
        yield f"{where}: {value!r}, expected a time with its offset, such as 2026-11-22T02:59:58.000Z"


def _matching(pattern: re.Pattern[str], expected: str) -> Check:
    def check(where: str, value: Any) -> Mistakes:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            yield f"{where}: {value!r}, expected {expected}"

    return check


def _action(where: str, value: Any) -> Mistakes:
    if value not in ACTIONS:
        yield f"{where}: {value!r}, expected one of {', '.join(sorted(ACTIONS))}"


def _amount(where: str, value: Any) -> Mistakes:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 10**15:
        yield f"{where}: {value!r}, expected a number above 0"


def _identity(where: str, value: Any) -> Mistakes:
    is_hash = isinstance(value, str) and value.startswith("ni:")
    if not isinstance(value, str) or not (_HASH if is_hash else _URI).fullmatch(value):
        yield f"{where}: {value!r}, expected ni:///sha-256;<64 hex digits>?ver=CBV2.0 or another URI"


_QUANTITIES = _each(
    _object({"epcClass": _naming(Names.CLASS), "quantity": _amount, "uom": _matching(_UOM, "a code of UN/ECE Rec. 20")},
            "epcClass")
)  # fmt: skip
_INSTANCES = _each(_naming(Names.INSTANCE))
_AT = _object({"id": _naming(Names.PLACE)}, "id")

CHECKS: dict[str, Check] = {
    "eventID": _identity,
    "eventTime": _moment,
    "recordTime": _moment,
    "eventTimeZoneOffset": _matching(_OFFSET, "an offset such as +01:00"),
    "action": _action,
    "bizStep": _term(BIZ_STEPS),
    "disposition": _term(DISPOSITIONS),
    "readPoint": _AT,
    "bizLocation": _AT,
    "epcList": _INSTANCES,
    "childEPCs": _INSTANCES,
    "parentID": _naming(Names.INSTANCE),
    "quantityList": _QUANTITIES,
    "childQuantityList": _QUANTITIES,
    "bizTransactionList": _each(
        _object({"type": _term(TRANSACTION_TYPES), "bizTransaction": _naming(Names.TRANSACTION)}, "bizTransaction")
    ),
    "errorDeclaration": _object(
        {"declarationTime": _moment, "reason": _term(ERROR_REASONS), "correctiveEventIDs": _each(_identity)},
        "declarationTime",
    ),
}
_COMMON = frozenset((
    "type", "eventID", "eventTime", "recordTime", "eventTimeZoneOffset", "errorDeclaration", "action", "bizStep",
    "disposition", "readPoint", "bizLocation", "bizTransactionList",
))  # fmt: skip
# What this gateway writes; a document with other members of EPCIS 2.0 (sensors, sources, ILMD) is not checked here.
MEMBERS: dict[str, frozenset[str]] = {
    "ObjectEvent": _COMMON | {"epcList", "quantityList"},
    "AggregationEvent": _COMMON | {"parentID", "childEPCs", "childQuantityList"},
    "TransactionEvent": _COMMON | {"parentID", "epcList", "quantityList"},
}
MUST: dict[str, tuple[str, ...]] = {
    "ObjectEvent": (), "AggregationEvent": (), "TransactionEvent": ("bizTransactionList",),
}  # fmt: skip
