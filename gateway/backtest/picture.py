"""A drawing as a file: SVG, or PNG by way of PDF, which PDFium turns into pixels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gateway.errors import GatewayError

if TYPE_CHECKING:
    from reportlab.graphics.shapes import Drawing

PIXELS = 2  # of a PNG to a point of the drawing
ENDINGS = (".svg", ".png")


def write(drawing: Drawing, path: Path) -> None:
    """GatewayError for another ending, or when it cannot be written."""
    data = svg(drawing) if path.suffix == ".svg" else png(drawing)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise GatewayError(f"{path} cannot be written: {error.strerror}") from error


def svg(drawing: Drawing) -> bytes:
    """As SVG."""
    from reportlab.graphics import renderSVG

    return bytes(renderSVG.drawToString(drawing).encode())


def png(drawing: Drawing) -> bytes:
    """As PNG, 8 bits for each colour."""
    import cv2  # 60 MB that only a picture needs
    import numpy as np
    import pypdfium2
    from reportlab.graphics import renderPDF

    document = pypdfium2.PdfDocument(renderPDF.drawToString(drawing))
    try:
        pixels = np.asarray(document[0].render(scale=PIXELS).to_numpy(), np.uint8)
    finally:
        document.close()
    _, data = cv2.imencode(".png", pixels)
    return bytes(data.tobytes())
