"""From what an RFID reader tells of a tag that came to what it says. Any bytes give a Scan; none raises."""

from __future__ import annotations

import json

from gateway.codes.epc.epc import decode
from gateway.codes.epc.filter import EpcFilter
from gateway.model import Action, Read, Rejection, Scan


def interpret_tag(
    read: Read, *, wanted: EpcFilter, arrival: Action = Action.SCAN, departure: Action = Action.SCAN
) -> Scan | None:
    """The card whose code is the tag's EPC: its pure identity (`urn:epc:id:grai:…`), its link path, or its bits.

    None for a tag that is none of ours: a tool, a pallet, a badge that passes by.
    """
    try:
        told = json.loads(read.data)
        epc, was_there, has_left = told["epc"], bool(told["was_there"]), bool(told.get("has_left"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Scan(read, fault=Rejection("BAD_TAG_REPORT", "The reader's report could not be read."))
    if not isinstance(epc, str) or not epc:
        return Scan(read, fault=Rejection("BAD_TAG_REPORT", "The reader's report names no tag."))
    tag = decode(epc)
    action = departure if has_left else arrival
    return Scan(read, action, code=tag.name, was_there=was_there) if wanted.passes(tag) else None
