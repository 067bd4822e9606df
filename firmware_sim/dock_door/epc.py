"""Tags as EPC bits, from the Tag Data Standard alone: SSCC-96 of pallets, SGTIN-96 of cases."""

from __future__ import annotations

PREFIX_BITS = {6: (20, 6), 7: (24, 5), 8: (27, 4), 9: (30, 3), 10: (34, 2), 11: (37, 1), 12: (40, 0)}


def sscc_tag(number: str, prefix_digits: int) -> str:
    """24 hexadecimal digits for a pallet number of 18 digits."""
    prefix, reference = number[1 : 1 + prefix_digits], number[0] + number[1 + prefix_digits : 17]
    bits, partition = PREFIX_BITS[prefix_digits]
    text = f"{0x31:08b}{6:03b}{partition:03b}{int(prefix):0{bits}b}{int(reference):0{58 - bits}b}" + 24 * "0"
    return f"{int(text, 2):024X}"


def sgtin_tag(gtin: str, serial: int, prefix_digits: int) -> str:
    """24 hexadecimal digits for a GTIN of 14 digits with a serial number."""
    prefix, reference = gtin[1 : 1 + prefix_digits], gtin[0] + gtin[1 + prefix_digits : 13]
    bits, partition = PREFIX_BITS[prefix_digits]
    text = f"{0x30:08b}{2:03b}{partition:03b}{int(prefix):0{bits}b}{int(reference):0{44 - bits}b}{serial:038b}"
    return f"{int(text, 2):024X}"


def with_check_digit(digits: str) -> str:
    """The digits and their GS1 check digit."""
    total = sum(int(one) * (3 if place % 2 == 0 else 1) for place, one in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"
