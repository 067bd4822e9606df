"""MQTT buttons: a generic mapping from topic and JSON payload to an action on a card.

Where a value stands is a place: `topic` (all of it), `topic[1]` (its second level), or a path into the
payload such as `$.event.action` or `$.params.events[0].event`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.model import Action, Read, Rejection, Scan
from gateway.quantity import parse_quantity

MAX_BYTES = 4096
MAX_VALUE_LENGTH = 256

_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?", re.ASCII)
# Numbers as the text they were written in: exact, and never too large to parse.
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d{1,4})\]")


class PlaceError(ValueError):
    """A place that cannot be read."""


@dataclass(frozen=True, slots=True)
class Place:
    """A parsed place; `is_topic` or a path of member names and list indexes into the payload."""

    text: str
    is_topic: bool
    path: tuple[str | int, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Place:
        """PlaceError says which place is wrong and what a place looks like."""
        head, rest = ("topic", text[5:]) if text.startswith("topic") else (text[:1], text[1:])
        path: list[str | int] = []
        position = 0
        while position < len(rest):
            step = _STEP.match(rest, position)
            if step is None:
                break
            path.append(step[1] if step[1] is not None else int(step[2]))
            position = step.end()
        is_topic = head == "topic"
        is_topic_level = len(path) <= 1 and all(isinstance(step, int) for step in path)
        if position < len(rest) or not ((is_topic and is_topic_level) or (head == "$" and path)):
            raise PlaceError(f"place {text!r}, expected 'topic', 'topic[1]' or a path such as '$.action'")
        return cls(text, is_topic, tuple(path))

    def find(self, topic: str, payload: Any) -> str | None:
        """The value there as text, None when there is none or it is an object or a list."""
        if self.is_topic:
            levels = topic.split("/")
            if not self.path:
                return topic
            level = self.path[0]
            return levels[level] if isinstance(level, int) and level < len(levels) else None
        value = payload
        for step in self.path:
            if isinstance(step, str):
                value = value.get(step) if isinstance(value, dict) else None
            else:
                value = value[step] if isinstance(value, list) and step < len(value) else None
        if isinstance(value, bool):
            return "true" if value else "false"
        # JSON may escape half a surrogate pair, which no UTF-8 can hold
        return value.encode("utf-8", "replace").decode() if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class ButtonMapping:
    """How one kind of message is read.

    `button` places joined with "/" name the button, `bindings` say which card it stands for. `event` is
    where the kind of press stands (None: every message is a press) and `actions` what each kind means;
    `ignored` kinds and messages without one, battery reports for instance, are no presses.
    """

    button: tuple[Place, ...]
    bindings: Mapping[str, str]
    event: Place | None = None
    actions: Mapping[str, Action] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    quantity: Place | None = None
    remainder: Place | None = None
    needs_payload: bool = True  # False: everything stands in the topic, and any payload will do

    @classmethod
    def build(
        cls,
        bindings: Mapping[str, str],
        *,
        button: tuple[str, ...] = ("topic",),
        event: str | None = None,
        actions: Mapping[str, str] | None = None,
        ignored: tuple[str, ...] = (),
        quantity: str | None = None,
        remainder: str | None = None,
    ) -> ButtonMapping:
        """From configuration values; PlaceError or ValueError names the one that is wrong."""
        names = tuple(map(Place.parse, button))
        others = tuple(map(_place, (event, quantity, remainder)))
        return cls(
            button=names,
            bindings=dict(bindings),
            event=others[0],
            actions={kind: Action(action) for kind, action in (actions or {}).items()},
            ignored=frozenset(ignored),
            quantity=others[1],
            remainder=others[2],
            needs_payload=any(place is not None and not place.is_topic for place in (*names, *others)),
        )

    def interpret(self, read: Read, topic: str | None = None) -> Scan | None:
        """What a message says; None when it is no press at all. Never raises, whatever the payload."""
        topic = read.topic if topic is None else topic
        payload = _load(read.data) if self.needs_payload or len(read.data) > MAX_BYTES else None
        if isinstance(payload, Rejection):
            return Scan(read, fault=payload)
        action = Action.SCAN
        if self.event is not None:
            kind = self.event.find(topic, payload)
            if kind is None or kind in self.ignored:
                return None
            if kind not in self.actions:
                return Scan(read, fault=_unknown_press(kind, self.actions))
            action = self.actions[kind]
        card = self._card(topic, payload)
        if isinstance(card, Rejection):
            return Scan(read, action=action, fault=card)
        quantity = _amount(self.quantity, topic, payload)
        remainder = _amount(self.remainder, topic, payload)
        for amount in (quantity, remainder):
            if isinstance(amount, Rejection):
                return Scan(read, action=action, card=card, fault=amount)
        # the card a button is bound to may be named by the customer's own code
        return Scan(read, action, card, 0, _number(quantity), _number(remainder), None, card)

    def _card(self, topic: str, payload: Any) -> str | Rejection:
        names = []
        for place in self.button:
            name = place.find(topic, payload)
            if name is None:
                text = f"The press does not say which button it was: nothing at {place.text}."
                return Rejection("BUTTON_MISSING", text, "", place.text)
            names.append(name)
        button = "/".join(names)
        if button not in self.bindings:
            text = f"Button {button[:60]!r} is not bound to a card: bind it in the configuration."
            return Rejection("UNKNOWN_BUTTON", text, button[:MAX_VALUE_LENGTH])
        return self.bindings[button]


def _place(text: str | None) -> Place | None:
    return Place.parse(text) if text else None


def _load(data: bytes) -> Any:
    if len(data) > MAX_BYTES:
        text = f"The message has {len(data)} bytes, at most {MAX_BYTES} are expected."
        return Rejection("PAYLOAD_TOO_LONG", text, str(len(data)), str(MAX_BYTES))
    try:
        return _DECODER.decode(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        text = f"The message is not usable JSON ({type(error).__name__}): check the button's format."
        return Rejection("BAD_JSON", text, "", "a JSON object in UTF-8")


def _amount(place: Place | None, topic: str, payload: Any) -> int | Rejection | None:
    text = place.find(topic, payload) if place else None
    if place is None or text is None:
        return None
    if not _AMOUNT.fullmatch(text):
        fault = f"The quantity {text[:40]!r} at {place.text} is no number of 0 or more."
        return Rejection("BAD_QUANTITY", fault, text[:MAX_VALUE_LENGTH], "a decimal number of 0 or more")
    return parse_quantity(text)


def _number(amount: int | Rejection | None) -> int | None:
    return None if isinstance(amount, Rejection) else amount


def _unknown_press(kind: str, actions: Mapping[str, Action]) -> Rejection:
    text = f"The press {kind[:60]!r} means nothing here: give it an action or ignore it in the configuration."
    return Rejection("UNKNOWN_PRESS", text, kind[:MAX_VALUE_LENGTH], ", ".join(sorted(actions))[:MAX_VALUE_LENGTH])
