"""A press that a program reports over HTTP: the JSON of a button message, but every message is meant as a press.

A broker's topic carries battery reports beside presses, so a message without an event is passed over
there. Whoever calls us directly made a mistake and must hear of it.
"""

from __future__ import annotations

import json

from gateway.codes.button_json import ButtonMapping
from gateway.codes.place import Message
from gateway.model import Read, Rejection, Scan


def interpret_webhook(read: Read, *, mapping: ButtonMapping) -> Scan | None:
    """What a body says; None for an event that is to be ignored. Never raises, whatever the body."""
    scan = mapping.interpret(read)
    event = mapping.layout.event
    if scan is None and event is not None:
        payload = json.loads(read.data, parse_int=str, parse_float=str, parse_constant=str)  # understood once already
        if event.find(Message("", read.data, payload)) is None:
            text = f"The message does not say what happened: nothing at {event.text}."
            return Scan(read, fault=Rejection("EVENT_MISSING", text, "", event.text))
    return scan
