"""Bytes of a simulated RFID reader: messages, parameters, tag reports (LLRP 1.0.1, numbers of section 16.2)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from firmware_sim.llrp_model import IMPINJ, Model, TagSeen


def message(kind: int, number: int, body: bytes = b"", version: int = 1) -> bytes:
    """A message; version 1 is LLRP 1.0.1, 2 is 1.1."""
    return struct.pack(">HII", version << 10 | kind, 10 + len(body), number) + body


def param(kind: int, value: bytes) -> bytes:
    """A parameter with type and length."""
    return struct.pack(">HH", kind, len(value) + 4) + value


def params(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and value of each parameter with a length; struct.error when one is broken."""
    while body:
        kind, length = struct.unpack(">HH", body[:4])
        if length < 4 or length > len(body):
            raise struct.error(f"parameter {kind} of {length} bytes")
        yield kind & 0x3FF, body[4:length]
        body = body[length:]


def status_param(code: int, text: str) -> bytes:
    """LLRPStatus."""
    return param(287, struct.pack(">H", code) + text_param(text))


def text_param(text: str) -> bytes:
    """A string with its length before it."""
    data = text.encode()
    return struct.pack(">H", len(data)) + data


def event(kind: int, body: bytes, at_us: int = 1_700_000_000_000_000, *, is_utc: bool = True) -> bytes:
    """ReaderEventNotificationData with one event, at a time of UTC or since the reader started."""
    return param(246, param(128 if is_utc else 129, struct.pack(">Q", at_us)) + param(kind, body))


@dataclass(frozen=True)
class Content:
    """What a client wants in its tag reports: bits of TagReportContentSelector, and Impinj's two."""

    bits: int = 0b0001_1111_1000_0000
    phase: bool = False
    peak: bool = False

    def has(self, n: int) -> bool:
        return bool(self.bits & 0x8000 >> n)


def tag_report(tag: TagSeen, first_us: int, last_us: int, content: Content, *, is_utc: bool = True) -> bytes:
    """TagReportData: an EPC of 96 bits in the short form, any other with its length; the rest as wanted."""
    data = bytes.fromhex(tag.epc + "0" * (len(tag.epc) % 2))
    bits = tag.bits or 4 * len(tag.epc)
    name = b"\x8d" + data if bits == 96 else param(241, struct.pack(">H", bits) + data)
    if tag.is_bare:
        return param(240, name)
    first, last = (0x82, 0x84) if is_utc else (0x83, 0x85)
    parts = (
        (0, struct.pack(">BI", 0x89, 1)), (1, struct.pack(">BH", 0x8E, 1)), (2, struct.pack(">BH", 0x8A, 1)),
        (3, struct.pack(">BH", 0x81, tag.antenna)), (5, struct.pack(">Bb", 0x86, tag.rssi_cdbm // 100)),
        (4, struct.pack(">BH", 0x87, tag.channel)), (6, struct.pack(">BQ", first, first_us)),
        (7, struct.pack(">BQ", last, last_us)), (8, struct.pack(">BH", 0x88, tag.count)),
    )  # fmt: skip
    fine = b"".join(
        param(1023, struct.pack(">II", IMPINJ, subtype) + value)
        for subtype, is_wanted, value in (
            (56, content.phase, struct.pack(">H", tag.phase)), (57, content.peak, struct.pack(">h", tag.rssi_cdbm)),
        ) if is_wanted
    )  # fmt: skip
    return param(240, name + b"".join(part for n, part in parts if content.has(n)) + fine)


def content_of(ro_spec: bytes) -> tuple[int, int, Content]:
    """Trigger and number of tags of the ROReportSpec in an ROSpec's value, and what its reports are to hold."""
    for kind, value in params(ro_spec[6:]):
        if kind == 237:
            bits, customs = 0, set()
            for inner, data in params(value[3:]):
                if inner == 238:
                    bits = int.from_bytes(data[:2], "big")
                elif inner == 1023 and data[:8] == struct.pack(">II", IMPINJ, 50):
                    customs = {one[7] for more, one in params(data[8:]) if more == 1023 and one[-1]}
            return value[0], int.from_bytes(value[1:3], "big"), Content(bits, 52 in customs, 53 in customs)
    return 0, 0, Content(0)


def customs_in(body: bytes) -> list[tuple[int, int, bytes]]:
    """Maker, subtype and value of the Custom parameters at this level."""
    return [(*struct.unpack(">II", value[:8]), value[8:]) for kind, value in params(body) if kind == 1023]


def capabilities(model: Model, *, is_utc: bool = True) -> bytes:
    """What follows the status in GET_READER_CAPABILITIES_RESPONSE."""
    general = struct.pack(">HHII", model.antennas, 0x4000 if is_utc else 0, model.maker, model.number)
    general += text_param(model.firmware) + param(139, struct.pack(">Hh", 1, -80))
    general += param(141, struct.pack(">HH", model.inputs, model.outputs))
    general += b"".join(param(140, struct.pack(">HHB", n, 1, 1)) for n in range(1, model.antennas + 1))
    llrp = struct.pack(">BBHIIIII", 0b0100_1000, 1, 0, model.ro_specs, 32, 1, 8, 8)
    powers = b"".join(param(145, struct.pack(">Hh", n + 1, 1000 + 25 * n)) for n in range(81))
    hops = param(146, b"\x80" + param(147, struct.pack(">BBH4I", 1, 0, 4, 902_750, 903_250, 903_750, 904_250)))
    modes = b"".join(
        param(329, struct.pack(">IBBBBIIIII", number, 0x80, 2, 0, 2, 250_000, 1500, 6250, 25_000, 1))
        for number in ((1000, 1002) if model.maker == IMPINJ else (1, 2, 23))
    )
    regulatory = struct.pack(">HH", 840, 1) + param(144, powers + hops + param(328, modes))
    return param(137, general) + param(142, llrp) + param(143, regulatory)
