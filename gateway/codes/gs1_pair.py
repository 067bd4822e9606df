"""Which application identifiers must not stand together, and which belong together (General Specifications 4.14).

A forbidden pair is an error, and so is what only adds to a value that is not there. Any other missing partner is a
warning only: it may stand in another symbol on the same goods, as the SSCC of a logistic label does, and the rule is
about all symbols of one item together.
"""

from __future__ import annotations

from gateway.codes.gs1_table import IDENTIFIERS
from gateway.parsed import Element, Flaw

# What else makes a key serialised, so that a digital signature (8030) means one object and no other.
_SERIAL_OF = {"01": "21", "8006": "21", "8010": "8011"}
_SERIAL_FROM = {"253": 13, "255": 13, "8003": 14}  # the serial number is the part of the value behind it


# What only adds to another value and means nothing without it; that value stands in the same symbol.
_ADDS_TO = {
    "250": ("21",), "254": ("414",), "427": ("422",), "4303": ("4302",), "4313": ("4312",), "7022": ("7021",),
    "8011": ("8010",), "8019": ("8017", "8018"),
}  # fmt: skip


def wrong_pairs(elements: tuple[Element, ...]) -> tuple[Flaw, ...]:
    """Repeated identifiers that contradict each other, pairs that GS1 forbids, and additions to nothing."""
    values: dict[str, str] = {}
    flaws: list[Flaw] = []
    for element in elements:
        if values.setdefault(element.id, element.value) != element.value:
            text = f"({element.id}) stands twice with different values: {values[element.id]!r} and {element.value!r}."
            flaws.append(Flaw("REPEATED", text, element.value, values[element.id], element.id))
    for ai in values:
        for other in values:
            if ai != other and any(_fits(other, pattern) for pattern in IDENTIFIERS[ai].excludes):
                text = f"({ai}) and ({other}) must not stand on the same label."
                flaws.append(Flaw("FORBIDDEN_PAIR", text, other, f"({ai}) without ({other})", ai))
    for ai in values.keys() & _ADDS_TO.keys():
        if not values.keys() & set(_ADDS_TO[ai]):
            wanted = " or ".join(f"({other})" for other in _ADDS_TO[ai])
            text = f"({ai}) only adds to {wanted}, which is not there."
            flaws.append(Flaw("FRAGMENT", text, values[ai], wanted, ai))
    if "8030" in values and (flaw := _unsigned_key(values)):
        flaws.append(flaw)
    return tuple(flaws)


def missing_partners(elements: tuple[Element, ...]) -> tuple[Flaw, ...]:
    """What should stand on the same goods as well."""
    present = {element.id for element in elements}
    flaws = []
    for ai in dict.fromkeys(element.id for element in elements):
        for group in IDENTIFIERS[ai].needs:
            if not any(_fits(other, pattern) for other in present for pattern in group):
                needed = " or ".join(f"({pattern})" for pattern in group)
                text = f"({ai}) belongs together with {needed}: scan the other codes of the label too."
                flaws.append(Flaw("MISSING_PARTNER", text, "", needed, ai))
    return tuple(flaws)


def _unsigned_key(values: dict[str, str]) -> Flaw | None:
    for key, partner in _SERIAL_OF.items():
        if key in values and partner not in values:
            return _no_serial(key)
    for key, length in _SERIAL_FROM.items():
        if key in values and len(values[key]) <= length:
            return _no_serial(key)
    return None


def _no_serial(key: str) -> Flaw:
    text = f"The digital signature (8030) needs a key with a serial number, ({key}) has none here."
    return Flaw("SIGNATURE_WITHOUT_SERIAL", text, "", "a serialised key", "8030")


def _fits(ai: str, pattern: str) -> bool:
    """Whether an identifier is meant by a pattern in which n stands for any digit."""
    return len(ai) == len(pattern) and all(want in ("n", got) for got, want in zip(ai, pattern, strict=True))
