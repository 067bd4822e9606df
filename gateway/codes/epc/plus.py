"""The schemes whose names end in + or ++: keys as plain digits, serials as short as they can be (TDS 2.3 section 14.5).

They carry no length of the company prefix, hence there is no URN for them: match on the keys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateway.codes.checkdigit import check_digit
from gateway.codes.epc.bits import BitReader, EpcError
from gateway.codes.epc.charset import SET_39, SET_82
from gateway.codes.epc.key import Keys

BASE64_URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
CODE_40 = "\0ABCDEFGHIJKLMNOPQRSTUVWXYZ-.:0123456789"
DATE_KEYS = ("11", "13", "15", "16", "17", "7006", "7007")  # by the date type of DSGTIN+
# Characters that stand for a part of a host name (table 14-11).
HOST_PARTS = {
    30: "qr.", 31: "www.", 32: "id.", 91: ".com", 92: ".org", 93: ".net", 94: ".int", 96: ".edu", 123: ".gov",
    124: ".mil", 125: ".biz", 126: ".eco", 127: ".med",
}  # fmt: skip
LENGTH_BITS = 5  # of the length of an alphanumeric value
SHORT_LENGTH_BITS = 4  # of a numeric one without an encoding indicator
_SET_7 = SET_82 | SET_39

Part = Callable[[BitReader], str]


@dataclass(frozen=True, slots=True)
class Plus:
    """One scheme: for each key its application identifier and the parts of its value."""

    name: str
    values: tuple[tuple[str, tuple[Part, ...]], ...]
    has_date: bool = False
    has_host: bool = False


def read_plus(plus: Plus, bits: BitReader) -> tuple[int, Keys, tuple[str, ...]]:
    """Filter, keys, warnings. The header has been taken already."""
    has_data, filter_value = bits.take(1), bits.take(3)
    date = (_date_type(bits), _date(bits)) if plus.has_date else None
    keys = [(ai, "".join(part(bits) for part in parts)) for ai, parts in plus.values]
    if date:
        keys.append(date)
    warnings = []
    if plus.has_host and not _host(bits):
        warnings.append("HOST_NAME_NOT_READ")
    elif not has_data and bits.rest():
        warnings.append("TRAILING_BITS")
    return filter_value, tuple(keys), tuple(warnings)


def _fixed(count: int, *, is_checked: bool = True) -> Part:
    def read(bits: BitReader) -> str:
        digits = [bits.take(4) for _ in range(count)]
        if max(digits) > 9:
            raise EpcError("EPC_NOT_DIGITS", "".join(f"{one:X}" for one in digits), f"{count} decimal digits")
        text = "".join(map(str, digits))
        if is_checked and text[-1] != check_digit(text[:-1]):
            raise EpcError("EPC_CHECK_DIGIT", text, text[:-1] + check_digit(text[:-1]))
        return text

    return read


def _alphanumeric(limit: int) -> Part:
    def read(bits: BitReader) -> str:
        encoding, length = bits.take(3), bits.take(LENGTH_BITS)
        if not 1 <= length <= limit:
            raise EpcError("EPC_VALUE_TOO_LONG", f"{length} characters", f"1 to {limit} characters")
        if encoding >= len(_ENCODINGS):
            raise EpcError("EPC_BAD_ENCODING", str(encoding), f"0 to {len(_ENCODINGS) - 1}")
        return _ENCODINGS[encoding](bits, length)

    return read


def _short_number(limit: int) -> Part:
    def read(bits: BitReader) -> str:
        length = bits.take(SHORT_LENGTH_BITS)
        if not 1 <= length <= limit:
            raise EpcError("EPC_VALUE_TOO_LONG", f"{length} digits", f"1 to {limit} digits")
        return _number(bits, length)

    return read


def _delimited(limit: int) -> Part:
    """Digits up to F, which ends them, or E, behind which other characters follow."""
    behind = _alphanumeric(limit)

    def read(bits: BitReader) -> str:
        digits: list[str] = []
        while (nibble := bits.take(4)) <= 9:
            digits.append(str(nibble))
        if nibble not in (14, 15):
            raise EpcError("EPC_NOT_DIGITS", f"{nibble:X}", "a digit, E or F")
        text = "".join(digits) + (behind(bits) if nibble == 14 else "")
        if not 1 <= len(text) <= limit:
            raise EpcError("EPC_VALUE_TOO_LONG", text, f"1 to {limit} characters")
        return text

    return read


def _number(bits: BitReader, length: int) -> str:
    value = bits.take((10**length - 1).bit_length())
    if value >= 10**length:
        raise EpcError("EPC_VALUE_TOO_LARGE", str(value), f"{length} digits")
    return f"{value:0{length}d}"


def _seven_bit(bits: BitReader, length: int) -> str:
    text = "".join(chr(bits.take(7)) for _ in range(length))
    if not set(text) <= _SET_7:
        raise EpcError("EPC_BAD_CHARACTER", repr(text), "characters of the GS1 set")
    return text


def _code_40(bits: BitReader, length: int) -> str:
    text = ""
    for _ in range(-(-length // 3)):
        packed = bits.take(16) - 1
        if not 0 <= packed < 64000:
            raise EpcError("EPC_BAD_CHARACTER", str(packed + 1), "1 to 64000")
        text += "".join(CODE_40[one] for one in (packed // 1600, packed // 40 % 40, packed % 40) if one)
    if len(text) != length:
        raise EpcError("EPC_VALUE_TOO_LONG", text, f"{length} characters")
    return text


_ENCODINGS: tuple[Callable[[BitReader, int], str], ...] = (
    _number,
    lambda bits, length: "".join("0123456789ABCDEF"[bits.take(4)] for _ in range(length)),
    lambda bits, length: "".join("0123456789abcdef"[bits.take(4)] for _ in range(length)),
    lambda bits, length: "".join(BASE64_URL[bits.take(6)] for _ in range(length)),
    _seven_bit,
    _code_40,
)


def _date_type(bits: BitReader) -> str:
    kind = bits.take(4)
    if kind >= len(DATE_KEYS):
        raise EpcError("EPC_BAD_DATE", str(kind), f"a date type of 0 to {len(DATE_KEYS) - 1}")
    return DATE_KEYS[kind]


def _date(bits: BitReader) -> str:
    year, month, day = bits.take(7), bits.take(4), bits.take(5)
    if year > 99 or not 1 <= month <= 12 or day > (31 if month in (1, 3, 5, 7, 8, 10, 12) else 30):
        raise EpcError("EPC_BAD_DATE", f"{year:02d}{month:02d}{day:02d}", "a date as YYMMDD")
    return f"{year:02d}{month:02d}{day:02d}"


def _host(bits: BitReader) -> str:
    """The host name of the tag's own Digital Link, "" when it uses parts this table does not have."""
    is_seven_bit, length = bits.take(1), bits.take(6)
    if not is_seven_bit:
        return _code_40(bits, length).lower()
    codes = [bits.take(7) for _ in range(length)]
    if min(codes, default=0) < min(HOST_PARTS):  # a pair of codes for a country's domain
        return ""
    return "".join(HOST_PARTS.get(code) or chr(code) for code in codes)


