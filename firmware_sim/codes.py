"""Prints the project's own card code, independently of the gateway that reads it.

    K1.<site>.<card>.<revision>.<pair>      e.g. K1.P1.K-000812-03.2.<two check characters>
    K1L.<site>.<location>.<pair>            the label of a place

The pair is the GS1 check character pair (GS1 General Specifications, algorithm of the Global Model Number)
over everything before the last dot: values of GS1 character set 82, prime weights with 2 for the last
character, modulo 1021, written in two characters of a 32-letter alphabet.
"""

from __future__ import annotations

import random

CHARACTER_SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
PAIR_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MODULUS = 1021


def check_pair(text: str) -> str:
    """The two check characters of `text`; ValueError when a character is not in set 82."""
    total = 0
    for character, weight in zip(reversed(text), _primes(len(text)), strict=True):
        total += CHARACTER_SET_82.index(character) * weight
    high, low = divmod(total % MODULUS, 32)
    return PAIR_ALPHABET[high] + PAIR_ALPHABET[low]


def print_card(site: str, card: str, revision: int = 1) -> str:
    """The text in the symbol of a card."""
    text = f"K1.{site}.{card}.{revision}"
    return f"{text}.{check_pair(text)}"


def print_place(site: str, location: str) -> str:
    """The text on the label of a place."""
    text = f"K1L.{site}.{location}"
    return f"{text}.{check_pair(text)}"


def damage(code: str, chance: random.Random) -> str:
    """The same code with one character of its card number misread, so that the pair no longer fits."""
    first, last = code.index(".") + 1, code.rindex(".")
    places = [place for place in range(first, last) if code[place].isdigit()]
    place = chance.choice(places)
    other = chance.choice([digit for digit in "0123456789" if digit != code[place]])
    return code[:place] + other + code[place + 1 :]


def _primes(count: int) -> list[int]:
    found: list[int] = []
    candidate = 2
    while len(found) < count:
        if all(candidate % prime for prime in found):
            found.append(candidate)
        candidate += 1
    return found
