"""From a grey picture to codes: two decoders and a few versions of the picture, cheapest first.

zxing-cpp and zbar miss different pictures, so both are asked. The order and the versions are those with
the largest gain for their time on photographs (`kanban-gateway bench-camera` measures them again).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from pyzbar import pyzbar

from drivers.camera.code import SYMBOLOGIES, TEXT_LIMIT, Look, Sighting, Trust, agree

Grey = NDArray[np.uint8]  # height x width
Affine = NDArray[np.float64]  # 2 x 3, from the version's pixels back to the picture's

ENLARGED_LIMIT_PIXELS = 6_000_000  # larger pictures have enough pixels, and enlarging them costs most
STRAIGHT_DEGREES = 3
CODES_LIMIT = 64  # of one look; a picture of noise must not become a list without end

_F = zxingcpp.BarcodeFormat
_ZXING = {
    "EAN-13": _F.EAN13, "EAN-8": _F.EAN8, "UPC-A": _F.UPCA, "UPC-E": _F.UPCE, "ITF": _F.ITF, "Code 39": _F.Code39,
    "Code 93": _F.Code93, "Codabar": _F.Codabar, "Code 128": _F.Code128, "DataBar": _F.DataBar,
    "DataBar Limited": _F.DataBarLtd, "DataBar Expanded": _F.DataBarExp, "QR Code": _F.QRCode,
    "Micro QR Code": _F.MicroQRCode, "rMQR Code": _F.RMQRCode, "Data Matrix": _F.DataMatrix, "PDF417": _F.PDF417,
    "Aztec": _F.Aztec,
}  # fmt: skip
_S = pyzbar.ZBarSymbol
# zbar reads PDF417 only in part, and no other matrix code but QR. Without its modifier an AIM identifier
# would lie: of Code 128 and QR zbar does not tell whether they are GS1.
_ZBAR = {
    "EAN-13": (_S.EAN13, "]E0"), "EAN-8": (_S.EAN8, "]E4"), "UPC-A": (_S.UPCA, "]E0"), "UPC-E": (_S.UPCE, "]E0"),
    "ITF": (_S.I25, "]I0"), "Code 39": (_S.CODE39, "]A0"), "Code 93": (_S.CODE93, "]G0"),
    "Codabar": (_S.CODABAR, "]F0"), "Code 128": (_S.CODE128, ""), "DataBar": (_S.DATABAR, "]e0"),
    "DataBar Expanded": (_S.DATABAR_EXP, "]e0"), "QR Code": (_S.QRCODE, ""),
}  # fmt: skip
_FROM_ZBAR = {symbol.name: (name, aim) for name, (symbol, aim) in _ZBAR.items()}
_EVERY_ONE = frozenset(SYMBOLOGIES)


@dataclass(frozen=True, slots=True)
class Version:
    """A picture made from the one that came, and the way back."""

    geometry: str
    grey: Grey
    back: Affine | None = None  # None: pixel for pixel


@dataclass(frozen=True, slots=True)
class Step:
    """One decoder at one version."""

    decoder: str
    version: Callable[[Grey], Version | None]  # None: not worth it for a picture of this size


def read_fast(grey: Grey, names: frozenset[str] = _EVERY_ONE) -> tuple[Sighting, ...]:
    """One upright look, for every frame of a stream."""
    return agree(list(_zxing(Version("as is", grey), names, thorough=False)))


def read_stream(grey: Grey, names: frozenset[str] = _EVERY_ONE) -> tuple[Sighting, ...]:
    """The cascade until something is seen; whether a weak code counts is decided over several frames."""
    return _cascade(grey, names, is_done=lambda seen: any(one.is_agreed or one.trust is not Trust.HALF for one in seen))


def read_still(grey: Grey, names: frozenset[str] = _EVERY_ONE) -> tuple[Sighting, ...]:
    """The cascade until something is seen and enough looks agree on all of it: there is no second frame."""
    return _cascade(grey, names, is_done=lambda seen: bool(seen) and all(one.is_agreed for one in seen))


def read_zxing(grey: Grey, names: frozenset[str] = _EVERY_ONE) -> tuple[Sighting, ...]:
    """zxing-cpp alone, every read taken as it is; to compare with."""
    return _alone(_zxing(Version("as is", grey), names))


def read_zbar(grey: Grey, names: frozenset[str] = _EVERY_ONE) -> tuple[Sighting, ...]:
    """pyzbar alone, every read taken as it is; to compare with."""
    return _alone(_zbar(Version("as is", grey), names))


def _alone(looks: Iterator[Look]) -> tuple[Sighting, ...]:
    return tuple({look.sighting.identity: look.sighting for look in looks}.values())


def _cascade(grey: Grey, names: frozenset[str], is_done: Callable[[Sequence[Sighting]], bool]) -> tuple[Sighting, ...]:
    looks: list[Look] = []
    seen: tuple[Sighting, ...] = ()
    for step in STEPS:
        version = step.version(grey)
        if version is None:
            continue
        looks += _zxing(version, names) if step.decoder == "zxing" else _zbar(version, names)
        seen = agree(looks)
        if is_done(seen):
            break
    return seen


def _zxing(version: Version, names: frozenset[str], *, thorough: bool = True) -> Iterator[Look]:
    found = zxingcpp.read_barcodes(
        version.grey, formats=_formats(names), text_mode=zxingcpp.TextMode.Plain,
        try_rotate=thorough, try_downscale=thorough, try_invert=thorough,
    )  # fmt: skip
    for code in found[:CODES_LIMIT]:
        name = _zxing_name(code.format)
        if name is None or not SYMBOLOGIES[name].shortest <= len(code.text) <= TEXT_LIMIT:
            continue
        place = code.position
        points = [(p.x, p.y) for p in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)]
        is_binary = code.content_type is zxingcpp.ContentType.Binary
        data = bytes(code.bytes) if is_binary else code.text.encode("utf-8", "surrogatepass")
        corners = _back(points, version)
        yield Look(
            "zxing", version.geometry, Sighting(code.text, name, code.symbology_identifier, corners, data, False)
        )


@lru_cache(maxsize=8)
def _formats(names: frozenset[str]) -> zxingcpp.BarcodeFormats:
    return zxingcpp.BarcodeFormats([_ZXING[name] for name in sorted(names)])


def _zxing_name(form: zxingcpp.BarcodeFormat) -> str | None:
    """Our name; zxing-cpp answers with the variant it found (UPC-A of EAN/UPC, stacked DataBar)."""
    exact = next((name for name, one in _ZXING.items() if one == form), None)
    return exact or next((name for word, name in _VARIANTS if str(form).startswith(word)), None)


_VARIANTS = (
    ("DataBar Expanded", "DataBar Expanded"), ("DataBar Limited", "DataBar Limited"), ("DataBar", "DataBar"),
    ("QR Code", "QR Code"), ("Aztec", "Aztec"), ("Code 39", "Code 39"), ("ITF", "ITF"), ("ISBN", "EAN-13"),
    ("Compact PDF417", "PDF417"), ("PDF417", "PDF417"),
)  # fmt: skip


def _zbar(version: Version, names: frozenset[str]) -> Iterator[Look]:
    symbols = [_ZBAR[name][0] for name in sorted(names) if name in _ZBAR]
    if not symbols:
        return
    for code in pyzbar.decode(version.grey, symbols=symbols)[:CODES_LIMIT]:
        name, aim = _FROM_ZBAR.get(code.type, ("", ""))
        text = code.data.decode("utf-8", "replace")
        if name not in names or not SYMBOLOGIES[name].shortest <= len(text) <= TEXT_LIMIT:
            continue
        corners = _back(_corners(code), version)
        yield Look("zbar", version.geometry, Sighting(text, name, aim, corners, code.data, False))


def _corners(code: pyzbar.Decoded) -> list[tuple[float, float]]:
    """Four corners: zbar gives as many points as its scan lines happened to cross."""
    points = [(float(point.x), float(point.y)) for point in code.polygon]
    if len(points) == 4:
        return points
    box = code.rect
    right, bottom = box.left + box.width, box.top + box.height
    return [(box.left, box.top), (right, box.top), (right, bottom), (box.left, bottom)]


def _back(points: Sequence[tuple[float, float]], version: Version) -> tuple[tuple[int, int], ...]:
    if version.back is None:
        return tuple((round(x), round(y)) for x, y in points)
    placed = np.asarray(points) @ version.back[:, :2].T + version.back[:, 2]
    return tuple((round(float(x)), round(float(y))) for x, y in placed)


def _as_is(grey: Grey) -> Version:
    return Version("as is", grey)


def _even_light(grey: Grey) -> Version:
    """Local contrast evened out: shadows, gloss and pale print."""
    return Version("as is", _grey(cv2.createCLAHE(3, (8, 8)).apply(grey)))


def _larger(grey: Grey, scale: float, geometry: str) -> Version | None:
    if grey.size * scale * scale > ENLARGED_LIMIT_PIXELS:
        return None
    large = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return Version(geometry, _grey(large), _scaled(scale))


def _large(grey: Grey) -> Version | None:
    return _larger(grey, 1.5, "large")


def _double_sharp(grey: Grey) -> Version | None:
    """Twice the size with an unsharp mask: thin bars out of focus."""
    double = _larger(grey, 2.0, "double")
    if double is None:
        return None
    soft = cv2.GaussianBlur(double.grey, (0, 0), 2)
    return Version(double.geometry, _grey(cv2.addWeighted(double.grey, 2.5, soft, -1.5, 0)), double.back)


def _half(grey: Grey) -> Version | None:
    """Half the size: noise and moiré average out; a small picture has nothing to lose."""
    if min(grey.shape) < 400:
        return None
    return Version("half", _grey(cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)), _scaled(0.5))


def _slanted(grey: Grey) -> Version:
    """Turned by 45 degrees: the decoders look along rows and columns."""
    return _turned(grey, 45, "slanted")


def _straight(grey: Grey) -> Version | None:
    """Turned so that most edges are upright: stacked and thin codes bear a few degrees only.

    The direction of an edge is taken four times, as a bar has two sides and a symbol two directions.
    """
    small = cv2.GaussianBlur(grey, (0, 0), 1)
    dx, dy = cv2.Sobel(small, cv2.CV_32F, 1, 0), cv2.Sobel(small, cv2.CV_32F, 0, 1)
    length, angle = cv2.cartToPolar(dx, dy)
    weight = cv2.pow(length, 2)
    fourfold = float(np.arctan2((weight * np.sin(4 * angle)).sum(), (weight * np.cos(4 * angle)).sum()))
    degrees = float(np.degrees(fourfold / 4))
    return None if abs(degrees) < STRAIGHT_DEGREES else _turned(grey, degrees, "straight")


def _turned(grey: Grey, degrees: float, geometry: str) -> Version:
    """Counter-clockwise, with room for the corners."""
    height, width = grey.shape
    side = int((height + width) / 2**0.5) + 2
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    turn[:, 2] += (side / 2 - width / 2, side / 2 - height / 2)
    turned = cv2.warpAffine(grey, turn, (side, side), borderValue=(255,))
    return Version(geometry, _grey(turned), np.asarray(cv2.invertAffineTransform(turn)))


def _scaled(scale: float) -> Affine:
    return np.asarray([[1 / scale, 0, 0], [0, 1 / scale, 0]])


def _grey(picture: object) -> Grey:
    return np.asarray(picture, dtype=np.uint8)


STEPS = (
    Step("zxing", _as_is),
    Step("zbar", _as_is),
    Step("zxing", _double_sharp),
    Step("zbar", _even_light),
    Step("zxing", _even_light),
    Step("zxing", _large),
    Step("zxing", _straight),
    Step("zbar", _straight),
    Step("zxing", _slanted),
    Step("zbar", _slanted),
    Step("zbar", _half),
)
