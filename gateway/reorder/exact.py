"""Roots, means and powers of two in integers and fractions: the same result on every machine, no floats."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import isqrt

ONE = 1 << 62  # fixed point of `decay`
_BITS = 32  # binary places of the exponent that count


def ceil(value: Fraction) -> int:
    """The smallest integer that is not below it."""
    return -(-value.numerator // value.denominator)


def root_up(value: Fraction) -> int:
    """The smallest integer whose square is at least `value`, which is not negative."""
    least = isqrt(ceil(value))
    return least if least * least >= value else least + 1


def mean(values: Sequence[int]) -> Fraction:
    """The mean of at least one value."""
    return Fraction(sum(values), len(values))


def variance(values: Sequence[int]) -> Fraction:
    """The variance of a sample: (n * sum(x^2) - sum(x)^2) / (n * (n - 1)), of at least two values."""
    count = len(values)
    return Fraction(count * sum(one * one for one in values) - sum(values) ** 2, count * (count - 1))


@lru_cache(maxsize=4096)
def decay(passed: int, half_life: int) -> int:
    """2^(-passed / half_life) in units of 1/ONE, rounded down; both in the same unit, half_life above 0.

    By binary places of the exponent: 2^(-f) is the product of 2^(-2^-k) over the places k that f has. An exponent is
    cut after 32 places and each product rounds down, so the result is at most 2^-30 of itself too large or too small.
    """
    whole, rest = divmod(passed, half_life)
    if whole >= ONE.bit_length():
        return 0
    places = (rest << _BITS) // half_life
    result = ONE
    for k, factor in enumerate(_factors(), start=1):
        if places >> (_BITS - k) & 1:
            result = result * factor >> 62
    return result >> whole


@lru_cache(maxsize=1)
def _factors() -> tuple[int, ...]:
    """2^(-2^-k) for k = 1, 2, ...: each is the square root of the one before."""
    factors, factor = [], ONE >> 1
    for _ in range(_BITS):
        factor = isqrt(factor << 62)
        factors.append(factor)
    return tuple(factors)
