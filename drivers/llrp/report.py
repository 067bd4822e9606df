"""Tag reports: what a reader saw, in RO_ACCESS_REPORT (LLRP 1.0.1 section 14.2.3).

A field that is switched on but left out has the value of the report before (section 14.2.3.1), so a reader of
reports remembers them. A report that is damaged costs itself only.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from drivers.llrp import layout as lay
from drivers.llrp.layout import Layout, learn_layout
from drivers.llrp.maker import IMPINJ, IMPINJ_PEAK_RSSI, IMPINJ_PHASE
from drivers.llrp.parameter import CUSTOM, EPC_DATA, TAG_REPORT, TV_BYTES, Parameter, walk
from drivers.rfid_clock import ReaderClock
from gateway.tag import FULL_TURN, TagRead

_NUMBERS = {2: ">H", 8: ">Q", 1: ">b", 4: ">I"}
_HEAD = struct.Struct(">HH")


class ReportReader:
    """Reads reports of one connection."""

    def __init__(self, clock: ReaderClock, *, learns: bool = True) -> None:
        """`learns`: read reports that look like one before in one go."""
        self.damaged = 0  # tag reports that could not be read
        self._clock = clock
        self._learns = learns
        self._last: dict[int, int] = {}
        self._has_utc = True  # which of the two kinds of times the reader told last
        self._layouts: dict[int, Layout] = {}  # by the length of a tag report
        self._newest: tuple[Layout, tuple[int, ...]] | None = None  # the report read last, by its layout

    def read(self, body: bytes, now_ms: int) -> list[TagRead]:
        """The tags of one RO_ACCESS_REPORT; an empty one is legal."""
        reads: list[TagRead] = []
        clock, layouts, at, end, now_us = self._clock, self._layouts, 0, len(body), now_ms * 1000
        while at < end:
            length = body[at + 2] << 8 | body[at + 3] if at + 4 <= end else 0
            layout = layouts.get(length)
            if layout is not None and at + length <= end:
                values = layout.unpack(body, at)
                fields = layout.fields(values)
                if layout.heads(values) == layout.signature and fields[4] and fields[5]:
                    data, antenna, rssi, channel, first_us, last_us, count = fields[:7]
                    if now_us - last_us < clock.least_us or now_ms >= clock.until_ms:
                        clock.learn(last_us, now_ms)
                    offset_us = clock.offset_us or 0  # learnt with the layout
                    last_ms = (last_us + offset_us) // 1000
                    first_ms = (first_us + offset_us) // 1000
                    if last_ms > now_ms:
                        last_ms = now_ms
                    if first_ms > last_ms:
                        first_ms = last_ms
                    epc = layout.epcs.get(data) or layout.name(data)
                    rssi_cdbm, phase = rssi * 100, None
                    if layout.is_fine:
                        phase, rssi_cdbm = fields[7] % FULL_TURN, fields[8]
                    reads.append(TagRead(epc, antenna, rssi_cdbm, count or 1, first_ms, last_ms, channel, phase))
                    self._newest = layout, fields
                    at += length
                    continue
            at = self._read_slowly(body, at, now_ms, reads)
        return reads

    def _read_slowly(self, body: bytes, at: int, now_ms: int, reads: list[TagRead]) -> int:
        """One parameter, whatever it is; where the next one begins."""
        end = len(body)
        size = TV_BYTES.get(body[at] & 0x7F) if body[at] & 0x80 else None
        if size is not None:
            return at + 1 + size  # a TV among tag reports is nothing we know
        kind, length = _HEAD.unpack_from(body, at) if at + 4 <= end and not body[at] & 0x80 else (0, 0)
        if length < 4 or at + length > end:
            self.damaged += 1  # nothing behind it can be found
            return end
        if kind & 0x3FF == TAG_REPORT:
            report = body[at : at + length]
            read = self._tag(report[4:], now_ms)
            if read is None:
                self.damaged += 1
            else:
                reads.append(read)
                self._learn(report)
        return at + int(length)

    def _learn(self, report: bytes) -> None:
        if self._learns and len(report) not in self._layouts and len(self._layouts) < lay.LAYOUTS_LIMIT:
            layout = learn_layout(report)
            if layout is not None:
                self._layouts[len(report)] = layout

    def _tag(self, value: bytes, now_ms: int) -> TagRead | None:
        self._fold()
        last, epc, told = self._last, None, dict(_told(value))
        for one in walk(value):
            if one.type == EPC_DATA:
                epc = _epc(one.value)
            elif one.type == lay.EPC_96:
                epc = one.value.hex().upper()
            elif one.type in TV_BYTES and len(one.value) in _NUMBERS:
                last[one.type] = struct.unpack(_NUMBERS[len(one.value)], one.value)[0]
                if one.type in (lay.FIRST_UTC, lay.FIRST_UPTIME):
                    self._has_utc = one.type == lay.FIRST_UTC
        if not epc:
            return None
        kinds = (lay.FIRST_UTC, lay.LAST_UTC) if self._has_utc else (lay.FIRST_UPTIME, lay.LAST_UPTIME)
        first_us, last_us = last.get(kinds[0], 0), last.get(kinds[1], 0)
        self._clock.learn(last_us or first_us, now_ms)
        first_ms, last_ms = self._times(first_us, last_us, now_ms)
        rssi = last.get(lay.RSSI)
        rssi_cdbm = told.get(IMPINJ_PEAK_RSSI, None if rssi is None else rssi * 100)
        return TagRead(
            epc, last.get(lay.ANTENNA, 0), rssi_cdbm, last.get(lay.COUNT) or 1, first_ms, last_ms,
            last.get(lay.CHANNEL, 0), told.get(IMPINJ_PHASE),
        )  # fmt: skip

    def _times(self, first_us: int, last_us: int, now_ms: int) -> tuple[int, int]:
        """A report with one of the two times has it twice."""
        last_ms = self._clock.to_ms(last_us or first_us, now_ms)
        return min(last_ms, self._clock.to_ms(first_us or last_us, now_ms)), last_ms

    def _fold(self) -> None:
        """Keep what the newest report told, for one that leaves it out."""
        if self._newest is not None:
            layout, fields = self._newest
            self._last.update(zip(layout.kinds, fields[1:7], strict=True))
            self._has_utc = layout.has_utc
            self._newest = None


def _told(value: bytes) -> Iterator[tuple[int, int]]:
    """Impinj's finer words: phase and peak RSSI, by their subtypes."""
    for one in walk(value):
        if one.type == CUSTOM and len(one.value) == 10 and one.number(0, "I") == IMPINJ:
            subtype = one.number(4, "I")
            if subtype == IMPINJ_PEAK_RSSI:
                yield subtype, _number(one, "h")
            elif subtype == IMPINJ_PHASE:
                yield subtype, _number(one, "H") % FULL_TURN


def _number(one: Parameter, layout: str) -> int:
    return one.number(8, layout) or 0


def _epc(value: bytes) -> str | None:
    """EPCData tells its length in bits; a length that is no whole number of digits is rounded up."""
    if len(value) < 2:
        return None
    bits = int.from_bytes(value[:2], "big")
    digits = -(-bits // 4)
    text = value[2:].hex().upper()[:digits]
    return text if digits and len(text) == digits else None
