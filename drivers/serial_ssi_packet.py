"""Packets of Zebra's Simple Serial Interface (SSI). Pure: bytes in, packets out, however they were cut.

    length · opcode · source · status · data … · checksum high · checksum low

`length` counts everything before the checksum, which is the two's complement of the sum of those bytes. Source: Zebra
DS9908 Product Reference Guide, chapter SSI Interface; Symbol SE955 Integration Guide, chapter 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

HEADER_BYTES = 4
CHECKSUM_BYTES = 2
DATA_LIMIT_BYTES = 0xFF - HEADER_BYTES
CHARACTER_TIMEOUT_MS = 200  # Host Character Timeout: silence inside a packet ends it

DECODER, HOST = 0x00, 0x04  # who speaks
RETRANSMITTED, CONTINUED = 0x01, 0x02  # bits of the status


class Opcode(IntEnum):
    """What a packet says; [SE955] 10-1, [DS9908] table 15."""

    REPLY_REVISION = 0xA4
    PARAM_SEND = 0xC6
    CMD_ACK = 0xD0
    CMD_NAK = 0xD1
    CAPABILITIES_REPLY = 0xD4
    BEEP = 0xE6
    LED_ON = 0xE7
    LED_OFF = 0xE8
    SCAN_ENABLE = 0xE9
    DECODE_DATA = 0xF3
    EVENT = 0xF6


class Nak(IntEnum):
    """Why something is not acknowledged; [SE955] table 10-5."""

    RESEND = 0x01
    BAD_CONTEXT = 0x02
    DENIED = 0x06


# What a decoder may begin a packet with. Anything else means that we are not at the beginning of one.
FROM_DECODER = frozenset(
    {
        Opcode.REPLY_REVISION, Opcode.PARAM_SEND, Opcode.CMD_ACK, Opcode.CMD_NAK, Opcode.CAPABILITIES_REPLY,
        Opcode.DECODE_DATA, Opcode.EVENT,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Packet:
    """One sound packet without length, source and checksum."""

    opcode: int
    data: bytes = b""
    status: int = 0

    @property
    def is_retransmitted(self) -> bool:
        return bool(self.status & RETRANSMITTED)

    @property
    def is_continued(self) -> bool:
        """More packets of the same message follow."""
        return bool(self.status & CONTINUED)


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes that were to be a packet and are none."""

    length: int


def checksum(data: bytes) -> bytes:
    """Two's complement of the sum of `data`, high byte first."""
    return (-sum(data) & 0xFFFF).to_bytes(2, "big")


def encode(packet: Packet) -> bytes:
    """A packet as the host sends it; ValueError when the data is too long for one."""
    if len(packet.data) > DATA_LIMIT_BYTES:
        raise ValueError(f"{len(packet.data)} bytes do not fit into one packet of {DATA_LIMIT_BYTES}")
    body = bytes([HEADER_BYTES + len(packet.data), packet.opcode, HOST, packet.status]) + packet.data
    return body + checksum(body)


def parameter_bytes(number: int) -> bytes:
    """A parameter's number as PARAM_SEND carries it: one byte below F0, else a prefix that says the range.

    [DS9908]: 238 is EEh, 256 is F0h 00h, 334 is F0h 4Eh; numbers from 1024 are F8h and two bytes.
    """
    if number < 0xF0:
        return bytes([number])
    if number < 0x100:
        raise ValueError(f"parameter {number} does not exist: 240 to 255 begin longer numbers")
    if number < 0x400:
        return bytes([0xF0 + (number >> 8) - 1, number & 0xFF])
    return b"\xf8" + number.to_bytes(2, "big")


class PacketFramer:
    """The state of one connection's incoming bytes; memory stays below one packet plus one chunk."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._skipped = 0  # bytes in front of what may be a packet
        self._last_ms = 0

    def feed(self, chunk: bytes, now_ms: int) -> list[Packet | Damage]:
        """Take the next bytes and return what they completed."""
        self._last_ms = now_ms
        self._buffer += chunk
        found: list[Packet | Damage] = []
        while self._buffer:
            if not self._may_begin():
                del self._buffer[:1]
                self._skipped += 1
                continue
            end = self._buffer[0] + CHECKSUM_BYTES
            if len(self._buffer) < end:
                break
            found += self._finish(bytes(self._buffer[:end]))
            del self._buffer[:end]
        return found

    @property
    def deadline_ms(self) -> int | None:
        """When the silence will have lasted long enough to call `expire`; None while nothing is pending."""
        return self._last_ms + CHARACTER_TIMEOUT_MS if self._buffer or self._skipped else None

    def expire(self, now_ms: int) -> list[Packet | Damage]:
        """The line is known to be silent: a packet that stopped half way is damage."""
        deadline_ms = self.deadline_ms
        if deadline_ms is None or now_ms < deadline_ms:
            return []
        length = self._skipped + len(self._buffer)
        self._buffer.clear()
        self._skipped = 0
        return [Damage(length)]

    def _may_begin(self) -> bool:
        """Whether what is here so far can be the beginning of a packet from a decoder."""
        head = self._buffer
        return (
            head[0] >= HEADER_BYTES
            and (len(head) < 2 or head[1] in FROM_DECODER)
            and (len(head) < 3 or head[2] == DECODER)
        )

    def _finish(self, raw: bytes) -> list[Packet | Damage]:
        skipped, self._skipped = self._skipped, 0
        before = [Damage(skipped)] if skipped else []
        if checksum(raw[:-CHECKSUM_BYTES]) != raw[-CHECKSUM_BYTES:]:
            return [Damage(skipped + len(raw))]
        return [*before, Packet(raw[1], raw[HEADER_BYTES:-CHECKSUM_BYTES], raw[3])]
