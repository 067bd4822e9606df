"""The EPC schemes with a company prefix, as a table (TDS 2.3 section 14.6).

Each is: header (8), filter (3), partition (3), company prefix and reference (widths by the partition), then a tail.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

# Partition value -> bits and digits of the company prefix. Bits and digits that remain are the reference's.
PREFIXES = ((40, 12), (37, 11), (34, 10), (30, 9), (27, 8), (24, 7), (20, 6))


class Kind(Enum):
    """How a field stands in bits and in text."""

    DIGITS = "a number with its leading zeros"
    INTEGER = "a number without leading zeros"
    TEXT = "7-bit characters, filled up with zero bits"
    SIX = "6-bit characters, ended by a zero one"
    MARKED = "digits behind a 1 that keeps their leading zeros"
    RESERVED = "zero bits"


@dataclass(frozen=True, slots=True)
class Field:
    """One field after the partition."""

    kind: Kind
    bits: int
    limit: int = 0  # digits or characters


@dataclass(frozen=True, slots=True)
class Scheme:
    """One binary layout. `reference.bits` and `.limit` count the company prefix in."""

    name: str
    family: str  # of the pure identity, e.g. "sgtin"
    header: int
    reference: Field
    tail: tuple[Field, ...] = ()

    @property
    def count(self) -> int:
        """Fields in the pure identity."""
        return 2 + sum(field.kind is not Kind.RESERVED for field in self.tail)


_SERIAL_38, _SERIAL_140 = Field(Kind.INTEGER, 38, 12), Field(Kind.TEXT, 140, 20)
_RESERVED_24 = Field(Kind.RESERVED, 24)
_ITEM, _PLACE = Field(Kind.DIGITS, 44, 13), Field(Kind.DIGITS, 41, 12)
_ASSET_TYPE, _LONG = Field(Kind.DIGITS, 44, 12), Field(Kind.DIGITS, 58, 17)
_PIECES = (Field(Kind.DIGITS, 7, 2), Field(Kind.DIGITS, 7, 2))

SCHEMES = (
    Scheme("SGTIN-96", "sgtin", 0x30, _ITEM, (_SERIAL_38,)),
    Scheme("SGTIN-198", "sgtin", 0x36, _ITEM, (_SERIAL_140,)),
    Scheme("SSCC-96", "sscc", 0x31, _LONG, (_RESERVED_24,)),
    Scheme("SGLN-96", "sgln", 0x32, _PLACE, (Field(Kind.INTEGER, 41, 13),)),
    Scheme("SGLN-195", "sgln", 0x39, _PLACE, (_SERIAL_140,)),
    Scheme("GRAI-96", "grai", 0x33, _ASSET_TYPE, (_SERIAL_38,)),
    Scheme("GRAI-170", "grai", 0x37, _ASSET_TYPE, (Field(Kind.TEXT, 112, 16),)),
    Scheme("GIAI-96", "giai", 0x34, Field(Kind.INTEGER, 82, 30)),
    Scheme("GIAI-202", "giai", 0x38, Field(Kind.TEXT, 188, 30)),
    Scheme("GSRN-96", "gsrn", 0x2D, _LONG, (_RESERVED_24,)),
    Scheme("GSRNP-96", "gsrnp", 0x2E, _LONG, (_RESERVED_24,)),
    Scheme("GDTI-96", "gdti", 0x2C, _PLACE, (Field(Kind.INTEGER, 41, 13),)),
    Scheme("GDTI-174", "gdti", 0x3E, _PLACE, (Field(Kind.TEXT, 119, 17),)),
    Scheme("CPI-96", "cpi", 0x3C, Field(Kind.INTEGER, 51, 15), (Field(Kind.INTEGER, 31, 10),)),
    Scheme("CPI-var", "cpi", 0x3D, Field(Kind.SIX, 0, 30), (Field(Kind.INTEGER, 40, 12),)),
    Scheme("SGCN-96", "sgcn", 0x3F, _PLACE, (Field(Kind.MARKED, 41, 12),)),
    Scheme("ITIP-110", "itip", 0x40, _ITEM, (*_PIECES, _SERIAL_38)),
    Scheme("ITIP-212", "itip", 0x41, _ITEM, (*_PIECES, _SERIAL_140)),
)  # fmt: skip
BY_HEADER = {scheme.header: scheme for scheme in SCHEMES}
BY_NAME = {scheme.name.lower(): scheme for scheme in SCHEMES}
