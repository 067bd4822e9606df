"""Exact quantities: integers of one millionth of the unit inside, decimal strings outside.

SQLite can add integers exactly and has no decimals; six places cover every unit of measure in
UN/ECE Recommendation 20 that a shop floor counts, weighs or measures in.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

MICRO = 1_000_000
_LIMIT = 10**12 * MICRO  # far above any stock, far below SQLite's 2**63


@lru_cache(maxsize=4096)
def parse_quantity(text: str) -> int:
    """Millionths of the unit for a decimal string such as `"40"` or `"-2.5"`; ValueError if unusable."""
    try:
        scaled = Decimal(text) * MICRO
        if not scaled.is_finite() or abs(scaled) > _LIMIT:
            raise ValueError(f"quantity {text!r} is out of range, expected at most 10^12 units")
        exact = int(scaled)
    except (ArithmeticError, TypeError) as error:  # InvalidOperation, or Overflow for 1e999999999
        raise ValueError(f"quantity {text!r} is not a decimal number, expected e.g. '40' or '2.5'") from error
    if exact != scaled:
        raise ValueError(f"quantity {text!r} has more than six decimal places")
    return exact


@lru_cache(maxsize=4096)
def format_quantity(micro: int) -> str:
    """The shortest decimal string of `micro` millionths."""
    sign = "-" if micro < 0 else ""
    whole, rest = divmod(abs(micro), MICRO)
    return f"{sign}{whole}.{rest:06d}".rstrip("0") if rest else f"{sign}{whole}"
