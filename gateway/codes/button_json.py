"""MQTT buttons: a generic mapping from topic and payload to actions on cards, and calls for help.

Where a value stands is a place (place.py). A message may hold several presses or none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gateway.codes.button_layout import MAX_BYTES, Layout, PayloadError
from gateway.codes.place import Message, Place, PlaceError, WrongTypeError
from gateway.ids import natural_id
from gateway.model import Action, Read, Rejection, Scan
from gateway.quantity import parse_quantity

__all__ = ["MAX_BYTES", "ButtonMapping", "Place", "PlaceError"]

MAX_VALUE_LENGTH = 256

_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?", re.ASCII)
_PACKETS = 1 << 16  # MQTT numbers its packets below it


@dataclass(frozen=True, slots=True)
class ButtonMapping:
    """How one kind of message is read.

    The layout's button places joined with "/" name the button; `bindings` say which card it stands for,
    `calls` whom it calls. `actions` says what each kind of press means; `ignored` kinds and messages
    without one, battery reports for instance, are no presses.
    """

    layout: Layout
    bindings: Mapping[str, str]
    calls: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, Action] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    quantity: Place | None = None
    remainder: Place | None = None

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
        amounts = tuple(Place.parse(text) if text else None for text in (quantity, remainder))
        return cls(
            layout=Layout.build(button, event, others=amounts),
            bindings=dict(bindings),
            actions={kind: Action(action) for kind, action in (actions or {}).items()},
            ignored=frozenset(ignored),
            quantity=amounts[0],
            remainder=amounts[1],
        )

    def interpret(self, read: Read, topic: str | None = None) -> Scan | None:
        """What a message with one press says; None when it is no press at all. Never raises, whatever the payload."""
        presses = self.presses(read, topic)
        return presses[0] if presses else None

    def presses(self, read: Read, topic: str | None = None) -> tuple[Scan, ...]:
        """Every press in a message, each as a read of its own. Never raises, whatever the payload."""
        try:
            entries = self.layout.messages(read.topic if topic is None else topic, read.data)
        except (PayloadError, WrongTypeError) as error:
            return (Scan(read, fault=_unusable(error)),)
        scans = (self._press(part_of(read, n), entry) for n, entry in enumerate(entries))
        return tuple(scan for scan in scans if scan is not None)

    def _press(self, read: Read, message: Message) -> Scan | None:
        try:
            kind = self.layout.kind_of(message)
            if kind is None or kind in self.ignored:
                return None
            if key := self.layout.key_of(message):
                read = replace(read, id=natural_id(read.device, key), press=None)
            return self._meaning(read, message, kind)
        except WrongTypeError as error:
            return Scan(read, fault=_unusable(error))

    def _meaning(self, read: Read, message: Message, kind: str) -> Scan:
        action = Action.SCAN
        if self.layout.event is not None:
            if kind not in self.actions:
                return Scan(read, fault=_unknown_press(kind, self.actions))
            action = self.actions[kind]
        button = self.layout.button_of(message)
        if button is None:
            return Scan(read, action=action, fault=_nameless(self.layout, message))
        if button in self.calls:
            return Scan(read, action, call=self.calls[button])
        if button not in self.bindings:
            return Scan(read, action=action, fault=_unbound(button))
        card = self.bindings[button]
        quantity, remainder = _amount(self.quantity, message), _amount(self.remainder, message)
        for amount in (quantity, remainder):
            if isinstance(amount, Rejection):
                return Scan(read, action=action, card=card, fault=amount)
        # the card a button is bound to may be named by the customer's own code
        return Scan(read, action, card, 0, _number(quantity), _number(remainder), None, card)


def part_of(read: Read, n: int) -> Read:
    """The n-th part of a message as a read of its own: the same one whenever the message is delivered again."""
    if n == 0:
        return read
    press = read.press and replace(read.press, packet=read.press.packet + n * _PACKETS)
    return replace(read, id=natural_id(read.device, f"{read.id}/{n}"), press=press)


def _amount(place: Place | None, message: Message) -> int | Rejection | None:
    text = place.find(message) if place else None
    if place is None or text is None:
        return None
    if not _AMOUNT.fullmatch(text):
        fault = f"The quantity {text[:40]!r} at {place.text} is no number of 0 or more."
        return Rejection("BAD_QUANTITY", fault, text[:MAX_VALUE_LENGTH], "a decimal number of 0 or more")
    return parse_quantity(text)


def _number(amount: int | Rejection | None) -> int | None:
    return None if isinstance(amount, Rejection) else amount


def _unusable(error: PayloadError | WrongTypeError) -> Rejection:
    if isinstance(error, PayloadError):
        return Rejection(error.code, str(error), error.got, error.expected)
    text = f"An object or a list stands at {error}, where a text or a number was expected: check the button's format."
    return Rejection("WRONG_TYPE", text, "object or list", "a text or a number")


def _unknown_press(kind: str, actions: Mapping[str, Action]) -> Rejection:
    text = f"The press {kind[:60]!r} means nothing here: give it an action or ignore it in the configuration."
    return Rejection("UNKNOWN_PRESS", text, kind[:MAX_VALUE_LENGTH], ", ".join(sorted(actions))[:MAX_VALUE_LENGTH])


def _nameless(layout: Layout, message: Message) -> Rejection:
    place = next(place.text for place in layout.button if place.find(message) is None)
    text = f"The press does not say which button it was: nothing at {place}."
    return Rejection("BUTTON_MISSING", text, "", place)


def _unbound(button: str) -> Rejection:
    text = f"Button {button[:60]!r} is not bound to a card: bind it in the configuration."
    return Rejection("UNKNOWN_BUTTON", text, button[:MAX_VALUE_LENGTH])
