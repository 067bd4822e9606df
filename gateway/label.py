"""Printable symbols and cards: QR and Code 128 as SVG or PNG, and a whole kanban card as one SVG.

Both symbols of a card hold the same text, so that a 2D imager and an old laser scanner read it alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from xml.sax.saxutils import escape

import zxingcpp


class Symbol(Enum):
    """Symbologies we print: format, and whether the text is a GS1 message in brackets."""

    QR = (zxingcpp.BarcodeFormat.QRCode, False)
    CODE_128 = (zxingcpp.BarcodeFormat.Code128, False)
    DATA_MATRIX = (zxingcpp.BarcodeFormat.DataMatrix, False)
    GS1_128 = (zxingcpp.BarcodeFormat.Code128, True)
    GS1_DATA_MATRIX = (zxingcpp.BarcodeFormat.DataMatrix, True)

    @property
    def is_linear(self) -> bool:
        return self in (Symbol.CODE_128, Symbol.GS1_128)


@dataclass(frozen=True, slots=True)
class CardFace:
    """What is printed on a card; texts are escaped when rendered."""

    code: str  # codes.card.format_card
    card: str
    loop: str
    item: str
    item_name: str
    quantity: str  # with unit, e.g. "40 PCE"
    consumer: str
    source: str
    number: int  # card `number` of `count` in the loop
    count: int


def symbol_svg(text: str, symbol: Symbol) -> str:
    """One symbol with its quiet zone, one unit per module."""
    return str(_create(text, symbol).to_svg(add_quiet_zones=True))


def symbol_png(text: str, symbol: Symbol, *, scale: int = 4) -> bytes:
    """One symbol with its quiet zone, `scale` pixels per module, 8 bit grey."""
    if not 1 <= scale <= 50:
        raise ValueError(f"scale {scale}, expected 1 to 50 pixels per module")
    import cv2  # 60 MB that only a printout needs
    import numpy

    image = numpy.asarray(_create(text, symbol).to_image(scale=scale, add_quiet_zones=True))
    _, png = cv2.imencode(".png", image)
    return png.tobytes()


def card_svg(face: CardFace) -> str:
    """A card of 105 x 74 mm (A7), black on white, one SVG document without external parts."""
    lines = (
        (5, 10, 5, f"{face.item}"),
        (5, 16, 4, face.item_name),
        (5, 25, 8, face.quantity),
        (5, 32, 4, f"To {face.consumer}"),
        (5, 37, 4, f"From {face.source}"),
        (5, 44, 3.5, f"Loop {face.loop}"),
        (5, 49, 3.5, f"Card {face.card}   {face.number} of {face.count}"),
        (5, 72, 3, face.code),
    )
    texts = "".join(text_at(x, y, size, line) for x, y, size, line in lines)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<svg xmlns="http://www.w3.org/2000/svg" width="105mm" height="74mm" viewBox="0 0 105 74">\n'
        '<rect width="105" height="74" fill="#FFFFFF"/>\n'
        f"{texts}"
        f"{placed(face.code, Symbol.QR, x=62, y=5, width=38, height=38)}"
        f"{placed(face.code, Symbol.CODE_128, x=2, y=52, width=101, height=15)}"
        "</svg>\n"
    )


def _create(text: str, symbol: Symbol) -> zxingcpp.Barcode:
    form, is_gs1 = symbol.value
    if symbol is Symbol.QR:
        return zxingcpp.create_barcode(text, form, ec_level="Q")  # a quarter may be smeared
    return zxingcpp.create_barcode(text, form, gs1=True) if is_gs1 else zxingcpp.create_barcode(text, form)


def placed(text: str, symbol: Symbol, *, x: float, y: float, width: float, height: float) -> str:
    """The symbol as a nested drawing that fills the given rectangle in millimetres."""
    drawing = symbol_svg(text, symbol)
    size = re.search(r'<svg width="(\d+)" height="(\d+)"', drawing)
    first, end = drawing.find("<g "), drawing.find("</g>")
    if size is None or first < 0 or end < 0:
        raise ValueError("the drawing of the symbol is not as expected; install the pinned zxing-cpp")
    shape = "none" if symbol.is_linear else "xMidYMid"
    return (
        f'<svg x="{x}" y="{y}" width="{width}" height="{height}" viewBox="0 0 {size[1]} {size[2]}"'
        f' preserveAspectRatio="{shape}" shape-rendering="crispEdges">\n{drawing[first:end]}</g>\n</svg>\n'.replace(
            'id="barcode" ', ""
        )
    )


def text_at(x: float, y: float, size: float, line: str) -> str:
    """A line of text whose base begins at a place in millimetres."""
    return f'<text x="{x}" y="{y}" font-size="{size}" font-family="sans-serif">{_text(line)}</text>\n'


def _text(line: str) -> str:
    """Escaped, and without the control characters that XML cannot hold at all."""
    return escape("".join(character if character.isprintable() else " " for character in line))
