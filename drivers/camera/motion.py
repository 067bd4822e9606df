"""Whether a frame is worth the whole cascade: something moved since the last one that had it, and it is not blank."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.camera.cascade import Grey

THUMB = (64, 48)  # pixels; small enough that the sensor's noise averages out
STEP = 12  # grey levels by which a pixel of the thumb must change
CHANGED_PIXELS = 16  # of 3072: a label of a tenth of the picture's width that comes or goes
EDGE_OVER_NOISE = 6  # an edge is so many times as strong as the median of the picture, which is noise
EDGE_LEVEL = 10  # and at least so strong, where there is no noise at all
EDGE_PIXELS = 40  # of 19200: the outline of a small label


class MotionGate:
    """Compares each frame with the last one that was looked at thoroughly."""

    def __init__(self) -> None:
        self._seen: NDArray[np.int16] | None = None

    def is_news(self, grey: Grey) -> bool:
        """Whether to look thoroughly; then this frame is the one to compare with."""
        thumb = np.asarray(cv2.resize(grey, THUMB, interpolation=cv2.INTER_AREA), dtype=np.int16)
        if self._seen is not None and np.count_nonzero(np.abs(thumb - self._seen) > STEP) < CHANGED_PIXELS:
            return False
        self._seen = thumb
        return not is_blank(grey)


def is_blank(grey: Grey) -> bool:
    """A table top, a covered lens, darkness: no edge anywhere that could be a bar."""
    small = cv2.resize(grey, (160, 120), interpolation=cv2.INTER_AREA)
    edges = np.abs(np.asarray(cv2.Laplacian(small, cv2.CV_16S)))
    level = max(EDGE_LEVEL, EDGE_OVER_NOISE * float(np.median(edges)))
    return bool(np.count_nonzero(edges > level) < EDGE_PIXELS)
