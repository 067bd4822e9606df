"""Symbology identifiers (ISO/IEC 15424): the three characters `]cm` that a scanner may send before the data.

Whether the first character was FNC1, which marks GS1 data, is never sent as data: only the modifier tells it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LIKE_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")
AIM_ID = re.compile(r"\][A-Za-z][0-9A-Fa-f]")


@dataclass(frozen=True, slots=True)
class Symbology:
    """What is known of the symbol that the data came from."""

    aim: str = ""
    name: str = ""  # "" when unknown
    is_gs1: bool = False  # the symbol itself says that its data are GS1 element strings
    is_retail: bool = False  # EAN and UPC: the data are a GTIN and nothing else
    is_2d: bool = False


_GS1 = {
    "]C1": "gs1-128", "]e0": "gs1-databar", "]e1": "gs1-composite", "]d2": "gs1-datamatrix", "]d5": "gs1-datamatrix",
    "]Q3": "gs1-qrcode", "]Q4": "gs1-qrcode", "]J1": "gs1-dotcode", "]J4": "gs1-dotcode", "]z1": "gs1-aztec",
    "]L3": "gs1-128-in-pdf417",
}  # fmt: skip
_RETAIL = {"]E0": "ean-13", "]E3": "ean-13-with-add-on", "]E4": "ean-8"}
_FAMILIES = {
    "A": "code-39", "B": "telepen", "C": "code-128", "D": "code-one", "E": "ean-add-on", "F": "codabar",
    "G": "code-93", "H": "code-11", "I": "itf", "J": "dotcode", "K": "code-16k", "L": "pdf417", "M": "msi",
    "N": "anker", "O": "codablock", "P": "plessey", "Q": "qrcode", "R": "2-of-5", "S": "2-of-5", "T": "code-49",
    "U": "maxicode", "X": "other", "Z": "no-barcode", "d": "datamatrix", "e": "databar", "g": "grid-matrix",
    "h": "han-xin", "z": "aztec",
}  # fmt: skip
_TWO_DIMENSIONAL = frozenset("DKLOQTUJdghz")
# What drivers that send no identifier call the symbol, and the identifier that says the same.
_NAMES = {
    "ean13": "]E0", "ean8": "]E4", "upca": "]E0", "upce": "]E0", "itf": "]I0", "i25": "]I0", "code128": "]C0",
    "code39": "]A0", "qrcode": "]Q1", "datamatrix": "]d1", "pdf417": "]L2", "databarexp": "]e0",
}  # fmt: skip


def symbology_of(aim: str) -> Symbology | None:
    """What an identifier says; None when it is none of ISO/IEC 15424."""
    if aim in _GS1:
        return Symbology(aim, _GS1[aim], is_gs1=True, is_2d=aim[1] in _TWO_DIMENSIONAL)
    if aim in _RETAIL:
        return Symbology(aim, _RETAIL[aim], is_retail=True)
    if AIM_ID.fullmatch(aim) and aim[1] in _FAMILIES:
        return Symbology(aim, _FAMILIES[aim[1]], is_2d=aim[1] in _TWO_DIMENSIONAL)
    return None


def aim_for(name: str) -> str:
    """The identifier for a driver's own name of a plain symbol, such as "EAN-13"; "" when it is not known."""
    return _NAMES.get("".join(character for character in name.lower() if character.isalnum()), "")
