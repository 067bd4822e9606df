"""Pages of labels as one PDF.

Texts use Helvetica where it has all the characters, else DejaVu Sans where that is installed, else the Chinese face
that every PDF viewer provides; a character that none of them has is printed as '?'.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from gateway.labels.drawing import Box, Code, Drawing, Text, fitted
from gateway.labels.page import Page
from gateway.labels.symbol import place

PLAIN, WIDE, CHINESE = "Helvetica", "DejaVuSans", "STSong-Light"
DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


def render(pages: Sequence[Page], title: str) -> bytes:
    """GatewayError when a code does not fit its label. The same pages give the same bytes."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.setTitle(title)
    canvas.setCreator("kanban-gateway")
    for page in pages:
        canvas.setPageSize((page.width * mm, page.height * mm))
        canvas.translate(0, page.height * mm)
        canvas.scale(mm, -mm)  # millimetres from the upper left corner, as in the drawings
        for left, top, drawing in page.labels:
            canvas.saveState()
            canvas.translate(left, top)
            _label(canvas, drawing, page.is_cut)
            canvas.restoreState()
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _label(canvas: Canvas, drawing: Drawing, is_cut: bool) -> None:
    if is_cut:
        canvas.setLineWidth(0.1)
        canvas.setStrokeGray(0.6)
        canvas.rect(0, 0, drawing.width, drawing.height, stroke=1, fill=0)
    for part in drawing.parts:
        if isinstance(part, Box):
            canvas.rect(part.x, part.y, part.width, part.height, stroke=0, fill=1)
        elif isinstance(part, Text):
            _text(canvas, fitted(part))
        else:
            _code(canvas, part)


def _text(canvas: Canvas, part: Text) -> None:
    face, text = face_of(part.text)
    canvas.saveState()
    canvas.translate(part.x, part.y)
    canvas.scale(1, -1)
    canvas.setFont(face, part.size)
    canvas.drawString(0, 0, text)
    canvas.restoreState()


def _code(canvas: Canvas, part: Code) -> None:
    placed = place(part)
    if placed is None:
        return
    path = canvas.beginPath()
    for x, y, width, height in placed.modules.boxes():
        path.rect(
            placed.x + x * placed.module_width, placed.y + y * placed.module_height,
            width * placed.module_width, height * placed.module_height,
        )  # fmt: skip
    canvas.drawPath(path, stroke=0, fill=1)


def face_of(text: str) -> tuple[str, str]:
    """The face for a text, and the text as that face can show it."""
    if _fits(text, "cp1252"):
        return PLAIN, text
    known = _dejavu()
    if known and all(ord(one) in known for one in text):
        return WIDE, text
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    return CHINESE, "".join(one if _fits(one, "gb2312") else "?" for one in text)


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=1)
def _dejavu() -> frozenset[int]:
    """The characters of DejaVu Sans, none when it is not installed."""
    if not DEJAVU.exists():
        return frozenset()
    font = TTFont(WIDE, str(DEJAVU))
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)
