"""The GS1 check character pair (GS1 General Specifications 7.9.5, as for the Global Model Number, AI 8013).

Each character of GS1 set 82 counts with its place in the set, weighted with primes from the right
(2, 3, 5, …), modulo the prime 1021, written in two characters of an alphabet without 0, 1, I and O.
Because 1021 is a prime above all values and weights, every single wrong character and every exchange of
two characters is noticed.
"""

from __future__ import annotations

SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

# GS1 needs the first 23; the rest extends the rule to the longest code of ours.
_PRIMES = (
    2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83,
    89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199,
)  # fmt: skip
_VALUES = {character: value for value, character in enumerate(SET_82)}

MAX_LENGTH = len(_PRIMES)


def check_pair(text: str) -> str:
    """The pair for `text`; ValueError when it has a character outside set 82 or more than MAX_LENGTH."""
    if len(text) > MAX_LENGTH:
        raise ValueError(f"{len(text)} characters, expected at most {MAX_LENGTH}")
    total = 0
    for character, prime in zip(reversed(text), _PRIMES, strict=False):
        value = _VALUES.get(character)
        if value is None:
            raise ValueError(f"character {character!r} is not in GS1 set 82")
        total += value * prime
    high, low = divmod(total % 1021, 32)
    return ALPHABET[high] + ALPHABET[low]
