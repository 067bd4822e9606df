"""What the vectors of the GS1 Syntax Engine mean for a parser: does our result agree with theirs?

The engine notes FNC1 as `^`. A vector's `kind` says what is tested; see gateway/codes/CONFORMANCE.md for how kinds that
generate something are turned round, and for every disagreement.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from gateway.codes.gs1_message import split
from gateway.codes.parse import parse
from gateway.codes.profile import PROFILES
from gateway.parsed import Element, Label

GOLDEN = Path(__file__).parents[1] / "golden" / "codes"


@dataclass(frozen=True)
class Vector:
    """One of the engine's cases."""

    kind: str
    given: str
    ok: bool
    expect: str | None = None
    symbol: str = ""
    rule: str = ""


def golden_vectors() -> list[Vector]:
    """The part of the suite that lives here."""
    groups = json.loads((GOLDEN / "gs1_engine.json").read_text())
    return [
        Vector(kind, row["in"], row["ok"], row.get("is"), row.get("symbol", ""), row.get("rule", ""))
        for kind, rows in groups.items()
        for row in rows
    ]


def all_vectors(file: Path) -> list[Vector]:
    """The suite as its makers publish it: a list of objects."""
    return [
        Vector(
            row["kind"], row["inp"], row["ok"], row.get("expect") if row["ok"] else None,
            row.get("sym", ""), row.get("rule", ""),
        )
        for row in json.loads(file.read_text())
    ]  # fmt: skip


# Symbols for which the engine generates scan data, and the identifier such data would come with.
_AIM_OF = {"EAN13": "]E0", "GS1_128_CCA": "]C1", "DataBarLimited": "]e0"}


def agrees(vector: Vector) -> bool:
    """Whether our parser says of this vector what the engine says."""
    return _CHECKS[vector.kind](vector)


def _checked(vector: Vector) -> bool:
    """Input is valid or not; if it is, the elements are the expected ones."""
    label = parse(vector.given.encode())
    if not vector.ok:
        return not label.is_valid or (
            vector.rule == "validateAIrequisites" and any(flaw.code == "MISSING_PARTNER" for flaw in label.warnings)
        )
    expect = vector.expect
    return label.is_valid and (expect is None or label.elements == _elements(expect))


def _scanned(vector: Vector) -> bool:
    """Scan data with a symbology identifier; the expectation is the engine's notation of the same data."""
    label = parse(vector.given.encode(), profile=PROFILES["aim"])
    if not vector.ok:
        return not label.is_valid
    expect = vector.expect or ""
    if expect.startswith("^"):
        return label.is_valid and label.elements == _elements(expect)
    linear, bar, composite = expect.partition("|")
    if bar:
        return label.is_valid and label.elements == (Element("01", linear.zfill(14)), *_elements(composite))
    return label.is_valid and label.text == re.sub(r"^\\(\\*\^)", r"\1", expect)


def _generated(vector: Vector) -> bool:
    """Turned round: what the engine generates must be read as what it generated it from; what it refuses to
    generate must be refused when it is scanned."""
    expect, source = vector.expect, vector.given
    if expect is None:
        return not parse(source.encode(), _AIM_OF.get(vector.symbol, ""), profile=PROFILES["aim"]).is_valid
    label = parse(expect.encode(), profile=PROFILES["aim"])
    if not source.startswith("^") and "|" not in source:
        is_number = label.keys.gtin.endswith(source.zfill(12) + label.keys.gtin[-1:]) if label.keys.gtin else False
        return label.is_valid and (is_number or label.text == re.sub(r"^\\(\\*\^)", r"\1", source))
    linear, bar, composite = source.partition("|")
    first = _elements(linear) if linear.startswith("^") else (Element("01", linear.zfill(14)),)
    return label.is_valid and label.elements == (*first, *(_elements(composite) if bar else ()))


def _linked(vector: Vector) -> bool:
    """A Digital Link that was generated holds the same elements, the same value once."""
    source = parse(vector.given.encode())
    if not vector.ok:
        return not source.is_valid
    link = parse((vector.expect or "").encode())
    return source.is_valid and link.is_valid and set(link.elements) == set(source.elements)


def _elements(notation: str) -> tuple[Element, ...]:
    elements, flaw = split(notation[1:].replace("^", "\x1d"))
    assert flaw is None, notation
    return elements


_CHECKS = {
    "bracketed": _checked, "unbracketed": _checked, "linter": _checked, "assoc": _checked, "dluri": _checked,
    "scandata": _scanned, "scangen": _generated, "dlgen": _linked,
}  # fmt: skip


def says(label: Label) -> str:
    """One line for a report."""
    flaws = " ".join(flaw.code for flaw in label.errors)
    return f"{label.syntax.value} {[(one.id, one.value) for one in label.elements]} {flaws}"
