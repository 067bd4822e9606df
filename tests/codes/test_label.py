"""Printed symbols, read back by two independent readers."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
import zxingcpp
from pyzbar import pyzbar

from gateway.codes.card import CardCode, format_card
from gateway.codes.command import format_command
from gateway.label import Symbol, symbol_png, symbol_svg

CARD = format_card(CardCode("P1", "K-000812-03", 2))
LONGEST = format_card(CardCode("PLANT-NORTH-1", "K-000812-03-LEFT-SHELF", 9999))
UNDO = format_command("P1", "UNDO", b"secret")
SVG = "{http://www.w3.org/2000/svg}"


def readings(image: np.ndarray) -> dict[str, set[str]]:
    """What each reader finds, after a scaling that no module grid fits."""
    scaled = cv2.resize(image, None, fx=1.7, fy=1.7, interpolation=cv2.INTER_LINEAR)
    return {
        "zbar": {found.data.decode() for found in pyzbar.decode(scaled)},
        "zxing": {found.text for found in zxingcpp.read_barcodes(scaled)},
    }


def drawn(root: ElementTree.Element, scale: float) -> np.ndarray:
    """The rectangles of a symbol's drawing as an image; understands just what we print."""
    width, height = (float(number) for number in root.attrib["viewBox"].split()[2:])
    image = np.full((round(height * scale), round(width * scale)), 255, np.uint8)
    for path in root.iter(f"{SVG}path"):
        for x, y, across, down in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-\d+Z", path.attrib["d"]):
            left, top, right, bottom = (
                round(int(edge) * scale) for edge in (x, y, int(x) + int(across), int(y) + int(down))
            )
            image[top:bottom, left:right] = 0
    return image


@pytest.mark.parametrize("symbol", [Symbol.QR, Symbol.CODE_128])
@pytest.mark.parametrize("text", [CARD, LONGEST, UNDO])
def test_a_printed_symbol_is_read_back_by_both_readers(symbol: Symbol, text: str) -> None:
    image = cv2.imdecode(np.frombuffer(symbol_png(text, symbol, scale=3), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    assert readings(image) == {"zbar": {text}, "zxing": {text}}


def test_a_qr_code_of_ours_uses_the_dense_mode_and_survives_a_smear() -> None:
    image = cv2.imdecode(np.frombuffer(symbol_png(CARD, Symbol.QR, scale=6), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    assert image.shape[0] // 6 - 8 <= 29  # modules: version 3, which byte mode would not fit at this level
    middle = image.shape[0] // 2
    image[middle - 12 : middle + 12, middle - 12 : middle + 12] = 255
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [CARD]


def test_a_symbol_alone_is_a_whole_drawing() -> None:
    assert ElementTree.fromstring(symbol_svg(CARD, Symbol.CODE_128)).tag == f"{SVG}svg"


def test_a_scale_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="scale 0"):
        symbol_png(CARD, Symbol.QR, scale=0)
