"""Labels as pixels again, by other means than made them: what is printed must be what is read."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray

from drivers.camera.cascade import read_still

Grey = NDArray[np.uint8]

SVG = "{http://www.w3.org/2000/svg}"
_MOVE = re.compile(r"M(\d+) (\d+)h(\d+)v(\d+)h-\d+z")
_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")
_GRAPHIC = re.compile(r"\^FO(\d+),(\d+)\^GFA,(\d+),(\d+),(\d+),([0-9A-F,:]*)\^FS")


def read(picture: Grey) -> set[tuple[str, str]]:
    """(AIM identifier, text) of every code the camera would hand on."""
    return {(one.aim, one.text) for one in read_still(picture) if one.is_agreed}


def pdf_pages(data: bytes, dots_per_mm: int = 8) -> list[Grey]:
    """Every page as PDFium draws it."""
    document = pypdfium2.PdfDocument(data)
    try:
        return [
            np.asarray(page.render(scale=dots_per_mm * 25.4 / 72, grayscale=True).to_numpy(), np.uint8).squeeze()
            for page in document
        ]
    finally:
        document.close()


def pdf_text(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def svg_page(document: str, dots_per_mm: int = 8) -> Grey:
    """The symbols of a page; texts are left out."""
    root = ElementTree.fromstring(document)
    width, height = (float(one) for one in root.attrib["viewBox"].split()[2:])
    page = np.full((round(height * dots_per_mm), round(width * dots_per_mm)), 255, np.uint8)
    for group in root.findall(f"{SVG}g"):
        left, top = _numbers(group)
        for path in group.findall(f"{SVG}path"):
            x0, y0, sx, sy = _numbers(path)
            for x, y, w, h in (map(int, one) for one in _MOVE.findall(path.attrib["d"])):
                ends = (left + x0 + x * sx, top + y0 + y * sy, left + x0 + (x + w) * sx, top + y0 + (y + h) * sy)
                x1, y1, x2, y2 = (round(one * dots_per_mm) for one in ends)
                page[y1:y2, x1:x2] = 0
    return page


def _numbers(element: ElementTree.Element) -> list[float]:
    return [float(one) for one in _NUMBERS.findall(element.attrib["transform"])]


def zpl_label(label: str) -> Grey:
    """The graphics of a label, unpacked as a printer does it; texts are left out."""
    [width], [height] = re.findall(r"\^PW(\d+)", label), re.findall(r"\^LL(\d+)", label)
    page = np.full((int(height), int(width)), 255, np.uint8)
    for found in _GRAPHIC.findall(label):
        x, y, total, same, row_bytes = map(int, found[:5])
        rows = _unpacked(found[5], row_bytes * 2)
        assert total == same == row_bytes * len(rows), "the label lies about the size of its graphics"
        bits = np.array([[int(bit) for bit in f"{int(row, 16):0{row_bytes * 8}b}"] for row in rows], np.uint8)
        part = page[y : y + bits.shape[0], x : x + bits.shape[1]]
        part[bits[: part.shape[0], : part.shape[1]] == 1] = 0
    return np.asarray(cv2.copyMakeBorder(page, 8, 8, 8, 8, cv2.BORDER_CONSTANT, value=(255,)), np.uint8)


def _unpacked(data: str, digits: int) -> list[str]:
    rows: list[str] = []
    row = ""
    for one in data:
        if one == ":":
            rows.append(rows[-1])
        elif one == ",":
            rows.append(row.ljust(digits, "0"))
            row = ""
        else:
            row += one
            if len(row) == digits:
                rows.append(row)
                row = ""
    assert row == "", "a row of the graphics is not complete"
    return rows
