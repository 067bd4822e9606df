"""A page of labels as one SVG document without external parts."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from gateway.labels.drawing import Box, Code, Drawing, Text, fitted
from gateway.labels.page import Page
from gateway.labels.symbol import place


def render(page: Page) -> str:
    """GatewayError when a code does not fit its label."""
    size = f'width="{page.width:g}mm" height="{page.height:g}mm" viewBox="0 0 {page.width:g} {page.height:g}"'
    inside = "".join(_label(left, top, drawing, page.is_cut) for left, top, drawing in page.labels)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" {size}>\n'
        f'<rect width="{page.width:g}" height="{page.height:g}" fill="#FFFFFF"/>\n{inside}</svg>\n'
    )


def _label(left: float, top: float, drawing: Drawing, is_cut: bool) -> str:
    outline = (
        f'<rect width="{drawing.width:g}" height="{drawing.height:g}" fill="none" stroke="#999999"'
        ' stroke-width="0.1"/>\n'
    )
    parts = "".join(line for part in drawing.parts for line in _part(part))
    return f'<g transform="translate({left:g} {top:g})">\n{outline if is_cut else ""}{parts}</g>\n'


def _part(part: Text | Code | Box) -> Iterator[str]:
    if isinstance(part, Box):
        yield f'<rect x="{part.x:g}" y="{part.y:g}" width="{part.width:g}" height="{part.height:g}"/>\n'
    elif isinstance(part, Text):
        one = fitted(part)
        yield (
            f'<text x="{one.x:g}" y="{one.y:g}" font-size="{one.size:.3g}" font-family="sans-serif">'
            f"{escape(one.text)}</text>\n"
        )
    elif (placed := place(part)) is not None:
        path = "".join(f"M{x} {y}h{width}v{height}h-{width}z" for x, y, width, height in placed.modules.boxes())
        yield (
            f'<path transform="translate({placed.x:.4f} {placed.y:.4f}) scale({placed.module_width:.5f}'
            f' {placed.module_height:.5f})" shape-rendering="crispEdges" d="{path}"/>\n'
        )
