"""Event hash ids of CBV 2.0 (section 8.9): the same event has the same id, whoever makes it and how often.

The id is a SHA-256 over a string in which members stand in one order, terms and keys in one form. What says when the
event was recorded or that it was an error is left out, so an error declaration has the id of what it speaks of.
In business transactions the type stands before the transaction, as the reference implementation has it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from gateway.epcis.uri import canonical
from gateway.epcis.vocabulary import web_address
from gateway.kanban.moment import iso_utc, wall_ms_of

Body = Mapping[str, Any]


def event_id(event: Body) -> str:
    """`ni:///sha-256;<hex>?ver=CBV2.0` of an event made of the members that `prehash` knows."""
    digest = hashlib.sha256(prehash(event).encode()).hexdigest()
    return f"ni:///sha-256;{digest}?ver=CBV2.0"


def prehash(event: Body) -> str:
    """The string that is hashed: members in canonical order, lists sorted, nothing in between."""
    time = iso_utc(wall_ms_of(event["eventTime"]))
    parts = [f"eventType={event['type']}", f"eventTime={time}", f"eventTimeZoneOffset={event['eventTimeZoneOffset']}"]
    parts.append(_uris("epcList", event))
    if "parentID" in event:
        parts.append(f"parentID={canonical(event['parentID'])}")
    parts += [_uris("childEPCs", event), _quantities("quantityList", event), _quantities("childQuantityList", event)]
    if "action" in event:
        parts.append(f"action={event['action']}")
    parts += [f"{name}={web_address(name, event[name])}" for name in ("bizStep", "disposition") if name in event]
    parts += [f"{name}id={canonical(event[name]['id'])}" for name in ("readPoint", "bizLocation") if name in event]
    parts.append(_transactions(event))
    return "".join(parts)


def number(value: float) -> str:
    """A quantity without trailing zeros or an exponent."""
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _uris(name: str, event: Body) -> str:
    """A list of EPCs."""
    return _listed(name, [f"epc={canonical(uri)}" for uri in event.get(name, ())])


def _quantities(name: str, event: Body) -> str:
    return _listed(name, [_quantity(one) for one in event.get(name, ())])


def _quantity(one: Body) -> str:
    told = f"quantityElementepcClass={canonical(one['epcClass'])}"
    if "quantity" in one:
        told += f"quantity={number(one['quantity'])}"
    return told + (f"uom={one['uom']}" if "uom" in one else "")


def _transactions(event: Body) -> str:
    told = []
    for one in event.get("bizTransactionList", ()):
        kind = f"type={web_address('type', one['type'])}" if "type" in one else ""
        told.append(f"{kind}bizTransaction={canonical(one['bizTransaction'])}")
    return _listed("bizTransactionList", told)


def _listed(name: str, values: list[str]) -> str:
    return name + "".join(sorted(values)) if values else ""
