"""Symbols as black and white modules, made by zxing-cpp: the same ones whatever they are printed with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import zxingcpp

from gateway.errors import GatewayError
from gateway.labels.drawing import Code, Kind

MODULE_MIN_MM = 0.19  # thinner bars do not survive a 203 dpi printer and a hand-held scanner

_FORMATS: dict[Kind, tuple[zxingcpp.BarcodeFormat, dict[str, Any]]] = {
    Kind.QR: (zxingcpp.BarcodeFormat.QRCode, {"ec_level": "Q"}),  # a quarter may be smeared
    Kind.DATA_MATRIX: (zxingcpp.BarcodeFormat.DataMatrix, {}),
    Kind.CODE_128: (zxingcpp.BarcodeFormat.Code128, {}),
    Kind.GS1_128: (zxingcpp.BarcodeFormat.Code128, {"gs1": True}),
    Kind.GS1_DATA_MATRIX: (zxingcpp.BarcodeFormat.DataMatrix, {"gs1": True}),
}


@dataclass(frozen=True, slots=True)
class Modules:
    """A symbol with its quiet zone; a linear one is a single row."""

    rows: tuple[tuple[bool, ...], ...]  # True is black

    @property
    def width(self) -> int:
        return len(self.rows[0])

    @property
    def height(self) -> int:
        return len(self.rows)

    def boxes(self) -> Iterator[tuple[int, int, int, int]]:
        """Left, top, width, height of black rectangles that cover it, tall ones where rows are alike."""
        open_runs: dict[tuple[int, int], int] = {}
        for y, row in enumerate((*self.rows, ())):
            runs = set(_runs(row))
            for run in [one for one in open_runs if one not in runs]:
                top = open_runs.pop(run)
                yield run[0], top, run[1], y - top
            for run in runs:
                open_runs.setdefault(run, y)


@dataclass(frozen=True, slots=True)
class Placed:
    """A symbol on its label."""

    modules: Modules
    x: float
    y: float
    module_width: float  # mm
    module_height: float  # mm; of a linear symbol all of its height


def modules_of(text: str, kind: Kind) -> Modules:
    """GatewayError when the text does not fit the symbol."""
    try:
        return _modules(text, kind)
    except (ValueError, RuntimeError) as error:
        raise GatewayError(f"{text!r} cannot be printed as {kind.value}: {error}") from error


@lru_cache(maxsize=256)
def _modules(text: str, kind: Kind) -> Modules:
    import numpy as np  # 20 MB that only a printout needs

    form, options = _FORMATS[kind]
    image = zxingcpp.create_barcode(text, form, **options).to_image(scale=1, add_quiet_zones=True)
    rows = tuple(tuple(bool(level < 128) for level in row) for row in np.asarray(image))
    return Modules((rows[len(rows) // 2],) if kind.is_linear else rows)


def place(code: Code, dot_mm: float = 0.0) -> Placed | None:
    """Where its modules go: centred, square unless linear, in whole printer dots of `dot_mm` if that is given.

    None for an optional one whose bars would be too thin, GatewayError for one that is needed.
    """
    modules = modules_of(code.text, code.kind)
    wide = _whole(code.width / modules.width, dot_mm)
    if code.kind.is_linear:
        high = code.height
    else:
        high = wide = min(wide, _whole(code.height / modules.height, dot_mm))
    if wide < MODULE_MIN_MM:
        if code.is_optional:
            return None
        what = f"{code.text!r} has {modules.width} modules, too many for {code.width:g} mm"
        raise GatewayError(f"{what} of {code.kind.value}", hint=f"a module is {MODULE_MIN_MM} mm or more")
    left = code.x + (code.width - wide * modules.width) / 2
    top = code.y if code.kind.is_linear else code.y + (code.height - high * modules.height) / 2
    return Placed(modules, left, top, wide, high)


def _whole(size_mm: float, dot_mm: float) -> float:
    return size_mm if not dot_mm else int(size_mm / dot_mm + 1e-9) * dot_mm


def _runs(row: tuple[bool, ...]) -> Iterator[tuple[int, int]]:
    """(start, length) of every black run."""
    start = None
    for x, is_black in enumerate((*row, False)):
        if is_black and start is None:
            start = x
        elif not is_black and start is not None:
            yield start, x - start
            start = None