_GTIN, _SERIAL = ("01", (_fixed(14),)), ("21", (_alphanumeric(20),))
_PIECE = _fixed(2, is_checked=False)
_PLUS = {
    "SGTIN": (0xF7, 0xFD, (_GTIN, _SERIAL)),
    "DSGTIN": (0xFB, 0xFC, (_GTIN, _SERIAL)),
    "SSCC": (0xF9, 0xEF, (("00", (_fixed(18),)),)),
    "SGLN": (0xF2, 0xE9, (("414", (_fixed(13),)), ("254", (_alphanumeric(20),)))),
    "GRAI": (0xF1, 0xEB, (("8003", (_fixed(14), _alphanumeric(16))),)),
    "GIAI": (0xFA, 0xEE, (("8004", (_delimited(30),)),)),
    "GSRN": (0xF4, 0xE7, (("8018", (_fixed(18),)),)),
    "GSRNP": (0xF5, 0xE8, (("8017", (_fixed(18),)),)),
    "GDTI": (0xF6, 0xEA, (("253", (_fixed(13), _alphanumeric(17))),)),
    "CPI": (0xF0, 0xE6, (("8010", (_delimited(30),)), ("8011", (_short_number(12),)))),
    "SGCN": (0xF8, 0xEC, (("255", (_fixed(13), _short_number(12))),)),
    "ITIP": (0xF3, 0xED, (("8006", (_fixed(14), _PIECE, _PIECE)), _SERIAL)),
}
PLUS_BY_HEADER = {
    header: Plus(name + "+" * count, values, has_date=name == "DSGTIN", has_host=count == 2)
    for name, (plus, plus_plus, values) in _PLUS.items()
    for count, header in ((1, plus), (2, plus_plus))
}
