"""What RFID readers with a JSON interface tell: Impinj's IoT device interface and Zebra's IoT Connector.

Each message is one event or a list of them. A field that a configuration of the reader leaves out is missed, not
demanded; what is neither a tag nor an input (a heartbeat, a status) is nothing.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.tag import FULL_TURN

BODY_LIMIT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class TagSeen:
    """One tag at one antenna."""

    epc: str
    antenna: int = 0
    rssi_cdbm: int | None = None
    reads: int = 1
    number: int | None = None  # of the event at the reader; a gap is a loss
    at_us: int = 0  # the reader's own time since 1970, 0: not told
    phase: int | None = None  # 4096ths of a turn
    channel_khz: int = 0


@dataclass(frozen=True, slots=True)
class InputTold:
    """An input of the reader changed."""

    port: int
    is_on: bool
    number: int | None = None
    at_us: int = 0


Told = TagSeen | InputTold


class PayloadError(ValueError):
    """No message of such a reader; the text says why, for people."""


def read_impinj(body: bytes) -> list[Told]:
    """R700 and R720: `{"eventType": "tagInventory", "tagInventoryEvent": {…}}`, RSSI in hundredths of dBm."""
    told: list[Told] = []
    for event in _events(body):
        if isinstance(tag := event.get("tagInventoryEvent"), dict):
            told.append(_impinj(tag, event))
        elif isinstance(change := event.get("gpiTransitionEvent"), dict):
            told.append(_transition(change, event))
    return told


def read_zebra(body: bytes) -> list[Told]:
    """FX7500, FX9600, ATR7000, FXR90: `{"type": …, "data": {"idHex": …, "eventNum": …}}`."""
    told: list[Told] = []
    for event in _events(body):
        data = event.get("data")
        data = data if isinstance(data, dict) else {}
        if "idHex" in data:
            told.append(_zebra(data, event))
        elif event.get("type") == "GPI":
            told.append(_gpi({**data, **event}))
    return told


def _impinj(tag: dict[str, Any], event: dict[str, Any]) -> TagSeen:
    epc = tag.get("epcHex")
    if epc is None:
        text = tag.get("epc")
        if not isinstance(text, str):
            raise PayloadError("a tag without `epcHex` or `epc`: switch one of them on at the reader")
        try:
            epc = urlsafe_b64decode(text + "=" * (-len(text) % 4)).hex()
        except ValueError as error:
            raise PayloadError(f"epc {text[:40]!r} is no base64") from error
    return TagSeen(
        _hex(epc), _number(tag, "antennaPort") or 0, _number(tag, "peakRssiCdbm"), 1, None,
        _time_us(tag.get("lastSeenTime") or event.get("timestamp")), _phase(tag, "phaseAngle"),
        _number(tag, "frequency") or 0,
    )  # fmt: skip


def _transition(change: dict[str, Any], event: dict[str, Any]) -> InputTold:
    port, way = _number(change, "gpi"), change.get("transition")
    if not port or way not in ("high-to-low", "low-to-high"):
        raise PayloadError(f"gpiTransitionEvent {str(change)[:60]}: expected a gpi and low-to-high or high-to-low")
    return InputTold(port, way == "low-to-high", None, _time_us(event.get("timestamp")))


def _zebra(data: dict[str, Any], event: dict[str, Any]) -> TagSeen:
    is_single = "PC" in data or "phase" in data  # then `reads` counts since the start, not since the last report
    reads = 1 if is_single else min(max(1, _number(data, "reads") or 1), 1000)
    rssi, channel_mhz = _real(data, "peakRssi"), _real(data, "channel")
    return TagSeen(
        _hex(data["idHex"]), _number(data, "antenna") or 0, None if rssi is None else round(rssi * 100), reads,
        _number(data, "eventNum"), _time_us(event.get("timestamp")), _phase(data, "phase"),
        round((channel_mhz or 0) * 1000),
    )  # fmt: skip


def _gpi(data: dict[str, Any]) -> InputTold:
    port, state = _number(data, "pin"), data.get("state")
    if not port or state not in ("HIGH", "LOW"):
        raise PayloadError(f"GPI {str(data)[:60]}: expected a pin and HIGH or LOW")
    return InputTold(port, state == "HIGH", _number(data, "eventNum"), _time_us(data.get("timestamp")))


def _events(body: bytes) -> Iterable[dict[str, Any]]:
    if len(body) > BODY_LIMIT_BYTES:
        raise PayloadError(f"{len(body)} bytes, at most {BODY_LIMIT_BYTES} are expected")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise PayloadError("no JSON") from error
    events = told if isinstance(told, list) else [told]
    if not all(isinstance(event, dict) for event in events):
        raise PayloadError("expected an object or a list of objects")
    return events


def _hex(value: Any) -> str:
    text = value.upper() if isinstance(value, str) else ""
    if not 1 <= len(text) <= 128 or not set(text) <= set("0123456789ABCDEF"):
        raise PayloadError(f"EPC {str(value)[:40]!r}: expected 1 to 128 hexadecimal digits")
    return text


def _time_us(value: Any) -> int:
    """RFC 3339, and Zebra's zone without a colon; what is no time is not told."""
    try:
        return int(datetime.fromisoformat(value).timestamp() * 1e6) if isinstance(value, str) else 0
    except (ValueError, OverflowError):
        return 0


def _phase(row: dict[str, Any], key: str) -> int | None:
    """Degrees."""
    degrees = _real(row, key)
    return None if degrees is None else round(degrees * FULL_TURN / 360) % FULL_TURN


def _number(row: dict[str, Any], key: str) -> int | None:
    value = _real(row, key)
    return None if value is None else int(value)


def _real(row: dict[str, Any], key: str) -> float | None:
    value = row.get(key)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1 << 53):
        return value
    raise PayloadError(f"{key} is {str(value)[:40]!r}: expected a number")
