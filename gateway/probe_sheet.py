"""The commissioning sheet for scanners: the symbols of `codes/probe.py`, as one SVG page of A5."""

from __future__ import annotations

from gateway.codes.probe import GS1_PROBE, ISO_PROBE
from gateway.label import Symbol, placed, text_at

_STEPS = (
    "1  Scan the first symbol, then the second, into the scanner's own device.",
    "2  Give what arrived to: kanban-gateway probe --learn FILE",
    "3  Put the lines that it prints into the scanner's [[device]] table.",
)


def sheet_svg() -> str:
    """148 x 210 mm, black on white, without external parts."""
    symbols = (
        placed(GS1_PROBE, Symbol.GS1_DATA_MATRIX, x=20, y=40, width=35, height=35),
        placed(GS1_PROBE, Symbol.GS1_128, x=10, y=90, width=128, height=22),
        placed(ISO_PROBE, Symbol.DATA_MATRIX, x=20, y=135, width=35, height=35),
    )
    lines = (
        text_at(10, 15, 6, "Probe sheet for scanners"),
        text_at(10, 33, 4, "First: GS1. Either of these two, the upper one if the scanner reads it."),
        text_at(62, 58, 4, GS1_PROBE),
        text_at(10, 118, 4, GS1_PROBE),
        text_at(10, 130, 4, "Second: ISO 15434, as on labels of suppliers; leave it out if it cannot be read."),
        *(text_at(10, 183 + 7 * number, 3.5, line) for number, line in enumerate(_STEPS)),
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<svg xmlns="http://www.w3.org/2000/svg" width="148mm" height="210mm" viewBox="0 0 148 210">\n'
        '<rect width="148" height="210" fill="#FFFFFF"/>\n'
        f"{''.join(lines)}{''.join(symbols)}</svg>\n"
    )
