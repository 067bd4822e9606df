"""Tag reports: what a reader saw, in RO_ACCESS_REPORT (LLRP 1.0.1 section 14.2.3).

A field that is switched on but left out has the value of the report before (section 14.2.3.1), so a reader of
reports remembers them. A report that is damaged costs itself only.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from drivers.llrp.parameter import EPC_DATA, TAG_REPORT, TV_BYTES, walk

_EPC_96, _ANTENNA, _FIRST_UTC, _FIRST_UPTIME, _LAST_UTC, _LAST_UPTIME = 13, 1, 2, 3, 4, 5
_RSSI, _CHANNEL, _COUNT, _RO_SPEC = 6, 7, 8, 9
_NUMBERS = {2: ">H", 8: ">Q", 1: ">b", 4: ">I"}


@dataclass(frozen=True, slots=True)
class TagReport:
    """One tag at one antenna. Times are the reader's own, in µs of UTC or since it started."""

    epc: str  # hexadecimal, as long as the tag says
    antenna: int = 0  # 0: not told
    rssi_dbm: int | None = None
    channel: int = 0
    first_us: int = 0
    last_us: int = 0
    has_utc: bool = False
    count: int = 1  # how often it was read since the last report of it


class ReportReader:
    """Reads reports of one connection."""

    def __init__(self) -> None:
        self._last: dict[int, int] = {}
        self.damaged = 0  # tag reports without a usable EPC

    def read(self, body: bytes) -> list[TagReport]:
        """The tags of one RO_ACCESS_REPORT; an empty one is legal."""
        tags = []
        for parameter in walk(body):
            if parameter.type == TAG_REPORT:
                tag = self._tag(parameter.value)
                if tag is None:
                    self.damaged += 1
                else:
                    tags.append(tag)
        return tags

    def _tag(self, value: bytes) -> TagReport | None:
        epc = None
        last = self._last
        has_utc = False
        for one in walk(value):
            if one.type == EPC_DATA:
                epc = _epc(one.value)
            elif one.type == _EPC_96:
                epc = one.value.hex().upper()
            elif one.type in TV_BYTES and len(one.value) in _NUMBERS:
                last[one.type] = struct.unpack(_NUMBERS[len(one.value)], one.value)[0]
                has_utc = has_utc or one.type == _FIRST_UTC
        if not epc:
            return None
        has_utc = has_utc or (_FIRST_UTC in last and _FIRST_UPTIME not in last)
        first_kind, last_kind = (_FIRST_UTC, _LAST_UTC) if has_utc else (_FIRST_UPTIME, _LAST_UPTIME)
        first_us = last.get(first_kind, 0)
        return TagReport(
            epc, last.get(_ANTENNA, 0), last.get(_RSSI), last.get(_CHANNEL, 0), first_us,
            max(first_us, last.get(last_kind, 0)), has_utc, max(1, last.get(_COUNT, 1)),
        )  # fmt: skip


def _epc(value: bytes) -> str | None:
    """EPCData tells its length in bits; a length that is no whole number of digits is rounded up."""
    if len(value) < 2:
        return None
    bits = int.from_bytes(value[:2], "big")
    digits = -(-bits // 4)
    text = value[2:].hex().upper()[:digits]
    return text if digits and len(text) == digits else None
