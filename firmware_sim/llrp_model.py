"""The two fixed RFID readers that are simulated, by what they say of themselves, and a read of a tag."""

from __future__ import annotations

from dataclasses import dataclass

IMPINJ, ZEBRA = 25882, 161


@dataclass(frozen=True)
class Model:
    """What a make of reader is."""

    name: str
    maker: int
    number: int
    firmware: str
    antennas: int
    inputs: int
    outputs: int
    ro_specs: int  # how many it takes
    buffer: int  # reports it keeps
    keeps_oldest: bool  # when there are too many; else the newest
    needs_enabling: bool  # its maker's parameters are refused before the custom message that allows them


MODELS = {
    "R420": Model("R420", IMPINJ, 2001002, "6.4.1.240", 4, 4, 4, 1, 20_000, True, True),
    "FX9600": Model("FX9600", ZEBRA, 96008, "3.27.25.0", 8, 4, 4, 64, 66_000, False, False),
}


@dataclass(frozen=True)
class TagSeen:
    """One report: a tag at an antenna, seen `count` times between two times of the world (seconds since 1970)."""

    epc: str  # hexadecimal
    antenna: int = 1
    rssi_cdbm: int = -5000
    count: int = 1
    first_s: float | None = None  # None: now
    last_s: float | None = None
    channel: int = 7
    phase: int = 0  # 4096ths of a turn
    bits: int = 0  # of the EPC, where it is no whole number of digits
    is_bare: bool = False  # nothing but the EPC, as readers may do when the rest has not changed
