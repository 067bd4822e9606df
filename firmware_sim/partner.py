"""What a partner who reads the EPCIS repository knows of pallets, beside what really happened at the dock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from firmware_sim.truth import Fact

LINK = "https://id.gs1.org/00/"
STEPS = {"received": "receiving", "left": "shipping"}

Event = dict[str, Any]


def differences(truth: list[Fact], events: Iterable[Event]) -> list[str]:
    """Each pallet that came or left was told once, and no other; what was declared an error counts as never told."""
    told = _told(events)
    found = []
    for fact, step in STEPS.items():
        wanted = Counter(one["sscc"] for one in truth if one["fact"] == fact)
        got = told[step]
        found += [
            f"partners were told {got[number]} times that pallet {number} is {step}, expected {wanted[number]}"
            for number in sorted(wanted.keys() | got.keys())
            if wanted[number] != got[number]
        ]
    return found


def _told(events: Iterable[Event]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {step: Counter() for step in STEPS.values()}
    for event in events:
        if event["type"] == "ObjectEvent" and event["bizStep"] in found:
            by = -1 if "errorDeclaration" in event else 1
            for uri in event.get("epcList", ()):
                found[event["bizStep"]][uri.removeprefix(LINK)] += by
    return {step: +counts for step, counts in found.items()}
