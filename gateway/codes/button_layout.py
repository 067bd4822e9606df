"""What a button's message is made of: its entries, and in each the button, the kind of press and what identifies it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from gateway.codes.place import Message, Place, PlaceError, WrongTypeError, follow, steps

MAX_BYTES = 65_536  # a LoRaWAN uplink that twenty gateways heard has some ten thousand
ENTRIES_LIMIT = 64  # entries of one message; no device has more inputs

# Numbers as the text they were written in: exact, and never too large to parse.
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)


class PayloadError(ValueError):
    """A payload that is not usable at all; `code` is stable, the text is for people."""

    def __init__(self, code: str, text: str, got: str = "", expected: str = "") -> None:
        super().__init__(text)
        self.code, self.got, self.expected = code, got, expected


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in the messages of one kind of button; pure, shared by driver and interpreter."""

    button: tuple[Place, ...]
    event: Place | None = None
    each: tuple[str | int, ...] | None = None  # path to the list or object whose entries are read; None: the message
    key: tuple[Place, ...] = ()  # what makes this press different from every other one, for ever
    needs_json: bool = True

    @classmethod
    def build(
        cls,
        button: tuple[str, ...],
        event: str | None = None,
        each: str | None = None,
        key: tuple[str, ...] = (),
        others: tuple[Place | None, ...] = (),
    ) -> Layout:
        """From configuration values; PlaceError names the one that is wrong."""
        if each is not None and each[:1] != "$":
            raise PlaceError(f"`each` {each!r}, expected '$' or a path such as '$.params.events'")
        names, keys = tuple(map(Place.parse, button)), tuple(map(Place.parse, key))
        kind = Place.parse(event) if event else None
        places = (*names, *keys, kind, *others)
        needs_json = each is not None or any(place is not None and place.needs_json for place in places)
        return cls(names, kind, None if each is None else steps(each[1:]), keys, needs_json)

    def messages(self, topic: str, data: bytes) -> tuple[Message, ...]:
        """The entries of a message, one when it is not divided; PayloadError or WrongTypeError when it is unusable."""
        if len(data) > MAX_BYTES:
            text = f"The message has {len(data)} bytes, at most {MAX_BYTES} are expected."
            raise PayloadError("PAYLOAD_TOO_LONG", text, str(len(data)), str(MAX_BYTES))
        return self.entries(Message(topic, data, decode(data) if self.needs_json else None))

    def entries(self, message: Message) -> tuple[Message, ...]:
        """The same for a message whose payload is parsed already."""
        if self.each is None:
            return (message,)
        entries = follow(self.each, message.payload)
        if entries is None:
            return ()
        if not isinstance(entries, dict | list):
            raise WrongTypeError("$" + "".join(f".{step}" for step in self.each))
        if len(entries) > ENTRIES_LIMIT:
            text = f"The message reports {len(entries)} things at once, at most {ENTRIES_LIMIT} are expected."
            raise PayloadError("TOO_MANY_ENTRIES", text, str(len(entries)), str(ENTRIES_LIMIT))
        named = entries.items() if isinstance(entries, dict) else enumerate(entries)
        return tuple(message._replace(key=str(key), entry=entry) for key, entry in named)

    def button_of(self, message: Message) -> str | None:
        """The button's id; None when the message does not say which button it was."""
        if len(self.button) == 1:
            return self.button[0].find(message)
        names = [place.find(message) for place in self.button]
        return None if None in names else "/".join(name for name in names if name is not None)

    def kind_of(self, message: Message) -> str | None:
        """The kind of press; "" when every message is one, None when this one is none."""
        return "" if self.event is None else self.event.find(message)

    def key_of(self, message: Message) -> str:
        """The identity that the device gave the press; "" when it gave none or only a part of it."""
        if not self.key:
            return ""
        found = [place.find(message) for place in self.key]
        return "" if not all(found) else "/".join(text for text in found if text is not None)


def decode(data: bytes) -> dict[str, Any]:
    """The JSON object in a payload; PayloadError when there is none."""
    try:
        payload = _DECODER.decode(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        text = f"The message is not usable JSON ({type(error).__name__}): check the button's format."
        raise PayloadError("BAD_JSON", text, "", "a JSON object in UTF-8") from None
    if not isinstance(payload, dict):
        text = "The message is JSON but no object: check what is published on this topic."
        raise PayloadError("NOT_AN_OBJECT", text, type(payload).__name__, "a JSON object")
    return payload
