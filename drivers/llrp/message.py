"""The messages of this client and what it reads of answers (LLRP 1.0.1 sections 8 to 14, 1.1 for versions)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from drivers.llrp import parameter as p

GET_CAPABILITIES, GET_CONFIG, SET_CONFIG, CLOSE = 1, 2, 3, 14
ADD_RO_SPEC, DELETE_RO_SPEC, START_RO_SPEC, ENABLE_RO_SPEC, GET_RO_SPECS = 20, 21, 22, 24, 26
DELETE_ACCESS_SPEC, GET_VERSION, SET_VERSION = 41, 46, 47
GET_REPORT, REPORT, KEEPALIVE, NOTIFY, ENABLE_EVENTS, KEEPALIVE_ACK = 60, 61, 62, 63, 64, 72
ERROR, CUSTOM = 100, 1023
ANSWERS = {GET_CAPABILITIES: 11, GET_CONFIG: 12, SET_CONFIG: 13, CLOSE: 4, ADD_RO_SPEC: 30, DELETE_RO_SPEC: 31,
           START_RO_SPEC: 32, ENABLE_RO_SPEC: 34, GET_RO_SPECS: 36, DELETE_ACCESS_SPEC: 51, GET_VERSION: 56,
           SET_VERSION: 57, CUSTOM: CUSTOM}  # fmt: skip
NAMES = {GET_CAPABILITIES: "GET_READER_CAPABILITIES", GET_CONFIG: "GET_READER_CONFIG", SET_CONFIG: "SET_READER_CONFIG",
         CLOSE: "CLOSE_CONNECTION", ADD_RO_SPEC: "ADD_ROSPEC", DELETE_RO_SPEC: "DELETE_ROSPEC",
         START_RO_SPEC: "START_ROSPEC", ENABLE_RO_SPEC: "ENABLE_ROSPEC", GET_RO_SPECS: "GET_ROSPECS",
         DELETE_ACCESS_SPEC: "DELETE_ACCESSSPEC", GET_VERSION: "GET_SUPPORTED_VERSION",
         SET_VERSION: "SET_PROTOCOL_VERSION", CUSTOM: "CUSTOM_MESSAGE"}  # fmt: skip

ALL = b"\x00"  # GET_READER_CAPABILITIES: all of them
INPUT_STATES = struct.pack(">HBHH", 0, 9, 0, 0)  # GET_READER_CONFIG: GPIPortCurrentState of all ports
_CUSTOM_HEAD_BYTES = 5  # maker and subtype before what follows
_HIGH = 1

_EVENTS = (1, 2, 4, 6, 8)  # GPI, ROSpec, reader exception, AISpec, antenna
_FILLING = 3  # the buffer warning, for readers that know it


def read_status(body: bytes, kind: int = 0) -> tuple[int, str]:
    """LLRPStatus of an answer: 0 and "" when all is well, -1 when it has none."""
    status = p.first(body, p.STATUS, _status_at(kind))
    code = status.number(0, "H") if status else None
    return (-1, "an answer without a status") if status is None or code is None else (code, status.text(2))


def _status_at(kind: int) -> int:
    if kind == CUSTOM:
        return _CUSTOM_HEAD_BYTES
    return 2 if kind == ANSWERS[GET_VERSION] else 0


def read_version(body: bytes) -> int:
    """The highest version the reader speaks, from GET_SUPPORTED_VERSION_RESPONSE: present one, highest one, status."""
    return body[1] if len(body) > 1 else 1


def read_inputs(body: bytes) -> list[tuple[int, bool]]:
    """Which inputs are on, of those whose state the reader knows; from GET_READER_CONFIG_RESPONSE."""
    told = [(one.number(0, "H"), one.number(3, "B")) for one in p.walk(body) if one.type == p.GPI_STATE]
    return [(port, state == _HIGH) for port, state in told if port is not None and state in (0, _HIGH)]


def configuration(
    keepalive_ms: int, inputs: Sequence[int], *, holds: bool, warns: bool = False, more: bytes = b""
) -> bytes:
    """SET_READER_CONFIG: which events to tell, how often to say it lives, whether to keep reports meanwhile."""
    events = (*_EVENTS, _FILLING) if warns else _EVENTS
    states = [p.tlv(p.NOTIFICATION_STATE, struct.pack(">HB", event, 0x80)) for event in events]
    parts = [p.tlv(p.NOTIFICATION_SPEC, b"", *states), p.tlv(p.KEEPALIVE_SPEC, struct.pack(">BI", 1, keepalive_ms))]
    parts += [p.tlv(p.GPI_STATE, struct.pack(">HBB", port, 0x80, 2)) for port in inputs]
    if holds:
        parts.append(p.tlv(p.EVENTS_AND_REPORTS, b"\x80"))
    return b"\x00" + b"".join(parts) + more


def outputs(levels: Sequence[tuple[int, bool]]) -> bytes:
    """SET_READER_CONFIG that sets output ports."""
    return b"\x00" + b"".join(p.tlv(p.GPO_WRITE, struct.pack(">HB", port, 0x80 if on else 0)) for port, on in levels)
