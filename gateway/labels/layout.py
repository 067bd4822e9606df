"""Where everything stands on each kind of label. Pure."""

from __future__ import annotations

from gateway.labels.drawing import Box, Code, Drawing, Kind, Text
from gateway.labels.face import BinFace, CardFace, PalletFace, SignedFace

PALLET_LINES = 5  # of words


def card(face: CardFace, kind: Kind = Kind.QR) -> Drawing:
    """105 x 74 mm (A7). Both symbols hold the same text, so that an imager and an old laser scanner read it alike."""
    rows = (
        (10, 5, face.item), (16, 4, face.item_name), (25, 8, face.quantity), (32, 4, f"To {face.consumer}"),
        (37, 4, f"From {face.source}"), (44, 3.5, f"Loop {face.loop}"),
        (49, 3.5, f"Card {face.card}   {face.number} of {face.count}"),
    )  # fmt: skip
    return Drawing(
        105,
        74,
        (
            *(Text(5, y, size, text, 55) for y, size, text in rows),
            Code(62, 5, 38, 38, face.code, kind),
            Code(2, 52, 101, 15, face.code, Kind.CODE_128, is_optional=True),
            Text(5, 72, 3, f"{face.code}   print {face.revision}", 95),
        ),
    )


def place(face: BinFace) -> Drawing:
    """105 x 37 mm: half a card, for the front of a shelf."""
    return Drawing(
        105,
        37,
        (
            Code(4, 4, 29, 29, face.code, Kind.QR),
            Text(38, 16, 11, face.location, 63),
            Text(38, 24, 4.5, face.name, 63),
            Text(38, 32, 3, face.code, 63),
        ),
    )


def signed(face: SignedFace) -> Drawing:
    """85 x 54 mm: fits a holder for badges."""
    return Drawing(
        85,
        54,
        (
            Text(5, 12, 8, face.title, 75),
            Text(5, 18, 4, face.below, 20),
            Code(27, 16, 32, 32, face.code, Kind.QR),
            Text(5, 52, 2.5, face.code, 75),
        ),
    )


def pallet(face: PalletFace) -> Drawing:
    """105 x 148 mm (A6): words above, the SSCC at the bottom, as the GS1 Logistic Label Guideline wants it."""
    parts: list[Text | Code | Box] = [
        Text(5, 12 + 8 * n, 6, line, 95) for n, line in enumerate(face.lines[:PALLET_LINES])
    ]  # fmt: skip
    parts += [Box(0, 50, 105, 0.4), Text(5, 57, 3.5, "SSCC", 40), Text(5, 64, 6, face.sscc, 60)]
    if face.content:
        parts += [
            Text(5, 70, 3.5, f"Content {face.content}   Count {face.count}   {_lot(face)}", 65),
            Code(2, 74, 101, 28, face.content_text, Kind.GS1_128),
            Text(5, 106, 3.5, face.content_text, 95),
        ]
    return Drawing(
        105,
        148,
        (
            *parts,
            Code(77, 52, 20, 20, face.sscc_text, Kind.GS1_DATA_MATRIX),
            Code(2, 110, 101, 32, face.sscc_text, Kind.GS1_128),
            Text(5, 146, 3.5, face.sscc_text, 95),
        ),
    )


def _lot(face: PalletFace) -> str:
    return f"Lot {face.lot}" if face.lot else ""
