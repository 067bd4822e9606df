"""GS1 element strings: a message taken apart and judged.

A value of predefined length is as long as the table says, every other one ends at a separator or with the message
(General Specifications 7.8). What is too long is refused: it is never cut so that the rest makes another element.
"""

from __future__ import annotations

from gateway.codes.gs1_pair import missing_partners, wrong_pairs
from gateway.codes.gs1_rule import judge
from gateway.codes.gs1_second import objection
from gateway.codes.gs1_table import IDENTIFIERS, Identifier, identifier_at
from gateway.parsed import Element, Flaw

ELEMENT_LIMIT = 64  # of one message; the largest logistic labels have some twenty
GS = "\x1d"

Split = tuple[tuple[Element, ...], Flaw | None]


def split(text: str) -> Split:
    """The elements of an element string whose separators are GS, and what kept it from being taken apart."""
    elements: list[Element] = []
    place = 0
    while place < len(text):
        if text[place] == GS:  # one before the first element or behind one of predefined length changes nothing
            place += 1
            continue
        identifier = identifier_at(text, place)
        if identifier is None:
            return tuple(elements), _unknown(text[place : place + 4])
        if len(elements) == ELEMENT_LIMIT:
            return tuple(elements), _too_many()
        start = place + len(identifier.ai)
        place = _end_of(identifier, text, start)
        elements.append(Element(identifier.ai, text[start:place]))
    return tuple(elements), None if elements else EMPTY


def _end_of(identifier: Identifier, text: str, start: int) -> int:
    if identifier.predefined is not None:
        return min(start + identifier.predefined, len(text))
    end = text.find(GS, start)
    return len(text) if end < 0 else end


def split_bracketed(text: str) -> Split:
    """The elements of `(01)…(10)…` as printed; a bracket inside a value is written `\\(`."""
    elements: list[Element] = []
    for part in _at_brackets(text):
        ai, bracket, value = part.partition(")")
        if not bracket or ai not in IDENTIFIERS:
            return tuple(elements), _unknown(ai[:10])
        if len(elements) == ELEMENT_LIMIT:
            return tuple(elements), _too_many()
        elements.append(Element(ai, value.replace("\\(", "(").strip(" ")))
    return tuple(elements), None if elements else EMPTY


def _at_brackets(text: str) -> list[str]:
    """The parts behind each opening bracket that no backslash precedes."""
    parts, start = [], 1
    while start <= len(text):
        end = text.find("(", start)
        while end > 0 and text[end - 1] == "\\":
            end = text.find("(", end + 1)
        end = len(text) if end < 0 else end
        parts.append(text[start:end])
        start = end + 1
    return parts


def judge_elements(elements: tuple[Element, ...]) -> tuple[tuple[Flaw, ...], tuple[Flaw, ...]]:
    """(errors, warnings) of elements with known identifiers: each by itself, then as pairs."""
    errors: list[Flaw] = []
    for element in elements:
        flaw = judge(IDENTIFIERS[element.id], element.value)
        if flaw is None and (reason := objection(element.id, element.value)):
            flaw = Flaw("SECOND_OPINION", f"{reason}.", element.value, "agreement of both parsers", element.id)
        if flaw is not None:
            errors.append(flaw)
    return (*errors, *wrong_pairs(elements)), missing_partners(elements)


def _unknown(got: str) -> Flaw:
    text = f"No GS1 application identifier begins with {got!r}: the code is damaged or is none of GS1."
    return Flaw("UNKNOWN_AI", text, got, "an application identifier of GS1")


def _too_many() -> Flaw:
    text = f"The code has more than {ELEMENT_LIMIT} elements, which no label has."
    return Flaw("TOO_MANY_ELEMENTS", text, f"more than {ELEMENT_LIMIT}", f"at most {ELEMENT_LIMIT}")


EMPTY = Flaw("EMPTY", "The code holds no data.", "", "at least one element string")
