"""EPCs that an RFID wedge types, in the place of a scanner: 24 or more hexadecimal digits."""

from __future__ import annotations

from gateway.codes.epc.epc import Epc, decode

LEAST_DIGITS = 24  # 96 bits, the shortest EPC in use
WORD_DIGITS = 4
_HEX, _LETTERS = frozenset("0123456789ABCDEFabcdef"), frozenset("ABCDEFabcdef")


def wedged_epc(text: str) -> Epc | None:
    """The tag that this text names; None for any other text.

    It must be a whole EPC of TDS 2.3, and have a letter: digits alone are a number that somebody printed.
    """
    if len(text) < LEAST_DIGITS or len(text) % WORD_DIGITS or not set(text) <= _HEX or not set(text) & _LETTERS:
        return None
    epc = decode(text)
    return epc if epc.scheme and not epc.why_not else None


def elements_of(epc: Epc) -> str:
    """Its GS1 keys as an element string in brackets, "" without any or where a value has brackets of its own."""
    if any("(" in value or ")" in value for _, value in epc.keys):
        return ""
    return "".join(f"({identifier}){value}" for identifier, value in epc.keys)
