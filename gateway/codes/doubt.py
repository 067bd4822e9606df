"""Whether a message without separators may once have had some: the reason why a code is kept and not booked.

A scanner that drops GS turns `10AB-123<GS>3725` into `10AB-1233725`, which is a perfectly valid lot. In an element
string without separators only the last value can have swallowed one, as every one before it has a predefined
length. It is in doubt when it can be cut so that the rest again is a sequence of element strings.
"""

from __future__ import annotations

from gateway.codes.gs1_rule import CHARSETS, read_date
from gateway.codes.gs1_table import IDENTIFIERS, Identifier, identifier_at
from gateway.parsed import Element


def hidden_split(elements: tuple[Element, ...]) -> tuple[str, str] | None:
    """The value in doubt cut in two where a separator may have been; None when there is no such place.

    Takes at most (length of a value)² steps, and a value has 90 characters. Check digits are not asked for: the
    label may have been printed with a wrong one, which must not make another reading of it right.
    """
    if not elements:
        return None
    last = IDENTIFIERS[elements[-1].id]
    if last.predefined is not None:
        return None
    value = elements[-1].value
    begins = _sequences(value)
    for place in range(1, len(value)):
        if begins[place] and _is_plausible(last, value[:place]):
            return value[:place], value[place:]
    return None


def _sequences(text: str) -> list[bool]:
    """For each place, whether the text from there on may be a sequence of element strings."""
    begins = [False] * len(text) + [True]
    for start in range(len(text) - 1, -1, -1):
        identifier = identifier_at(text, start)
        if identifier is not None:
            first = start + len(identifier.ai)
            begins[start] = any(
                begins[end] and _is_plausible(identifier, text[first:end])
                for end in range(first + identifier.least, min(first + identifier.most, len(text)) + 1)
            )
    return begins


def _is_plausible(identifier: Identifier, value: str) -> bool:
    if not identifier.least <= len(value) <= identifier.most:
        return False
    place = 0
    for component in identifier.components:
        part = value[place : place + component.most]
        place += len(part)
        if not CHARSETS[component.charset].fullmatch(part):
            return False
        is_day = any(rule in ("date0", "date") for rule in component.rules)
        if is_day and part.strip("0") and read_date(part) is None:
            return False
    return True
