"""The way one reader lays out its tag reports, learnt from one of them and then read in one go.

A reader tells every tag with the same parameters in the same order. A layout is that order as one compiled structure
with all types and lengths in it; a report whose types and lengths agree is read by it, any other parameter by
parameter (`report.py`). Both give the same.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from operator import itemgetter
from typing import Any

from drivers.llrp.maker import IMPINJ, IMPINJ_PEAK_RSSI, IMPINJ_PHASE
from drivers.llrp.parameter import CUSTOM, EPC_DATA, TAG_REPORT, TV_BYTES

ANTENNA, FIRST_UTC, FIRST_UPTIME, LAST_UTC, LAST_UPTIME, RSSI, CHANNEL, COUNT, EPC_96 = 1, 2, 3, 4, 5, 6, 7, 8, 13
EPCS_LIMIT = 8_192  # hexadecimal names that are kept; then they are made anew
LAYOUTS_LIMIT = 16  # of one reader; with more, the rest is read parameter by parameter
_CODES = {1: "b", 2: "H", 4: "I", 8: "Q", 12: "12s"}
_TLV = struct.Struct(">HH")
_CUSTOM_HEAD = struct.Struct(">HHII")
_IMPINJ = {IMPINJ_PHASE: ("phase", "H"), IMPINJ_PEAK_RSSI: ("peak", "h")}


class _Draft:
    """A structure as it grows: its format, and which of its values are what."""

    def __init__(self, length: int) -> None:
        self.format = ">HH"
        self.heads = [0, 1]
        self.signature: list[int] = [TAG_REPORT, length]
        self.fields: dict[str | int, int] = {}
        self.count = 2
        self.is_clear = True  # no field stands in it twice

    def head(self, code: str, *values: int) -> None:
        self.format += code
        for value in values:
            self.heads.append(self.count)
            self.signature.append(value)
            self.count += 1

    def field(self, name: str | int, code: str) -> None:
        self.is_clear = self.is_clear and name not in self.fields
        self.format += code
        self.fields[name] = self.count
        self.count += 1


class Layout:
    """One order of parameters. Values of a report: EPC bytes, antenna, RSSI, channel, first, last, count, and with
    Impinj's extensions phase and peak RSSI (`is_fine`)."""

    __slots__ = ("_digits", "epcs", "fields", "has_utc", "heads", "is_fine", "kinds", "signature", "size", "unpack")

    def __init__(self, draft: _Draft, names: tuple[str | int, ...], digits: int) -> None:
        form = struct.Struct(draft.format)
        self.size = form.size
        self.unpack: Callable[..., tuple[Any, ...]] = form.unpack_from
        self.heads: Callable[[tuple[Any, ...]], tuple[int, ...]] = itemgetter(*draft.heads)
        self.signature = tuple(draft.signature)
        self.fields: Callable[[tuple[Any, ...]], tuple[Any, ...]] = itemgetter(*[draft.fields[name] for name in names])
        self.is_fine = len(names) > len(_PLAIN)
        self.kinds = tuple(int(name) for name in names[1:7])  # parameter types of the numbers
        self.has_utc = FIRST_UTC in names
        self.epcs: dict[bytes, str] = {}
        self._digits = digits

    def name(self, data: bytes) -> str:
        """The EPC as hexadecimal, remembered."""
        if len(self.epcs) >= EPCS_LIMIT:
            self.epcs.clear()
        epc = self.epcs[data] = data.hex().upper()[: self._digits]
        return epc


_PLAIN = ("epc", ANTENNA, RSSI, CHANNEL, FIRST_UTC, LAST_UTC, COUNT)
_UPTIME = ("epc", ANTENNA, RSSI, CHANNEL, FIRST_UPTIME, LAST_UPTIME, COUNT)
_FINE = ("phase", "peak")


def learn_layout(report: bytes) -> Layout | None:
    """The layout of one whole TagReportData that was read without fault; None when it lacks one of the usual fields
    or cannot be followed."""
    draft, at, end, digits = _Draft(len(report)), 4, len(report), 24
    while at < end:
        if report[at] & 0x80:
            kind = report[at] & 0x7F
            size = TV_BYTES.get(kind)
            if size is None:
                return None
            draft.head("B", report[at])
            draft.field("epc" if kind == EPC_96 else kind, _CODES[size])
            at += 1 + size
        else:
            if end - at < _TLV.size:
                return None
            kind, length = _TLV.unpack_from(report, at)
            if length < _TLV.size or at + length > end:
                return None
            digits = _draft_tlv(draft, report[at : at + length], kind) or digits
            at += length
    names: tuple[str | int, ...] = _PLAIN if FIRST_UTC in draft.fields else _UPTIME
    others = (FIRST_UPTIME, LAST_UPTIME) if FIRST_UTC in draft.fields else (FIRST_UTC, LAST_UTC)
    if any(name in draft.fields for name in others):
        return None
    if all(name in draft.fields for name in _FINE):
        names += _FINE
    elif any(name in draft.fields for name in _FINE):
        return None
    if not draft.is_clear or any(name not in draft.fields for name in names):
        return None
    return Layout(draft, names, digits)


def _draft_tlv(draft: _Draft, data: bytes, kind: int) -> int:
    """One parameter with a length; the hexadecimal digits of the EPC where it is one."""
    draft.head("HH", kind, len(data))
    if kind == EPC_DATA and len(data) > 6:
        bits = int.from_bytes(data[4:6], "big")
        draft.head("H", bits)
        draft.field("epc", f"{len(data) - 6}s")
        return -(-bits // 4)
    if kind == CUSTOM and len(data) == _CUSTOM_HEAD.size + 2:
        _, _, maker, subtype = _CUSTOM_HEAD.unpack_from(data)
        draft.head("II", maker, subtype)
        if maker == IMPINJ and subtype in _IMPINJ:
            draft.field(*_IMPINJ[subtype])
        else:
            draft.format += "2x"
    else:
        draft.format += f"{len(data) - 4}x"
    return 0
