"""The messages this client sends, and what it reads of the answers (LLRP 1.0.1 sections 9 to 14)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

from drivers.llrp import parameter as p

GET_CAPABILITIES, SET_CONFIG, CLOSE = 1, 3, 14
ADD_RO_SPEC, DELETE_RO_SPEC, START_RO_SPEC, ENABLE_RO_SPEC, GET_RO_SPECS = 20, 21, 22, 24, 26
DELETE_ACCESS_SPEC, GET_REPORT, REPORT, KEEPALIVE, NOTIFY = 41, 60, 61, 62, 63
ENABLE_EVENTS, KEEPALIVE_ACK, ERROR = 64, 72, 100
ANSWERS = {GET_CAPABILITIES: 11, SET_CONFIG: 13, CLOSE: 4, ADD_RO_SPEC: 30, DELETE_RO_SPEC: 31, START_RO_SPEC: 32,
           ENABLE_RO_SPEC: 34, GET_RO_SPECS: 36, DELETE_ACCESS_SPEC: 51}  # fmt: skip

DISABLED, INACTIVE, ACTIVE = 0, 1, 2  # states of an ROSpec
_EVENTS = (1, 2, 3, 4, 6, 8)  # GPI, ROSpec, buffer warning, reader exception, AISpec, antenna
_CONTENT = 0b0001_1111_1000_0000  # antenna, channel, RSSI, first and last seen, count
_GEN2 = 1
_CHANNEL = 1  # counts from 1, and for fixed frequencies only


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a reader can, as far as it matters here."""

    maker: int = 0
    model: int = 0
    firmware: str = ""
    antennas: int = 0
    inputs: int = 0
    outputs: int = 0
    ro_specs: int = 1
    can_hold: bool = False
    has_utc: bool = False
    hop_table: int = 0  # 0: fixed frequencies, then `channel` counts
    powers_cdbm: tuple[tuple[int, int], ...] = ()  # index and hundredths of dBm


@dataclass(frozen=True, slots=True)
class Inventory:
    """What the reader is to do: read tags without end and report each read."""

    antennas: tuple[int, ...]  # () for all
    power_cdbm: int  # 0 for the strongest
    session: int
    tag_population: int
    report_tags: int  # a report after so many tags


def read_status(body: bytes, at: int = 0) -> tuple[int, str]:
    """LLRPStatus of an answer: 0 and "" when all is well, -1 when it has none."""
    status = p.first(body, p.STATUS, at)
    code = status.number(0, "H") if status else None
    return (-1, "an answer without a status") if status is None or code is None else (code, status.text(2))


def read_capabilities(body: bytes) -> Capabilities:
    """GET_READER_CAPABILITIES_RESPONSE; what is left out has its default."""
    general = p.first(body, p.GENERAL_CAPABILITIES) or p.Parameter(0, b"")
    firmware = general.text(12)
    inner = 14 + (general.number(12, "H") or 0)
    gpio = p.first(general.value, p.GPIO_CAPABILITIES, inner) or p.Parameter(0, b"")
    llrp = p.first(body, p.LLRP_CAPABILITIES) or p.Parameter(0, b"")
    uhf = [p.REGULATORY_CAPABILITIES, p.UHF_CAPABILITIES]
    hops = p.find(body, [*uhf, p.FREQUENCY_INFORMATION, p.HOP_TABLE])
    powers = [(one.number(0, "H"), one.number(2, "h")) for one in p.find(body, [*uhf, p.POWER_ENTRY])]
    return Capabilities(
        maker=general.number(4, "I") or 0,
        model=general.number(8, "I") or 0,
        firmware=firmware,
        antennas=general.number(0, "H") or 0,
        inputs=gpio.number(0, "H") or 0,
        outputs=gpio.number(2, "H") or 0,
        ro_specs=llrp.number(4, "I") or 1,
        can_hold=bool((llrp.number(0, "B") or 0) & 0b0000_1000),
        has_utc=bool((general.number(2, "H") or 0) & 0x4000),
        hop_table=(hops[0].number(0, "B") or 0) if hops else 0,
        powers_cdbm=tuple((index, power) for index, power in powers if index is not None and power is not None),
    )


def read_ro_specs(body: bytes) -> list[tuple[int, int]]:
    """Id and state of each ROSpec the reader has."""
    specs = [(one.number(0, "I"), one.number(5, "B")) for one in p.walk(body) if one.type == p.RO_SPEC]
    return [(spec, state) for spec, state in specs if spec is not None and state is not None]


def configuration(keepalive_ms: int, inputs: Sequence[int], *, holds: bool) -> bytes:
    """SET_READER_CONFIG: which events to tell, how often to say it lives, whether to keep reports meanwhile."""
    states = [p.tlv(p.NOTIFICATION_STATE, struct.pack(">HB", event, 0x80)) for event in _EVENTS]
    parts = [p.tlv(p.NOTIFICATION_SPEC, b"", *states), p.tlv(p.KEEPALIVE_SPEC, struct.pack(">BI", 1, keepalive_ms))]
    parts += [p.tlv(p.GPI_STATE, struct.pack(">HBB", port, 0x80, 2)) for port in inputs]
    if holds:
        parts.append(p.tlv(p.EVENTS_AND_REPORTS, b"\x80"))
    return b"\x00" + b"".join(parts)


def outputs(levels: Sequence[tuple[int, bool]]) -> bytes:
    """SET_READER_CONFIG that sets output ports."""
    return b"\x00" + b"".join(p.tlv(p.GPO_WRITE, struct.pack(">HB", port, 0x80 if on else 0)) for port, on in levels)


def ro_spec(wanted: Inventory, has: Capabilities) -> tuple[int, bytes]:
    """The ROSpec and its id. The id is made of what it says, so that a running one is known to be the wanted one."""
    body = _ro_spec(0, wanted, has)
    spec_id = crc32(body) & 0x7FFF_FFFF or 1
    return spec_id, _ro_spec(spec_id, wanted, has)


def _ro_spec(spec_id: int, wanted: Inventory, has: Capabilities) -> bytes:
    boundary = p.tlv(
        p.RO_BOUNDARY, b"", p.tlv(p.RO_START, b"\x01"), p.tlv(p.RO_STOP, struct.pack(">BI", 0, 0))
    )  # begins at once when enabled, ends when told
    selector = p.tlv(p.CONTENT_SELECTOR, struct.pack(">H", _CONTENT))
    report = p.tlv(p.RO_REPORT, struct.pack(">BH", 1, wanted.report_tags), selector)
    return p.tlv(p.RO_SPEC, struct.pack(">IBB", spec_id, 0, DISABLED), boundary, _ai_spec(wanted, has), report)


def _ai_spec(wanted: Inventory, has: Capabilities) -> bytes:
    ports = wanted.antennas or (0,)
    stop = p.tlv(p.AI_STOP, struct.pack(">BI", 0, 0))
    settings = [_antenna(port, wanted, has) for port in ports]
    inventory = p.tlv(p.INVENTORY, struct.pack(">HB", 1, _GEN2), *settings)
    return p.tlv(p.AI_SPEC, struct.pack(f">H{len(ports)}H", len(ports), *ports), stop, inventory)


def _antenna(port: int, wanted: Inventory, has: Capabilities) -> bytes:
    inner = [p.tlv(p.INVENTORY_COMMAND, b"\x00", _singulation(wanted))]
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
