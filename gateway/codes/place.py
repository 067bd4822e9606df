"""Where a value stands in a message: in its topic, in its payload, or in one entry of a list inside it.

    topic            the whole topic              topic[1]              its second level
    payload          the whole payload as text    $.event.action        a member of the JSON payload
    @key             the name of the entry        @.component           a member of the entry
    hex($.data)      base64 as hexadecimal        hex($.data)[0]        its first byte
    unix(@.ts)       a number of seconds since 1970; a device whose clock was never set tells none

Which entries there are is said by the mapping's `each` (see button_json.py).
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from typing import Any, NamedTuple

PLACE_PATTERN = (
    r"^(topic(\[\d{1,2}\])?|payload|@key|[$@](\.[^.\[\]()]+|\[\d{1,4}\])+"
    r"|(hex|unix)\([$@](\.[^.\[\]()]+|\[\d{1,4}\])+\)(\[\d{1,4}\])?)$"
)
_SHAPE = re.compile(PLACE_PATTERN)
_PARTS = re.compile(r"^(?:(hex|unix)\()?(topic|payload|@key|[$@])([^()]*)\)?(?:\[(\d{1,4})\])?$")
_STEP = re.compile(r"\.([^.\[\]()]+)|\[(\d{1,4})\]")
_UNIX_TIME = re.compile(r"[1-9]\d{9}(\.\d{1,9})?", re.ASCII)  # 2001 to 2286


class PlaceError(ValueError):
    """A place that cannot be read."""


class WrongTypeError(ValueError):
    """An object or a list stands where a text or a number was expected."""


class Message(NamedTuple):
    """One message, or with `entry` one entry of it. A tuple, since one is made for every press."""

    topic: str
    text: bytes
    payload: Any = None  # the parsed JSON, numbers as the text they were written in
    key: str = ""
    entry: Any = None


@dataclass(frozen=True, slots=True)
class Place:
    """A parsed place: `root` is topic, payload, @key, $ or @; `path` leads on from there."""

    text: str
    root: str
    path: tuple[str | int, ...] = ()
    reading: str = ""  # "", hex or unix
    byte: int | None = None  # which byte of a hex reading

    @classmethod
    def parse(cls, text: str) -> Place:
        """PlaceError says which place is wrong and what a place looks like."""
        parts = _PARTS.match(text) if _SHAPE.match(text) else None
        if parts is None:
            raise PlaceError(f"place {text!r}, expected 'topic', 'topic[1]' or a path such as '$.action'")
        path = steps(parts[3])
        byte = int(parts[4]) if parts[4] is not None else None
        if parts[1] is None and byte is not None:  # without a reading the last index belongs to the path
            path, byte = (*path, byte), None
        return cls(text, parts[2], path, parts[1] or "", byte)

    @property
    def needs_json(self) -> bool:
        """Whether the payload has to be JSON for it."""
        return self.root in ("$", "@", "@key")

    def find(self, message: Message) -> str | None:
        """The value there as text, None when there is none; WrongTypeError when it is an object or a list."""
        if self.root == "topic":
            return _level(message.topic, self.path)
        if self.root == "payload":
            return _printable(message.text)
        if self.root == "@key":
            return message.key
        text = _text(follow(self.path, message.payload if self.root == "$" else message.entry), self.text)
        if text is None or not self.reading:
            return text
        return _hex(text, self.byte) if self.reading == "hex" else _unix(text)


def steps(path: str) -> tuple[str | int, ...]:
    """Member names and indexes of a path such as `.a.b[0]`."""
    return tuple(name or int(index) for name, index in _STEP.findall(path))


def follow(path: tuple[str | int, ...], value: Any) -> Any:
    """What stands at the end of a path; None when it leads nowhere."""
    for step in path:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        else:
            value = value[step] if isinstance(value, list) and step < len(value) else None
    return value


def _level(topic: str, path: tuple[str | int, ...]) -> str | None:
    if not path:
        return topic
    levels, level = topic.split("/"), path[0]
    return levels[level] if isinstance(level, int) and level < len(levels) else None


def _text(value: Any, place: str) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        raise WrongTypeError(place)
    # JSON may escape half a surrogate pair, which no UTF-8 can hold
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else None


def _printable(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _hex(text: str, byte: int | None) -> str | None:
    """Base64 as lower-case hexadecimal, or one byte of it; a text that is no base64 as it is, to be refused by name."""
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except (ValueError, binascii.Error):
        return text
    if byte is not None:
        data = data[byte : byte + 1]
    return data.hex() or None


def _unix(text: str) -> str | None:
    return text if _UNIX_TIME.fullmatch(text) else None
