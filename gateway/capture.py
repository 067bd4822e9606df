"""Recorded messages: JSON lines of what a device sent, to be replayed.

    {"topic": "zigbee2mqtt/bin-12", "payload": "{\\"action\\":\\"single\\"}", "at_ms": 0}
    {"topic": "…", "hex": "fffe", "retain": true, "dup": true, "qos": 0}        bytes that are no text
    {"hex": "4b312e50310d", "at_ms": 1500}                                     bytes of a serial line
    {"text": "K1.P1.K-000812-03.1.7Q", "aim": "]d2"}                           one code, already framed

`at_ms` is milliseconds since 1970 or since the beginning; without it a message comes with the one before.
`note` and `expect` are for people and tests.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gateway.errors import GatewayError

LINE_LIMIT_BYTES = 1 << 20
_MEMBERS: dict[str, type] = {
    "topic": str, "payload": str, "hex": str, "text": str, "aim": str, "at_ms": int, "retain": bool, "dup": bool,
    "qos": int, "note": str,
}  # fmt: skip


class CaptureError(GatewayError):
    """A line that is no recorded message."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One recorded message; `topic` is "" for a serial device."""

    line: int
    data: bytes
    at_ms: int | None = None
    topic: str = ""
    is_framed: bool = False  # one code without its suffix
    aim: str = ""
    retain: bool = False
    dup: bool = False
    qos: int = 1


def read_captures(lines: Iterable[bytes], name: str) -> Iterator[Capture]:
    """The messages in a file, empty lines left out; CaptureError names file, line and mistake."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _capture(number, _members(line))
            except ValueError as error:
                hint = 'expected for example {"topic":"zigbee2mqtt/bin-12","payload":"{}","at_ms":0}'
                raise CaptureError(f"{name}:{number}: {error}", hint=hint) from None


def _members(line: bytes) -> dict[str, Any]:
    if len(line) > LINE_LIMIT_BYTES:
        raise ValueError(f"the line has more than {LINE_LIMIT_BYTES} bytes")
    try:
        members = json.loads(line.decode())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"no JSON in UTF-8 ({error})") from None
    if not isinstance(members, dict):
        raise ValueError("no JSON object")
    for key, value in members.items():
        if key == "expect":
            continue
        if key not in _MEMBERS:
            raise ValueError(f"unknown member {key!r}, expected {', '.join(_MEMBERS)} or expect")
        if type(value) is not _MEMBERS[key]:
            raise ValueError(f"{key} is {json.dumps(value)[:60]}, expected {_MEMBERS[key].__name__}")
    return members


def _capture(number: int, members: dict[str, Any]) -> Capture:
    contents = [name for name in ("payload", "hex", "text") if name in members]
    if len(contents) != 1:
        raise ValueError("expected exactly one of payload, hex and text")
    (content,) = contents
    if (content == "payload" and "topic" not in members) or (content == "text" and "topic" in members):
        raise ValueError("a payload belongs to a topic, a text to a serial device")
    if members.get("qos", 1) not in (0, 1, 2):
        raise ValueError(f"qos is {members['qos']}, expected 0, 1 or 2")
    if not 0 <= members.get("at_ms", 0) < 1 << 43:
        raise ValueError(f"at_ms is {members['at_ms']}, expected milliseconds since 1970 or since the beginning")
    text = members[content]
    data = bytes.fromhex(text) if content == "hex" else text.encode("utf-8", "surrogatepass")
    known = {name: members[name] for name in ("at_ms", "topic", "aim", "retain", "dup", "qos") if name in members}
    return Capture(number, data, is_framed=content == "text", **known)
