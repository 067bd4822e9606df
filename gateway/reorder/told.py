"""How numbers stand in a sentence for people: short, and rounded down where nobody needs six places."""

from __future__ import annotations

from fractions import Fraction

from gateway.quantity import MICRO, format_quantity


def short(micro: int) -> str:
    """At most two decimal places, rounded down."""
    return format_quantity(micro // 10_000 * 10_000)


def micro(value: Fraction) -> int:
    """Millionths of a fraction, rounded down. As limits are millionths too, `<` and `>=` stay exact."""
    return value.numerator * MICRO // value.denominator
