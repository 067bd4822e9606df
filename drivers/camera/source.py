"""Frames of a camera, a stream or a video file, inside the decoder process."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from drivers.camera.cascade import Grey

OPEN_LIMIT_MS = 8_000
READ_LIMIT_MS = 4_000
FRAME_LIMIT_PIXELS = 16_000_000
LOOK_AFTER = "look after its plug, its power and its network"


class SourceError(Exception):
    """The source cannot be opened, or gives no more frames; says why, without its name, which may hold a password."""


class SourceStalledError(SourceError):
    """The source is open and says nothing; what hangs there cannot be closed, so this process should end."""


class SourceEndError(SourceError):
    """A video file has been read to its end."""


@dataclass(frozen=True, slots=True)
class Frame:
    grey: Grey
    number: int  # of a video file, from 0; otherwise how many have come
    at_ms: int | None  # position in a video file; None: now


class Source(Protocol):
    """Where frames come from."""

    def next(self) -> Frame:
        """The next frame; SourceError when there is none."""

    def close(self) -> None: ...


class VideoFile:
    """Every frame of a file, one after the other, from `first` on."""

    def __init__(self, path: str, first: int) -> None:
        self._capture = _opened(cv2.VideoCapture(path, cv2.CAP_FFMPEG))
        self._number = 0
        while self._number < first:  # frame by frame, as seeking lands on key frames only
            if not self._capture.grab():
                raise SourceEndError("the video has ended")
            self._number += 1

    def next(self) -> Frame:
        at_ms = round(self._capture.get(cv2.CAP_PROP_POS_MSEC))
        is_there, picture = self._capture.read()
        if not is_there:
            raise SourceEndError("the video has ended")
        self._number += 1
        return Frame(_grey(picture), self._number - 1, at_ms)

    def close(self) -> None:
        self._capture.release()


class LiveSource:
    """The newest frame only: what piles up while a frame is decoded is old news, and is thrown away."""

    def __init__(self, name: str, width: int, height: int) -> None:
        self._capture = _opened(_live(name, width, height))
        self._changed = threading.Condition()
        self._newest: np.ndarray | None = None
        self._count = 0
        self._ended = False
        threading.Thread(target=self._grab, name="grab", daemon=True).start()

    def next(self) -> Frame:
        with self._changed:
            came = self._changed.wait_for(lambda: self._newest is not None or self._ended, READ_LIMIT_MS / 1000)
            picture, self._newest, number = self._newest, None, self._count
        if not came:
            raise SourceStalledError(f"gave no frame for {READ_LIMIT_MS // 1000} s; {LOOK_AFTER}")
        if picture is None:
            raise SourceError(f"gives no more frames; {LOOK_AFTER}")
        return Frame(_grey(picture), number, None)

    def close(self) -> None:
        """Only once it has ended: one that hangs is left to the end of the process."""
        if self._ended:
            self._capture.release()

    def _grab(self) -> None:
        while True:
            is_there, picture = self._capture.read()
            with self._changed:
                self._ended = not is_there
                self._newest = picture if is_there else self._newest
                self._count += 1
                self._changed.notify_all()
            if not is_there:
                return


def _live(name: str, width: int, height: int) -> cv2.VideoCapture:
    if "://" in name:
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_LIMIT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_LIMIT_MS]
        return cv2.VideoCapture(name, cv2.CAP_FFMPEG, limits)
    capture = cv2.VideoCapture(str(Path(name).resolve()), cv2.CAP_V4L2)  # by-id links lead to /dev/videoN
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return capture


def _opened(capture: cv2.VideoCapture) -> cv2.VideoCapture:
    if not capture.isOpened():
        raise SourceError("cannot be opened as a camera, stream or video; another program may hold it")
    return capture


def _grey(picture: np.ndarray) -> Grey:
    if picture.shape[0] * picture.shape[1] > FRAME_LIMIT_PIXELS:
        raise SourceError(f"has frames of {picture.shape[1]} x {picture.shape[0]}, at most {FRAME_LIMIT_PIXELS} pixels")
    return np.asarray(picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
