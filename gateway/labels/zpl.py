"""A label as ZPL II, the language of Zebra's label printers and of most others. Pure but for the symbols.

Symbols are sent as graphics (^GF) in whole printer dots, not as ^BC or ^BQ: every printer then prints the very
modules that were read back in our tests, whatever its firmware makes of FNC1 or error correction.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.labels.drawing import Box, Code, Drawing, Text, fitted
from gateway.labels.symbol import Placed, place

DOTS_PER_MM = {203: 8, 300: 12, 600: 24}  # what these resolutions really are

_BASE_LINE = 0.76  # share of the height of font 0 above the line the letters stand on


def render(drawing: Drawing, dpi: int = 203) -> str:
    """One label from ^XA to ^XZ in ASCII. GatewayError when a code does not fit, KeyError for another resolution."""
    dots = DOTS_PER_MM[dpi]
    head = f"^XA\n^CI28\n^PW{round(drawing.width * dots)}\n^LL{round(drawing.height * dots)}\n^LH0,0\n"
    return head + "".join(line for part in drawing.parts for line in _part(part, dots)) + "^XZ\n"


def _part(part: Text | Code | Box, dots: int) -> Iterator[str]:
    if isinstance(part, Box):
        width, height = max(1, round(part.width * dots)), max(1, round(part.height * dots))
        yield f"^FO{round(part.x * dots)},{round(part.y * dots)}^GB{width},{height},{min(width, height)}^FS\n"
    elif isinstance(part, Text):
        one = fitted(part)
        top, size = round((one.y - one.size * _BASE_LINE) * dots), round(one.size * dots)
        yield f"^FO{round(one.x * dots)},{max(0, top)}^A0N,{size},{size}^FH_^FD{_escaped(one.text)}^FS\n"
    elif (placed := place(part, 1 / dots)) is not None:
        yield f"^FO{round(placed.x * dots)},{round(placed.y * dots)}{_graphic(placed, dots)}^FS\n"


def _graphic(placed: Placed, dots: int) -> str:
    """^GFA with the abbreviations of ZPL's hexadecimal: ',' fills a row with white, ':' repeats the row above."""
    wide, high = round(placed.module_width * dots), round(placed.module_height * dots)
    row_bytes = -(-placed.modules.width * wide // 8)
    data = ""
    for row in placed.modules.rows:
        bits = "".join(("1" if is_black else "0") * wide for is_black in row).ljust(row_bytes * 8, "0")
        digits = f"{int(bits, 2):0{row_bytes * 2}X}".rstrip("0")
        data += digits + ("," if len(digits) < row_bytes * 2 else "") + ":" * (high - 1)
    total = row_bytes * high * placed.modules.height
    return f"^GFA,{total},{total},{row_bytes},{data}"


def _escaped(text: str) -> str:
    """^, ~ and _ would be commands, and letters beyond ASCII go as the bytes of their UTF-8."""
    data = text.encode("utf-8", "replace")
    return "".join(chr(byte) if 32 <= byte < 127 and byte not in b"^~_" else f"_{byte:02X}" for byte in data)
