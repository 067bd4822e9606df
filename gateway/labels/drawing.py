"""A label as a drawing: texts, symbols and boxes in millimetres from its upper left corner. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

NARROWEST = 0.6  # to which share of its size a text shrinks before it is cut
_WIDTH_OF_SIZE = 0.56  # mean width of a character of a sans-serif face against its size
_WIDE_FROM = "\u1100"  # Hangul, Chinese, Japanese and what follows are as wide as they are high


class Kind(Enum):
    """Symbols we print; GS1 ones are made of bracketed text."""

    QR = "QR"
    DATA_MATRIX = "Data Matrix"
    CODE_128 = "Code 128"
    GS1_128 = "GS1-128"
    GS1_DATA_MATRIX = "GS1 Data Matrix"

    @property
    def is_linear(self) -> bool:
        return self in (Kind.CODE_128, Kind.GS1_128)


@dataclass(frozen=True, slots=True)
class Text:
    x: float
    y: float  # of the line the letters stand on
    size: float  # height of the face
    text: str
    width: float  # room there is


@dataclass(frozen=True, slots=True)
class Code:
    x: float
    y: float
    width: float
    height: float
    text: str
    kind: Kind
    is_optional: bool = False  # left out when its bars would be too thin to scan


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle: a line, when it is thin."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """One label, black on white."""

    width: float
    height: float
    parts: tuple[Text | Code | Box, ...]


def fitted(part: Text) -> Text:
    """The text without control characters, made smaller and then cut until it has room."""
    text = "".join(one if one.isprintable() else " " for one in part.text)
    wanted = _ems(text) * part.size
    if wanted <= part.width:
        return Text(part.x, part.y, part.size, text, part.width)
    size = max(part.size * NARROWEST, part.size * part.width / wanted)
    while text and _ems(text + "…") * size > part.width and _ems(text) * size > part.width:
        text = text[:-1]
    is_cut = len(text) < len(part.text)
    return Text(part.x, part.y, size, text[:-1] + "…" if is_cut and text else text, part.width)


def _ems(text: str) -> float:
    return sum(1.0 if one >= _WIDE_FROM else _WIDTH_OF_SIZE for one in text)
