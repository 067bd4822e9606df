"""Plain trade item numbers: EAN-13, EAN-8, UPC-A, UPC-E and ITF-14 all become a GTIN of 14 digits."""

from __future__ import annotations

from gateway.codes.checkdigit import check_digit, has_check_digit, is_digits
from gateway.parsed import Flaw

LENGTHS = (8, 12, 13, 14)
_RESTRICTED = ("02", "04", "2")  # of a GTIN-13: numbers that mean something within one company or country only


def retail_gtin(text: str, aim: str) -> str | Flaw:
    """The GTIN of an EAN or UPC symbol, or why the data are none."""
    lengths = (8,) if aim == "]E4" else (8, 12, 13)
    if not is_digits(text) or len(text) not in lengths:
        expected = "8 digits" if aim == "]E4" else "13 digits, 12 for UPC-A"
        return Flaw("LENGTH", f"An EAN or UPC code holds {text[:20]!r}, expected {expected}.", text[:40], expected)
    if len(text) == 8 and aim != "]E4" and (expanded := _expanded(text)):
        text = expanded
    return text.zfill(14) if has_check_digit(text) else wrong_check_digit(text)


def wrong_check_digit(text: str) -> Flaw:
    """The flaw of a number whose last digit is not the check digit of the others."""
    right = check_digit(text[:-1])
    return Flaw("CHECK_DIGIT", f"{text!r} ends with {text[-1]}, its check digit is {right}: scan again.", text, right)


def is_restricted(gtin: str) -> bool:
    """Whether a GTIN-14 belongs to the numbers for use within one company or country (General Specifications 1.4)."""
    return gtin.startswith("0") and gtin[1:].startswith(_RESTRICTED) and not gtin.startswith("000000")


def _expanded(text: str) -> str:
    """UPC-E with number system and check digit as UPC-A; "" when it is none whose check digit is right."""
    system, body, check = text[0], text[1:7], text[7]
    last = body[5]
    if last in "012":
        full = body[:2] + last + "0000" + body[2:5]
    elif last == "3":
        full = body[:3] + "00000" + body[3:5]
    elif last == "4":
        full = body[:4] + "00000" + body[4]
    else:
        full = body[:5] + "0000" + last
    number = system + full + check
    return number if system in "01" and has_check_digit(number) else ""
