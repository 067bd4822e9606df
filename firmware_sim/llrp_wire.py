"""Bytes of a simulated RFID reader: messages, parameters, tag reports (LLRP 1.0.1, numbers of section 16.2)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any


def message(kind: int, number: int, body: bytes = b"") -> bytes:
    """A message of protocol version 1."""
    return struct.pack(">HII", 1 << 10 | kind, 10 + len(body), number) + body


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


def event(kind: int, body: bytes) -> bytes:
    """ReaderEventNotificationData with one event, at some time."""
    return param(246, param(128, struct.pack(">Q", 1_700_000_000_000_000)) + param(kind, body))


def tag_report(epc: str, antenna: int, rssi_dbm: int, at_us: int) -> bytes:
    """TagReportData: an EPC of 96 bits in the short form, any other with its length."""
    data = bytes.fromhex(epc + "0" * (len(epc) % 2))
    name = b"\x8d" + data if len(data) == 12 else param(241, struct.pack(">H", 4 * len(epc)) + data)
    rest = struct.pack(">BH", 0x81, antenna) + struct.pack(">Bb", 0x86, rssi_dbm) + struct.pack(">BH", 0x87, 7)
    times = struct.pack(">BQ", 0x82, at_us) + struct.pack(">BQ", 0x84, at_us) + struct.pack(">BH", 0x88, 1)
    return param(240, name + rest + times)


def ro_specs_of(spec: tuple[int, bytes, int]) -> bytes:
    """The ROSpec as the reader gives it back, with its present state."""
    spec_id, body, state = spec
    return param(177, struct.pack(">IBB", spec_id, body[4], state) + body[6:])


def capabilities(model: dict[str, Any]) -> bytes:
    """What follows the status in GET_READER_CAPABILITIES_RESPONSE."""
    general = struct.pack(">HHII", model["antennas"], 0x4000, model["maker"], model["model"]) + text_param("6.4.1.240")
    general += param(139, struct.pack(">Hh", 1, -80))
    general += param(141, struct.pack(">HH", 4, 4))
    general += b"".join(param(140, struct.pack(">HHB", n, 1, 1)) for n in range(1, model["antennas"] + 1))
    llrp = struct.pack(">BBHIIIII", 0b0100_1000, 1, 0, model["ro_specs"], 32, 1, 8, 8)
    powers = b"".join(param(145, struct.pack(">Hh", n + 1, 1000 + 25 * n)) for n in range(81))
    hops = param(146, b"\x80" + param(147, struct.pack(">BBH4I", 1, 0, 4, 902_750, 903_250, 903_750, 904_250)))
    mode = struct.pack(">IBBBBIIIII", 1000, 0x80, 2, 0, 2, 250_000, 1500, 6250, 25_000, 1)
    regulatory = struct.pack(">HH", 840, 1) + param(144, powers + hops + param(328, param(329, mode)))
    return param(137, general) + param(142, llrp) + param(143, regulatory)
