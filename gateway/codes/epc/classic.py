"""The schemes of the table, between bits and fields (TDS 2.3 sections 14.3 and 14.4)."""

from __future__ import annotations

from gateway.codes.epc.bits import BitReader, BitWriter, EpcError
from gateway.codes.epc.charset import check_digits, read_six, read_text, write_six, write_text
from gateway.codes.epc.scheme import PREFIXES, Field, Kind, Scheme

FILTER_LIMIT = 7


def read_fields(scheme: Scheme, bits: BitReader) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """Filter, fields as they stand in the URI (unescaped), warnings. The header has been taken already."""
    filter_value, partition = bits.take(3), bits.take(3)
    if partition >= len(PREFIXES):
        raise EpcError("EPC_BAD_PARTITION", str(partition), "0 to 6")
    prefix_bits, prefix_digits = PREFIXES[partition]
    fields = [_digits(bits.take(prefix_bits), prefix_digits)]
    warnings = []
    for field in (_reference(scheme.reference, prefix_bits, prefix_digits), *scheme.tail):
        if field.kind is Kind.RESERVED:
            if bits.take(field.bits):
                warnings.append("RESERVED_BITS_SET")
        else:
            fields.append(_read(field, bits))
    return filter_value, tuple(fields), tuple(warnings)


def write_fields(scheme: Scheme, filter_value: int, fields: tuple[str, ...]) -> str:
    """Hexadecimal words of an EPC; EpcError on a field that does not fit."""
    if len(fields) != scheme.count:
        raise EpcError("EPC_FIELD_COUNT", str(len(fields)), f"{scheme.count} fields for {scheme.name}")
    prefix = check_digits(fields[0])
    widths = [digits for _, digits in PREFIXES]
    if len(prefix) not in widths:
        raise EpcError("EPC_BAD_PREFIX", prefix, "a company prefix of 6 to 12 digits")
    partition = widths.index(len(prefix))
    bits = BitWriter()
    bits.put(scheme.header, 8)
    bits.put(filter_value, 3)
    bits.put(partition, 3)
    prefix_bits, prefix_digits = PREFIXES[partition]
    bits.put(int(prefix), prefix_bits)
    _write(_reference(scheme.reference, prefix_bits, prefix_digits), bits, fields[1])
    values = iter(fields[2:])
    for field in scheme.tail:
        if field.kind is Kind.RESERVED:
            bits.put(0, field.bits)
        else:
            _write(field, bits, next(values))
    return bits.hex()


def _reference(field: Field, prefix_bits: int, prefix_digits: int) -> Field:
    """What the company prefix leaves of the reference."""
    return Field(field.kind, max(field.bits - prefix_bits, 0), field.limit - prefix_digits)


def _read(field: Field, bits: BitReader) -> str:
    match field.kind:
        case Kind.DIGITS:
            return _digits(bits.take(field.bits), field.limit)
        case Kind.TEXT:
            return read_text(bits, field.bits)
        case Kind.SIX:
            return _filled(read_six(bits, field.limit))
        case Kind.MARKED:
            return _marked(bits.take(field.bits), field.limit)
        case _:
            return _integer(bits.take(field.bits), field.limit)


def _write(field: Field, bits: BitWriter, text: str) -> None:
    match field.kind:
        case Kind.TEXT:
            write_text(bits, text, field.bits, field.limit)
        case Kind.SIX:
            write_six(bits, _filled(text), field.limit)
        case Kind.DIGITS:
            bits.put(int(check_digits(text, field.limit) or "0"), field.bits)
        case Kind.MARKED:
            if len(check_digits(text)) > field.limit:
                raise EpcError("EPC_VALUE_TOO_LONG", text, f"at most {field.limit} digits")
            bits.put(int("1" + text), field.bits)
        case _:
            if check_digits(text) != str(int(text)):
                raise EpcError("EPC_LEADING_ZERO", text, "a number without leading zeros")
            bits.put(int(text), field.bits)


def _digits(value: int, count: int) -> str:
    if value >= 10**count:
        raise EpcError("EPC_VALUE_TOO_LARGE", str(value), f"{count} digits")
    return f"{value:0{count}d}" if count else ""


def _integer(value: int, digits: int) -> str:
    text = str(value)
    if len(text) > digits:
        raise EpcError("EPC_VALUE_TOO_LARGE", text, f"at most {digits} digits")
    return text


def _marked(value: int, limit: int) -> str:
    text = str(value)
    if text[0] != "1" or not 2 <= len(text) <= limit + 1:
        raise EpcError("EPC_BAD_SERIAL", text, f"1 and then 1 to {limit} digits")
    return text[1:]


def _filled(text: str) -> str:
    if not text:
        raise EpcError("EPC_FIELD_EMPTY", "''", "at least one character")
    return text
