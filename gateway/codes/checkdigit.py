"""The GS1 check digit (GS1 General Specifications 7.9.1): weights 3 and 1 from the right."""

from __future__ import annotations


def check_digit(payload: str) -> str:
    """The digit that belongs behind `payload`, which must be ASCII digits."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(payload)))
    return str(-total % 10)


def has_check_digit(number: str) -> bool:
    """Whether the last digit of `number` is the check digit of the others."""
    return is_digits(number) and len(number) > 1 and check_digit(number[:-1]) == number[-1]


def is_digits(text: str) -> bool:
    """ASCII digits only, at least one; str.isdigit alone would take superscripts and other scripts."""
    return text.isascii() and text.isdigit()
