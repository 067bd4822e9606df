"""The schemes without a GS1 company prefix: GID-96, USDOD-96 and ADI-var (TDS 2.3 section 14.6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateway.codes.epc.bits import BitReader, BitWriter, EpcError
from gateway.codes.epc.charset import SET_39, check, check_digits, read_six, write_six

_GID_BITS = (28, 24, 36)  # general manager, object class, serial
_CAGE = frozenset("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ")
_PART_LIMIT, _SERIAL_LIMIT = 32, 30


@dataclass(frozen=True, slots=True)
class Special:
    """A scheme with a layout of its own; `filter_bits` is 0 where it has no filter."""

    name: str
    family: str
    header: int
    filter_bits: int
    count: int  # fields in the pure identity
    read: Callable[[BitReader], tuple[str, ...]]
    write: Callable[[BitWriter, tuple[str, ...]], None]

    def to_hex(self, filter_value: int, fields: tuple[str, ...]) -> str:
        """Hexadecimal words; EpcError on a field that does not fit."""
        if len(fields) != self.count:
            raise EpcError("EPC_FIELD_COUNT", str(len(fields)), f"{self.count} fields for {self.name}")
        bits = BitWriter()
        bits.put(self.header, 8)
        if self.filter_bits:
            bits.put(filter_value, self.filter_bits)
        self.write(bits, fields)
        return bits.hex()


def _read_gid(bits: BitReader) -> tuple[str, ...]:
    return tuple(str(bits.take(count)) for count in _GID_BITS)


def _write_gid(bits: BitWriter, fields: tuple[str, ...]) -> None:
    for text, count in zip(fields, _GID_BITS, strict=True):
        bits.put(_number(text), count)


def _read_usdod(bits: BitReader) -> tuple[str, ...]:
    cage = "".join(chr(bits.take(8)) for _ in range(6))
    return _owner(cage), str(bits.take(36))


def _write_usdod(bits: BitWriter, fields: tuple[str, ...]) -> None:
    for char in _owner(fields[0]).rjust(6):
        bits.put(ord(char), 8)
    bits.put(_number(fields[1]), 36)


def _read_adi(bits: BitReader) -> tuple[str, ...]:
    owner = "".join(chr(code if code >= 32 else code + 64) for code in (bits.take(6) for _ in range(6)))
    part = read_six(bits, _PART_LIMIT)
    serial = read_six(bits, _SERIAL_LIMIT)
    return _owner(owner), part, _adi_serial(part, serial)


def _write_adi(bits: BitWriter, fields: tuple[str, ...]) -> None:
    owner, part, serial = fields
    for char in _owner(owner).rjust(6):
        bits.put(ord(char) & 63, 6)
    write_six(bits, part, _PART_LIMIT)
    write_six(bits, _adi_serial(part, serial), _SERIAL_LIMIT)


def _owner(text: str) -> str:
    """A CAGE code (5 characters, in bits behind a space) or a DoDAAC (6)."""
    owner = text.removeprefix(" ")
    if len(owner) not in (5, 6) or not set(owner) <= _CAGE:
        raise EpcError("EPC_BAD_OWNER", repr(text), "a CAGE code of 5 or a DoDAAC of 6 letters and digits")
    return owner


def _adi_serial(part: str, serial: str) -> str:
    check(serial, SET_39)
    if not part and not serial.startswith("#"):
        raise EpcError("EPC_BAD_SERIAL", serial, "a serial that begins with # where there is no part number")
    return serial


def _number(text: str) -> int:
    if check_digits(text) != str(int(text)):
        raise EpcError("EPC_LEADING_ZERO", text, "a number without leading zeros")
    return int(text)


SPECIALS = (
    Special("GID-96", "gid", 0x35, 0, 3, _read_gid, _write_gid),
    Special("USDOD-96", "usdod", 0x2F, 4, 2, _read_usdod, _write_usdod),
    Special("ADI-var", "adi", 0x3B, 6, 3, _read_adi, _write_adi),
)
SPECIAL_BY_HEADER = {one.header: one for one in SPECIALS}
SPECIAL_BY_NAME = {one.name.lower(): one for one in SPECIALS}
