"""The driver's side of the decoder process: started, asked, and killed when it does not answer in time.

It may die, hang or eat memory at any picture. Whoever asked hears of it as DecoderLostError, starts
another one and goes on; nothing else in the gateway notices.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from drivers.base import STOP_LATENCY_S
from drivers.camera.limit import EXIT_MEMORY, PICTURE_LIMIT_PIXELS, PIXEL_LIMIT_VARIABLE, DecoderLimits
from drivers.camera.wire import BrokenMessageError, Inbox, Message, pack
from gateway.clock import Clock
from gateway.errors import GatewayError, PermanentDeviceError

START_LIMIT_S = 30.0  # OpenCV alone takes a second on a small box
END_LIMIT_S = 2.0  # between closing its pipe and its end
READ_BYTES = 65_536

_ROOT = Path(__file__).parents[2]
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from drivers.camera.child import main; main(*map(int, sys.argv[2:]))"
)


class DecoderLostError(GatewayError):
    """The decoder process died or was killed while it worked."""


class DecoderProcess:
    """One child from start to end; for one thread. Use as a context manager."""

    def __init__(
        self, limits: DecoderLimits, clock: Clock, stop: threading.Event, beat: Callable[[], None] = lambda: None
    ) -> None:
        """`stop` ends every wait; `beat` is called again and again during one."""
        self._limits = limits
        self._clock = clock
        self._stop = stop
        self._beat = beat
        self._count = 0
        self._inbox = Inbox()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _START, str(_ROOT), str(limits.memory_mib), str(limits.frame_cpu_s)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0, cwd="/",
            env=_environment(),
        )  # fmt: skip

    @property
    def pid(self) -> int:
        return self._process.pid

    def __enter__(self) -> DecoderProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> bool:
        """Wait until it is ready; False when `stop` was set first. PermanentDeviceError when it cannot start."""
        try:
            return self._receive(0, START_LIMIT_S) is not None
        except DecoderLostError as error:
            what = f"the decoder process does not start ({error.what})"
            hint = "run `python -c 'import cv2, zxingcpp, pyzbar.pyzbar'` as the gateway's user; pyzbar needs libzbar0"
            raise PermanentDeviceError(what, hint=hint) from error

    def ask(self, request: Message, limit_s: float = 0.0) -> Message | None:
        """The answer, or None when `stop` was set first; DecoderLostError when there will be none.

        `limit_s`: patience for this request instead of the configured one.
        """
        self._count += 1
        try:
            self._send(pack({"n": self._count, **request}))
        except OSError as error:
            raise DecoderLostError(self._ended()) from error
        return self._receive(self._count, limit_s or self._limits.answer_s)

    def close(self) -> None:
        """Kill and reap it: it holds nothing that is worth a goodbye."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _send(self, data: bytes) -> None:
        assert self._process.stdin is not None
        while data:
            data = data[os.write(self._process.stdin.fileno(), data) :]

    def _receive(self, number: int, limit_s: float) -> Message | None:
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        end_ms = self._clock.mono_ms() + int(limit_s * 1000)
        while not self._stop.is_set():
            self._beat()
            left_s = (end_ms - self._clock.mono_ms()) / 1000
            if left_s <= 0:
                self._process.kill()
                raise DecoderLostError(f"the decoder gave no answer for {limit_s:g} s and was killed")
            if not select.select([pipe], [], [], min(left_s, STOP_LATENCY_S))[0]:
                continue
            for answer in self._read(pipe):
                if answer.get("n") == number:
                    return answer
        return None

    def _read(self, pipe: int) -> list[Message]:
        data = os.read(pipe, READ_BYTES)
        if not data:
            raise DecoderLostError(self._ended())
        try:
            return self._inbox.feed(data)
        except BrokenMessageError as error:
            self._process.kill()
            raise DecoderLostError(f"the decoder answered {error} and was killed") from error

    def _ended(self) -> str:
        """Why it is gone, in words."""
        try:
            code = self._process.wait(END_LIMIT_S)
        except subprocess.TimeoutExpired:
            return "the decoder closed its pipe"
        if code == EXIT_MEMORY:
            return f"the decoder needed more than {self._limits.memory_mib} MiB of memory"
        if code >= 0:
            return f"the decoder ended with exit code {code}"
        try:
            return f"the decoder was killed by {signal.Signals(-code).name}"
        except ValueError:
            return f"the decoder was killed by signal {-code}"


def _environment() -> dict[str, str]:
    """Nothing of ours gets in: no secrets, no settings. One thread each, and OpenCV's limit on pixels."""
    return {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LC_ALL": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        PIXEL_LIMIT_VARIABLE: str(PICTURE_LIMIT_PIXELS),
        "OPENCV_LOG_LEVEL": "SILENT",
    }
