"""What RFID readers with a JSON interface publish: Impinj's IoT device interface and Zebra's IoT Connector.

Each message is one event or a list of them. A field that a configuration of the reader leaves out is missed, not
demanded; what is no tag (a heartbeat, an input, a status) is nothing.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

BODY_LIMIT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class TagSeen:
    """One tag at one antenna."""

    epc: str
    antenna: int = 0
    rssi_cdbm: int | None = None
    reads: int = 1
    number: int | None = None  # of the event at the reader; a gap is a loss


class PayloadError(ValueError):
    """No message of such a reader; the text says why, for people."""


def read_impinj(body: bytes) -> list[TagSeen]:
    """R700 and R720: `{"eventType": "tagInventory", "tagInventoryEvent": {…}}`, RSSI in hundredths of dBm."""
    return [_impinj(tag) for event in _events(body) if isinstance(tag := event.get("tagInventoryEvent"), dict)]


def read_zebra(body: bytes) -> list[TagSeen]:
    """FX7500, FX9600, ATR7000, FXR90: `{"type": …, "data": {"idHex": …, "eventNum": …}}`."""
    return [_zebra(data) for event in _events(body) if isinstance(data := event.get("data"), dict) and "idHex" in data]


def _impinj(tag: dict[str, Any]) -> TagSeen:
    epc = tag.get("epcHex")
    if epc is None:
        text = tag.get("epc")
        if not isinstance(text, str):
            raise PayloadError("a tag without `epcHex` or `epc`: switch one of them on at the reader")
        try:
            epc = urlsafe_b64decode(text + "=" * (-len(text) % 4)).hex()
        except ValueError as error:
            raise PayloadError(f"epc {text[:40]!r} is no base64") from error
    return TagSeen(_hex(epc), _number(tag, "antennaPort") or 0, _number(tag, "peakRssiCdbm"))


def _zebra(data: dict[str, Any]) -> TagSeen:
    is_single = "PC" in data or "phase" in data  # then `reads` counts since the start, not since the last report
    reads = 1 if is_single else min(max(1, _number(data, "reads") or 1), 1000)
    rssi = _number(data, "peakRssi")
    return TagSeen(
        _hex(data["idHex"]), _number(data, "antenna") or 0, None if rssi is None else rssi * 100, reads,
        _number(data, "eventNum"),
    )  # fmt: skip


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


def _number(row: dict[str, Any], key: str) -> int | None:
    value = row.get(key)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1 << 53):
        return None if value is None else int(value)
    raise PayloadError(f"{key} is {str(value)[:40]!r}: expected a number")
