"""What a decoder says it saw, and how far each symbology is to be trusted. Pure.

Weak symbologies have a small check digit or none, so that noise and half a code pass for another one:
they count when two looks agree. UPC-E is half an EAN-13 by design and passes for one in a blurred
picture again and again, so there both decoders must agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

Point = tuple[int, int]

TEXT_LIMIT = 4096  # characters; no symbology holds more that a station could use


class Trust(Enum):
    """What it takes until a read of a symbology counts."""

    STRONG = "one look"
    WEAK = "two looks"
    HALF = "two decoders"


@dataclass(frozen=True, slots=True)
class Symbology:
    """One symbology: our name of it, and what is known without looking at a symbol."""

    name: str
    trust: Trust
    is_matrix: bool  # stacked ones too: what a laser cannot read
    shortest: int  # fewer characters are a stripe in the picture, not a code


SYMBOLOGIES: Mapping[str, Symbology] = {
    one.name: one
    for one in (
        Symbology("EAN-13", Trust.WEAK, False, 13),
        Symbology("EAN-8", Trust.WEAK, False, 8),
        Symbology("UPC-A", Trust.WEAK, False, 12),
        Symbology("UPC-E", Trust.HALF, False, 8),
        Symbology("ITF", Trust.WEAK, False, 6),
        Symbology("Code 39", Trust.WEAK, False, 3),
        Symbology("Code 93", Trust.WEAK, False, 3),
        Symbology("Codabar", Trust.WEAK, False, 5),
        Symbology("Code 128", Trust.STRONG, False, 1),
        Symbology("DataBar", Trust.STRONG, False, 14),
        Symbology("DataBar Limited", Trust.STRONG, False, 14),
        Symbology("DataBar Expanded", Trust.STRONG, False, 1),
        Symbology("QR Code", Trust.STRONG, True, 1),
        Symbology("Micro QR Code", Trust.STRONG, True, 1),
        Symbology("rMQR Code", Trust.STRONG, True, 1),
        Symbology("Data Matrix", Trust.STRONG, True, 1),
        Symbology("PDF417", Trust.STRONG, True, 1),
        Symbology("Aztec", Trust.STRONG, True, 1),
    )
}


_EAN = frozenset({"EAN-13", "EAN-8", "UPC-A", "UPC-E"})


@dataclass(frozen=True, slots=True)
class Sighting:
    """One code in one picture."""

    text: str
    symbology: str  # a name of SYMBOLOGIES
    aim: str  # AIM identifier with its modifier, "" where the decoder cannot know it
    corners: tuple[Point, ...]  # four, in pixels of the picture as it came; () when unknown
    data: bytes  # what a scanner would have sent: the text in UTF-8, or the symbol's own bytes
    is_agreed: bool  # as many looks at this picture agree as its symbology asks for

    @property
    def key(self) -> str:
        """The same for the same code, by whatever name and at whatever length a decoder gives it."""
        return canonical(self.symbology, self.text)

    @property
    def identity(self) -> tuple[str, str]:
        """The same for the same symbol: two symbologies with one text are two symbols, EAN and UPC are one."""
        return ("EAN" if self.symbology in _EAN else self.symbology, self.key)

    @property
    def trust(self) -> Trust:
        return SYMBOLOGIES[self.symbology].trust

    def touches(self, other: Sighting, margin: int = 0) -> bool:
        """Whether the boxes around the two, `margin` pixels apart at most, overlap; without corners they may."""
        if not self.corners or not other.corners:
            return True
        ours, theirs = self.box, other.box
        return all(ours[n] <= theirs[n + 2] + margin and theirs[n] <= ours[n + 2] + margin for n in (0, 1))

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom around the corners, which must be known."""
        xs, ys = [x for x, _ in self.corners], [y for _, y in self.corners]
        return min(xs), min(ys), max(xs), max(ys)

    def is_part_of(self, other: Sighting) -> bool:
        """An ITF code begins and ends anywhere: a scan line that leaves it early has read a shorter one.

        Such lines run along its edge, so they lie a little outside of the box of the whole one.
        """
        is_shorter = self.symbology == other.symbology == "ITF" and len(self.text) < len(other.text)
        if not is_shorter or self.text not in other.text:
            return False
        left, _, right, _ = other.box if other.corners else (0, 0, 0, 0)
        return self.touches(other, margin=(right - left) // 4)

    def as_json(self) -> dict[str, Any]:
        """As `scan-image` prints it."""
        corners = [list(point) for point in self.corners]
        return {"text": self.text, "symbology": self.symbology, "aim": self.aim, "corners": corners}

    def as_message(self) -> dict[str, Any]:
        """For the pipe between the processes; bytes as hex."""
        return {**self.as_json(), "data": self.data.hex(), "agreed": self.is_agreed}

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> Sighting:
        """ValueError, KeyError or TypeError for what is no message of `as_message`."""
        symbology = SYMBOLOGIES[message["symbology"]].name
        corners = tuple((int(x), int(y)) for x, y in message["corners"])
        text, aim, data = str(message["text"]), str(message["aim"]), bytes.fromhex(message["data"])
        return cls(text, symbology, aim, corners, data, bool(message["agreed"]))


@dataclass(frozen=True, slots=True)
class Look:
    """One decoder's word about one version of the picture."""

    decoder: str
    geometry: str  # looks of one decoder at the same geometry share their mistakes, so they count once
    sighting: Sighting


def agree(looks: Sequence[Look]) -> tuple[Sighting, ...]:
    """One sighting for each symbol in order of its first look, with whether enough looks agree; no parts of codes.

    The one with a known AIM identifier stands for all, since only it tells GS1 from plain.
    """
    symbols: dict[tuple[str, str], list[Look]] = {}
    for look in looks:
        symbols.setdefault(look.sighting.identity, []).append(look)
    seen = [replace(_speaker(same), is_agreed=_is_enough(same)) for same in symbols.values()]
    return tuple(one for one in seen if not any(one.is_part_of(other) for other in seen))


def distinct(sightings: Iterable[Sighting]) -> list[Sighting]:
    """One for each text: a card has the same code as QR and as bars, and is one card."""
    return list({one.key: one for one in sightings}.values())


def _speaker(same: Sequence[Look]) -> Sighting:
    return next((look.sighting for look in same if look.sighting.aim), same[0].sighting)


def _is_enough(same: Sequence[Look]) -> bool:
    trusts = {look.sighting.trust for look in same}
    if Trust.HALF in trusts:
        return len({look.decoder for look in same}) > 1
    if Trust.WEAK in trusts:
        return len({(look.decoder, look.geometry) for look in same}) > 1
    return True


def canonical(symbology: str, text: str) -> str:
    """UPC-A and UPC-E as the EAN-13 they are short for (GS1 General Specifications 5.2.2.4), DataBar without its AI."""
    if symbology == "UPC-A" and len(text) == 12:
        return "0" + text
    if symbology == "UPC-E" and len(text) == 8:
        return "0" + _expanded(text)
    if symbology in ("DataBar", "DataBar Limited") and len(text) == 16 and text.startswith("01"):
        return text[2:]
    return text


def _expanded(text: str) -> str:
    """A UPC-E of eight digits as UPC-A of twelve: its last digit but one says which zeros were left out."""
    body, rule = text[1:7], text[6]
    if rule in "012":
        body = body[:2] + rule + "0000" + body[2:5]
    elif rule == "3":
        body = body[:3] + "00000" + body[3:5]
    elif rule == "4":
        body = body[:4] + "00000" + body[4]
    else:
        body = body[:5] + "0000" + rule
    return text[0] + body + text[7]
