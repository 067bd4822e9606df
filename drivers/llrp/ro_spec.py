"""The ROSpec: what a reader is to do (LLRP 1.0.1 section 10.2)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from zlib import crc32

from drivers.llrp import parameter as p
from drivers.llrp.capability import Capabilities

DISABLED, INACTIVE, ACTIVE = 0, 1, 2  # states of an ROSpec
_CONTENT = 0b0001_1111_1000_0000  # antenna, channel, RSSI, first and last seen, count
_GEN2 = 1
_CHANNEL = 1  # counts from 1, and for fixed frequencies only
_AT_ONCE = 1  # start trigger: immediate, when enabled
_AFTER_TAGS = 1  # report trigger: after so many tags, or at the end of the AISpec


@dataclass(frozen=True, slots=True)
class Inventory:
    """What the reader is to do: read tags without end and report each read."""

    antennas: tuple[int, ...]  # () for all
    power_cdbm: int  # 0 for the strongest
    session: int
    tag_population: int
    report_tags: int  # a report after so many tags
    mode: int = 0  # identifier of an RF mode; 0 leaves it to the reader


def read_ro_specs(body: bytes) -> list[tuple[int, int]]:
    """Id and state of each ROSpec the reader has."""
    specs = [(one.number(0, "I"), one.number(5, "B")) for one in p.walk(body) if one.type == p.RO_SPEC]
    return [(spec, state) for spec, state in specs if spec is not None and state is not None]


def ro_spec(wanted: Inventory, has: Capabilities, more: bytes = b"") -> tuple[int, bytes]:
    """The ROSpec and its id; `more` is what its maker wants to be told about reports.

    The id is made of what it says, so that a running one is known to be the wanted one.
    """
    body = _ro_spec(0, wanted, has, more)
    spec_id = crc32(body) & 0x7FFF_FFFF or 1
    return spec_id, _ro_spec(spec_id, wanted, has, more)


def _ro_spec(spec_id: int, wanted: Inventory, has: Capabilities, more: bytes) -> bytes:
    start, never = p.tlv(p.RO_START, struct.pack(">B", _AT_ONCE)), p.tlv(p.RO_STOP, struct.pack(">BI", 0, 0))
    boundary = p.tlv(p.RO_BOUNDARY, b"", start, never)
    selector = p.tlv(p.CONTENT_SELECTOR, struct.pack(">H", _CONTENT))
    report = p.tlv(p.RO_REPORT, struct.pack(">BH", _AFTER_TAGS, wanted.report_tags), selector, more)
    return p.tlv(p.RO_SPEC, struct.pack(">IBB", spec_id, 0, DISABLED), boundary, _ai_spec(wanted, has), report)


def _ai_spec(wanted: Inventory, has: Capabilities) -> bytes:
    ports = wanted.antennas or (0,)
    stop = p.tlv(p.AI_STOP, struct.pack(">BI", 0, 0))
    settings = [_antenna(port, wanted, has) for port in ports]
    inventory = p.tlv(p.INVENTORY, struct.pack(">HB", 1, _GEN2), *settings)
    return p.tlv(p.AI_SPEC, struct.pack(f">H{len(ports)}H", len(ports), *ports), stop, inventory)


def _antenna(port: int, wanted: Inventory, has: Capabilities) -> bytes:
    mode = [p.tlv(p.RF_CONTROL, struct.pack(">HH", wanted.mode, 0))] if wanted.mode else []
    inner = [p.tlv(p.INVENTORY_COMMAND, b"\x00", *mode, _singulation(wanted))]
    power = _power_index(wanted.power_cdbm, has)
    if power:
        inner.insert(0, p.tlv(p.RF_TRANSMITTER, struct.pack(">HHH", has.hop_table, _CHANNEL, power)))
    return p.tlv(p.ANTENNA_CONFIGURATION, struct.pack(">H", port), *inner)


def _singulation(wanted: Inventory) -> bytes:
    return p.tlv(p.SINGULATION, struct.pack(">BHI", wanted.session << 6, wanted.tag_population, 0))


def _power_index(power_cdbm: int, has: Capabilities) -> int:
    """The strongest entry that is not above what is wanted; 0 leaves it to the reader."""
    fitting = [(power, index) for index, power in has.powers_cdbm if not power_cdbm or power <= power_cdbm]
    return max(fitting)[1] if fitting else 0
