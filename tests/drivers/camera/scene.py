"""Pictures as a camera takes them: symbols drawn by zxing-cpp, put on a table in perspective, blurred, noisy.

Every picture is made from a seed, so a red test is red for everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

QR = zxingcpp.BarcodeFormat.QRCode
DATA_MATRIX = zxingcpp.BarcodeFormat.DataMatrix
CODE_128 = zxingcpp.BarcodeFormat.Code128
EAN_13 = zxingcpp.BarcodeFormat.EAN13
ITF = zxingcpp.BarcodeFormat.ITF
CODE_39 = zxingcpp.BarcodeFormat.Code39
PDF417 = zxingcpp.BarcodeFormat.PDF417
AZTEC = zxingcpp.BarcodeFormat.Aztec


@dataclass(frozen=True)
class Scene:
    """How the table is seen."""

    width: int = 800
    height: int = 600
    tilt: float = 0.0  # share of the width by which the far side is shorter
    turn: float = 0.0  # degrees
    blur: float = 0.0  # standard deviation in pixels
    noise: float = 0.0  # standard deviation in grey levels
    light: float = 1.0  # brightness of the left side against the right
    seed: int = 1

    def of(self, *labels: Grey) -> Grey:
        """The labels side by side."""
        table = np.full((self.height, self.width), 160, np.uint8)
        slot = self.width // max(1, len(labels))
        for n, label in enumerate(labels):
            assert label.shape[1] <= slot and label.shape[0] <= self.height, "the label does not fit its place"
            left, top = n * slot + (slot - label.shape[1]) // 2, (self.height - label.shape[0]) // 2
            table[top : top + label.shape[0], left : left + label.shape[1]] = label
        return self._seen(table)

    def _seen(self, table: Grey) -> Grey:
        w, h, t = self.width, self.height, self.tilt * self.width / 2
        flat = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
        far = np.array([[t, t / 2], [w - t, 0], [w, h], [0, h]], np.float32)
        lens = cv2.getPerspectiveTransform(flat, far)
        turn = np.vstack([cv2.getRotationMatrix2D((w / 2, h / 2), self.turn, 1), [0, 0, 1]])
        seen = cv2.warpPerspective(table, turn @ lens, (w, h), borderValue=(160,)).astype(np.float64)
        seen *= np.linspace(self.light, 1, w)
        if self.blur:
            seen = np.asarray(cv2.GaussianBlur(seen, (0, 0), self.blur))
        seen += np.random.default_rng(self.seed).normal(0, self.noise, seen.shape)
        return np.clip(seen, 0, 255).astype(np.uint8)


def label(text: str, form: zxingcpp.BarcodeFormat = QR, scale: int = 4, *, is_gs1: bool = False) -> Grey:
    """One symbol with its quiet zone."""
    options = {"gs1": True} if is_gs1 else {}
    code = zxingcpp.create_barcode(text, form, **options)
    return np.asarray(code.to_image(scale=scale, add_quiet_zones=True), dtype=np.uint8)


def write_picture(path: Path, picture: Grey) -> Path:
    """Complete under its name at once, as an FTP server that renames does it."""
    _, data = cv2.imencode(path.suffix, picture)
    part = path.with_name(path.name + ".part")
    part.write_bytes(data.tobytes())
    part.replace(path)
    return path


def write_video(path: Path, frames: list[Grey], frames_per_s: int = 10) -> Path:
    """Without loss, so that a frame is exactly what was drawn."""
    height, width = frames[0].shape
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"FFV1"), frames_per_s, (width, height))
    assert writer.isOpened()
    for frame in frames:
        writer.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    writer.release()
    return path
