"""Presses of electric contacts: what the press of one means, as configured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.model import Action, Read, Rejection, Scan


@dataclass(frozen=True, slots=True)
class ContactMeaning:
    """The card a contact stands for ("" for none), and what a short and a long press of it ask for."""

    card: str
    short: Action
    long: Action


def interpret_contact(read: Read, *, meanings: Mapping[str, ContactMeaning]) -> Scan:
    """What a press says; `read.data` is what the driver made of it: {"contact": "3", "press": "short", ...}."""
    told = json.loads(read.data)
    meaning = meanings.get(told["contact"])
    if meaning is None:
        text = f"Contact {told['contact']} is not bound to a card: bind it in the configuration."
        return Scan(read, fault=Rejection("UNKNOWN_BUTTON", text, told["contact"]))
    action = meaning.long if told["press"] == "long" else meaning.short
    # the card a contact is bound to may be named by the customer's own code
    return Scan(read, action, meaning.card, code=meaning.card)
