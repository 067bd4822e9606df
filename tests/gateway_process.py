"""The real daemon as a child process that a test may kill and start again on the same data."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

START_TIMEOUT_S = 120.0  # on a machine that does much else
STOP_TIMEOUT_S = 60.0
COMMAND = Path(sys.executable).with_name("kanban-gateway")


class GatewayProcess:
    """`kanban-gateway run` with a notify socket: `start` returns when it says READY."""

    def __init__(self, config: Path, machine: Sequence[str] = ()) -> None:
        """`machine`: a command that runs the daemon on a machine of its own, such as one with another clock."""
        self.config = config
        self._machine = list(machine)
        self._process: subprocess.Popen[bytes] | None = None
        self._log = config.with_suffix(".log")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> GatewayProcess:
        with tempfile.TemporaryDirectory(prefix="kgw-") as directory:
            address = str(Path(directory, "notify"))
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify, self._log.open("ab") as log:
                notify.bind(address)
                notify.settimeout(0.2)
                self._process = subprocess.Popen(
                    [*self._machine, str(COMMAND), "run", "--config", str(self.config)],
                    env={**os.environ, "NOTIFY_SOCKET": address}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                )  # fmt: skip
                self._await_ready(notify)
        return self

    def kill(self) -> None:
        """SIGKILL, at whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_TIMEOUT_S)

    def restart(self) -> None:
        self.kill()
        self.start()

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command of the same installation on the same configuration."""
        command = [str(COMMAND), arguments[0], "--config", str(self.config), *arguments[1:]]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    def ask(self, *arguments: str) -> Any:
        """The JSON that a command prints."""
        done = self.call(*arguments, "--json")
        assert done.stdout, f"{arguments} printed nothing and ended with {done.returncode}: {done.stderr}"
        return json.loads(done.stdout)

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def __enter__(self) -> GatewayProcess:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.is_running:
            self.stop()

    def _await_ready(self, notify: socket.socket) -> None:
        assert self._process is not None
        for _ in range(int(START_TIMEOUT_S / 0.2)):
            try:
                if b"READY=1" in notify.recv(4096):
                    return
            except TimeoutError:
                if self._process.poll() is not None:
                    break
        raise AssertionError(f"the gateway did not start: {self.log()[-3000:]}")
