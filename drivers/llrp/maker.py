"""How makers of readers differ, in one table: what is told to them besides the standard, and by what name they go."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from drivers.llrp import parameter as p

IMPINJ, ZEBRA = 25882, 161  # IANA enterprise numbers; Zebra's readers still say Motorola's

# Subtypes of Impinj's custom parameters (its LLRP extension).
_LINK_MONITOR, _REPORT_BUFFER = 38, 39
_CONTENT_SELECTOR, _ENABLE_PHASE, _ENABLE_PEAK_RSSI = 50, 52, 53
IMPINJ_PHASE, IMPINJ_PEAK_RSSI = 56, 57  # in tag reports: 4096ths of a turn, hundredths of dBm
_ENABLE_EXTENSIONS = 21
_ON, _LOW_LATENCY = 1, 1
_MISSED_LIMIT = 5  # keep-alives without an answer until the reader frees its one connection


@dataclass(frozen=True, slots=True)
class Maker:
    """What a maker's readers are told besides the standard; b"" for nothing."""

    name: str
    enabling: bytes = b""  # body of the CUSTOM_MESSAGE that allows the rest; without its answer there is no rest
    configuration: bytes = b""  # parameters at the end of SET_READER_CONFIG
    report: bytes = b""  # parameters at the end of ROReportSpec


def custom(maker: int, subtype: int, value: bytes = b"", *inner: bytes) -> bytes:
    """A Custom parameter."""
    return p.tlv(p.CUSTOM, struct.pack(">II", maker, subtype) + value, *inner)


def _impinj(subtype: int, *values: int) -> bytes:
    return custom(IMPINJ, subtype, struct.pack(f">{len(values)}H", *values))


MAKERS: dict[int, Maker] = {
    IMPINJ: Maker(
        "Impinj",
        enabling=struct.pack(">IBI", IMPINJ, _ENABLE_EXTENSIONS, 0),
        # A link that died without a word is noticed by the reader too: else it says "in use" to whoever comes next.
        configuration=_impinj(_LINK_MONITOR, _ON, _MISSED_LIMIT) + _impinj(_REPORT_BUFFER, _LOW_LATENCY),
        report=custom(IMPINJ, _CONTENT_SELECTOR, b"", _impinj(_ENABLE_PHASE, _ON), _impinj(_ENABLE_PEAK_RSSI, _ON)),
    ),
    ZEBRA: Maker("Zebra"),
}


def maker_of(number: int) -> Maker:
    """The line of the table; any other maker is told the standard only."""
    return MAKERS.get(number) or Maker(f"maker {number}")
