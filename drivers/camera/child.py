"""The decoder process: everything that touches a picture, under limits of its own.

It answers one request after the other on a pipe and keeps nothing that anybody would miss. zbar and the
picture libraries have had overflows; what they do to this process costs one picture.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import cv2

from drivers.camera import cascade
from drivers.camera.cascade import Grey
from drivers.camera.code import Sighting
from drivers.camera.limit import EXIT_MEMORY
from drivers.camera.motion import MotionGate
from drivers.camera.picture import PictureError, load
from drivers.camera.source import Frame, LiveSource, Source, SourceEndError, SourceError, SourceStalledError, VideoFile
from drivers.camera.wire import Inbox, Message, pack
from gateway.clock import Clock, SystemClock

READ_BYTES = 65_536
NICENESS = 5  # capture and journal come first

Policy = Callable[[Grey, frozenset[str]], tuple[Sighting, ...]]

POLICIES: dict[str, Policy] = {
    "still": cascade.read_still,
    "zxing": cascade.read_zxing,
    "zbar": cascade.read_zbar,
}

_PR_SET_PDEATHSIG = 1


def main(memory_mib: int, frame_cpu_s: int) -> None:
    """Serve standard input until it ends. A killed parent takes this process with it."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (memory_mib << 20, memory_mib << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):  # a sandbox may forbid it
        os.nice(NICENESS)
    cv2.setNumThreads(1)  # the cores belong to the gateway
    worker = Worker(SystemClock())
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # libraries print where answers stand
    _send(answers, {"n": 0, "ready": True})
    inbox = Inbox()
    while data := os.read(sys.stdin.fileno(), READ_BYTES):
        for request in inbox.feed(data):
            _allow_cpu(frame_cpu_s)
            _send(answers, {"n": request["n"], **worker.answer(request)})


def _send(answers: BinaryIO, message: Message) -> None:
    data = pack(message)
    while data:
        data = data[answers.write(data) :]


def _allow_cpu(seconds: int) -> None:
    """From now on; the kernel counts from the start of the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


class Worker:
    """What the requests mean. An expected failure is an answer with `error` and `kind`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._source: Source | None = None
        self._gate = MotionGate()
        self._region: Sequence[int] = (0, 0, 100, 100)
        self._requests: dict[str, Callable[[Message], Message]] = {
            "file": self._file, "open": self._open, "frame": self._frame,
        }  # fmt: skip

    def answer(self, request: Message) -> Message:
        started_ms = self._clock.mono_ms()
        try:
            answer = self._requests[request["do"]](request)
        except PictureError as error:
            answer = {"error": str(error), "kind": "picture"}
        except SourceEndError as error:
            answer = {"error": str(error), "kind": "end"}
        except SourceStalledError as error:
            answer = {"error": str(error), "kind": "stalled"}
        except SourceError as error:
            answer = {"error": str(error), "kind": "source"}
        except MemoryError:
            raise SystemExit(EXIT_MEMORY) from None  # what leaked does not come back; a new process has it all
        except cv2.error as error:
            if error.code == cv2.Error.StsNoMem:
                raise SystemExit(EXIT_MEMORY) from error
            answer = {"error": f"could not be worked on: {' '.join(str(error).split())[:200]}", "kind": "picture"}
        return {**answer, "ms": self._clock.mono_ms() - started_ms}

    def _file(self, request: Message) -> Message:
        grey, scale = load(Path(os.fsdecode(bytes.fromhex(request["path"]))))
        seen = POLICIES[request["policy"]](grey, frozenset(request["names"]))
        return {"codes": [_placed(one, 0, 0, scale) for one in seen]}

    def _open(self, request: Message) -> Message:
        if self._source is not None:
            self._source.close()
        self._source, self._gate, self._region = None, MotionGate(), request["region"]
        name = request["source"]
        is_video = request["is_video"]
        self._source = (
            VideoFile(name, request["first"]) if is_video else LiveSource(name, request["width"], request["height"])
        )
        return {}

    def _frame(self, request: Message) -> Message:
        if self._source is None:
            raise SourceError("nothing is open")
        frame = self._source.next()
        left, top, grey = self._cut(frame)
        names = frozenset(request["names"])
        is_thorough = self._gate.is_news(grey) or request["thorough"]
        seen = cascade.read_stream(grey, names) if is_thorough else cascade.read_fast(grey, names)
        codes = [_placed(one, left, top, 1.0) for one in seen]
        return {"codes": codes, "frame": frame.number, "at_ms": frame.at_ms, "thorough": is_thorough}

    def _cut(self, frame: Frame) -> tuple[int, int, Grey]:
        """The region of interest: left, top and its pixels."""
        height, width = frame.grey.shape
        x, y, w, h = self._region
        left, top = width * x // 100, height * y // 100
        right, bottom = max(left + 1, width * (x + w) // 100), max(top + 1, height * (y + h) // 100)
        return left, top, frame.grey[top:bottom, left:right].copy()


def _placed(one: Sighting, left: int, top: int, scale: float) -> Message:
    """The sighting with corners in the picture as it came."""
    corners = [[round(x / scale) + left, round(y / scale) + top] for x, y in one.corners]
    return {**one.as_message(), "corners": corners}
