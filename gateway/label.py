"""Single symbols, such as a QR code, as SVG or PNG, and how to place them in a drawing. Labels: gateway/labels/."""

from __future__ import annotations

import re
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
