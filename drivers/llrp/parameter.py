"""LLRP parameters: a walk over what a message is made of, that skips by length what it does not know.

Parameters with a type and a value (TV) have a fixed length by their type, those with a length (TLV) say it
(LLRP 1.0.1 section 16.1.2). A length that leads outside ends the walk; what was read before it stays good.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

TEXT_LIMIT = 200  # characters of what a reader says in words

# Bytes of TV parameters without their type byte (LLRP 1.0.1 section 16.2, 1.1 for 19 and 20).
TV_BYTES = {
    1: 2, 2: 8, 3: 8, 4: 8, 5: 8, 6: 1, 7: 2, 8: 2, 9: 4, 10: 2, 11: 2, 12: 2, 13: 12, 14: 2, 15: 2, 16: 4, 17: 2,
    18: 4, 19: 2, 20: 2,
}  # fmt: skip

UTC_TIMESTAMP, UPTIME = 128, 129
GENERAL_CAPABILITIES, GPIO_CAPABILITIES, LLRP_CAPABILITIES = 137, 141, 142
REGULATORY_CAPABILITIES, UHF_CAPABILITIES, POWER_ENTRY = 143, 144, 145
FREQUENCY_INFORMATION, HOP_TABLE, FIXED_TABLE = 146, 147, 148
RO_SPEC, RO_BOUNDARY, RO_START, RO_STOP = 177, 178, 179, 182
AI_SPEC, AI_STOP, INVENTORY = 183, 184, 186
GPO_WRITE, KEEPALIVE_SPEC, ANTENNA_CONFIGURATION, RF_TRANSMITTER = 219, 220, 222, 224
GPI_STATE, EVENTS_AND_REPORTS, RO_REPORT, CONTENT_SELECTOR = 225, 226, 237, 238
TAG_REPORT, EPC_DATA = 240, 241
NOTIFICATION_SPEC, NOTIFICATION_STATE, NOTIFICATION = 244, 245, 246
GPI_EVENT, RO_SPEC_EVENT, BUFFER_WARNING, BUFFER_OVERFLOW = 248, 249, 250, 251
READER_EXCEPTION, AI_SPEC_EVENT, ANTENNA_EVENT, CONNECTION_ATTEMPT, CONNECTION_CLOSE = 252, 254, 255, 256, 257
STATUS, MODE_TABLE, MODE_ENTRY, INVENTORY_COMMAND, RF_CONTROL, SINGULATION = 287, 328, 329, 330, 335, 336
CUSTOM = 1023


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its type and its value without the header."""

    type: int
    value: bytes

    def number(self, at: int, layout: str) -> int | None:
        """An integer at an offset, None when the value is too short for it."""
        form = struct.Struct(">" + layout)
        if at + form.size > len(self.value):
            return None
        return int(form.unpack_from(self.value, at)[0])

    def text(self, at: int) -> str:
        """A UTF-8 string with its length before it, "" when it is cut off. For people: bounded, and printable."""
        length = self.number(at, "H")
        if length is None:
            return ""
        text = self.value[at + 2 : at + 2 + length].decode("utf-8", "replace")[:TEXT_LIMIT]
        return "".join(one if one.isprintable() else "?" for one in text)


def walk(data: bytes, at: int = 0) -> Iterator[Parameter]:
    """The parameters from an offset on."""
    end = len(data)
    while at < end:
        if data[at] & 0x80:
            kind = data[at] & 0x7F
            size = TV_BYTES.get(kind)
            if size is None or at + 1 + size > end:
                return  # an unknown TV has no length: nothing behind it can be found
            yield Parameter(kind, data[at + 1 : at + 1 + size])
            at += 1 + size
            continue
        if at + 4 > end:
            return
        kind, length = struct.unpack_from(">HH", data, at)
        if length < 4 or at + length > end:
            return
        yield Parameter(kind & 0x3FF, data[at + 4 : at + length])
        at += length


def first(data: bytes, kind: int, at: int = 0) -> Parameter | None:
    """The first parameter of a type, at this level."""
    return next((one for one in walk(data, at) if one.type == kind), None)


# Where the parameters inside a TLV begin; those with a string or a list before them are looked at by their readers.
_INNER_AT = {REGULATORY_CAPABILITIES: 4, FREQUENCY_INFORMATION: 1}


def find(data: bytes, path: Iterable[int], at: int = 0) -> list[Parameter]:
    """All parameters at the end of a path of types."""
    kind, *rest = path
    found = [one for one in walk(data, at) if one.type == kind]
    if not rest:
        return found
    return [inner for one in found for inner in find(one.value, rest, _INNER_AT.get(kind, 0))]


def tlv(kind: int, value: bytes = b"", *inner: bytes) -> bytes:
    """The bytes of a TLV parameter with others inside it."""
    body = value + b"".join(inner)
    return struct.pack(">HH", kind, 4 + len(body)) + body
