"""A picture file as grey pixels, bounded before anything is unpacked.

A few kilobytes of PNG can hold gigapixels. The size stands in the header, OpenCV is told not to unpack more
than PICTURE_LIMIT_PIXELS, and the process that does it has a memory limit besides.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import cv2
import numpy as np

from drivers.camera.cascade import Grey
from drivers.camera.limit import FILE_LIMIT_BYTES, PICTURE_LIMIT_PIXELS, WORK_LIMIT_PIXELS


class PictureError(Exception):
    """The file is no picture that can be used; says why."""


def load(path: Path) -> tuple[Grey, float]:
    """The picture, at most WORK_LIMIT_PIXELS large, and by how much it was made smaller; PictureError otherwise."""
    data = _read(path)
    try:
        grey = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error as error:
        raise PictureError(_said(error)) from error
    if grey is None or grey.size == 0:
        raise PictureError("not a picture that can be unpacked, expected an undamaged PNG, JPEG, BMP, TIFF or WebP")
    if grey.size <= WORK_LIMIT_PIXELS:
        return np.asarray(grey, dtype=np.uint8), 1.0
    scale = (WORK_LIMIT_PIXELS / grey.size) ** 0.5
    smaller = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(smaller, dtype=np.uint8), scale


def _read(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a FIFO must not make us wait
    except OSError as error:
        raise PictureError(f"cannot be read: {error.strerror}") from error
    try:
        return _whole(descriptor)
    except OSError as error:
        raise PictureError(f"cannot be read: {error.strerror}") from error
    finally:
        os.close(descriptor)


def _whole(descriptor: int) -> bytes:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise PictureError("not a file")
    if status.st_size > FILE_LIMIT_BYTES:
        raise PictureError(f"{status.st_size} bytes, expected at most {FILE_LIMIT_BYTES}")
    if not status.st_size:
        raise PictureError("the file is empty")
    with os.fdopen(os.dup(descriptor), "rb") as file:
        return file.read(FILE_LIMIT_BYTES)


def _said(error: cv2.error) -> str:
    """OpenCV's complaint about a size in our words, any other in its own."""
    text = str(error)
    if "CV_IO_MAX_IMAGE" in text:
        return f"more pixels than the {PICTURE_LIMIT_PIXELS} that are unpacked"
    return f"cannot be unpacked: {' '.join(text.split())[:200]}"
