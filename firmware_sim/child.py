"""A process of ours that ends when we tell it to, and also when we are killed and cannot tell it any more."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

STOP_TIMEOUT_S = 60.0


class Child:
    """One run of a program, in a session of its own: Ctrl-C belongs to whoever started us, who stops us in order."""

    def __init__(self, command: Sequence[str], log: Path, *, is_heard: bool = False) -> None:
        """`log`: its output is appended there; with `is_heard` standard output is for `read_line` instead."""
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if is_heard else output,
                stderr=output,
                start_new_session=True,
            )
        self._guard: subprocess.Popen[bytes] | None = _guard(self.pid)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def read_line(self) -> bytes:
        """The next line of its standard output, b"" when it has ended."""
        return self._process.stdout.readline() if self._process.stdout else b""

    def kill(self) -> int:
        """SIGKILL; returns its exit status (a process that ended before keeps its own)."""
        self._process.send_signal(signal.SIGKILL)
        return self._wait()

    def stop(self) -> int:
        """SIGTERM, and SIGKILL when it does not follow in time; returns its exit status."""
        self._process.terminate()
        try:
            return self._wait()
        except subprocess.TimeoutExpired:
            return self.kill()

    def _wait(self) -> int:
        status = self._process.wait(STOP_TIMEOUT_S)
        if self._guard is not None:
            self._guard.kill()  # the process number may belong to someone else soon
            self._guard.wait()
            for pipe in (self._guard.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._guard = None
        return status


def _guard(pid: int) -> subprocess.Popen[bytes]:
    """A shell that waits for the end of our pipe, which comes when we die, and then kills the process."""
    return subprocess.Popen(
        ["/bin/sh", "-c", 'read -r _; kill -9 "$1"', "guard", str(pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
