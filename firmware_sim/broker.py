"""A real mosquitto of our own: free loopback port, private configuration and directory.

Kept apart from any broker of the machine, so a test may kill it and look at what it forgot.
"""

from __future__ import annotations

import getpass
import shutil
import tempfile
from pathlib import Path
from types import TracebackType

from firmware_sim.child import Child
from firmware_sim.port import LOOPBACK, accepts, free_port, wait_until

START_TIMEOUT_S = 60.0
PORT_TRIES = 5

_CONFIG = """\
listener {port} {address}
allow_anonymous true
persistence true
persistence_location {directory}/
autosave_interval 1
set_tcp_nodelay true
max_queued_messages 0
max_queued_bytes 0
max_inflight_messages {max_inflight}
connection_messages false
log_dest file {directory}/mosquitto.log
log_type error
log_type warning
{extra}
"""


class BrokerError(RuntimeError):
    """mosquitto is not installed or does not start."""


class Broker:
    """One mosquitto process. Usable as a context manager; `stop` also removes its directory."""

    host = LOOPBACK

    def __init__(self, *, max_inflight: int = 100, extra_config: str = "", directory: Path | None = None) -> None:
        """`max_inflight`: unacknowledged messages per client, announced to MQTT 5 clients as Receive Maximum.
        `extra_config`: further lines of mosquitto.conf. `directory`: kept by `stop` when given."""
        self._binary = find_mosquitto()
        self._owns_directory = directory is None
        self._directory = directory
        self._max_inflight = max_inflight
        self._extra_config = extra_config
        self._process: Child | None = None
        self.port = 0

    def start(self) -> Broker:
        """Start on a fresh free port; BrokerError with mosquitto's own words when it does not come up."""
        if self._directory is None:
            self._directory = Path(tempfile.mkdtemp(prefix="kanban-broker-"))
        self._directory.mkdir(parents=True, exist_ok=True)
        for _ in range(PORT_TRIES):
            self.port = free_port()
            self._write_config()
            if self._spawn():
                return self
        last_words = self._last_words()
        self.stop()
        raise BrokerError(f"mosquitto did not start in {PORT_TRIES} tries: {last_words}")

    @property
    def directory(self) -> Path:
        """Configuration, database and log; known once it was started."""
        if self._directory is None:
            raise BrokerError("the broker was never started; call start() first")
        return self._directory

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.is_running

    @property
    def pid(self) -> int:
        if self._process is None:
            raise BrokerError("the broker was never started; call start() first")
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL: whatever was not yet written to its database file is forgotten."""
        if self._process is not None:
            self._process.kill()

    def restart(self) -> None:
        """Start again on the same port with the same directory; kills a running one first."""
        self.kill()
        if not self._spawn():
            raise BrokerError(f"mosquitto did not come back on port {self.port}: {self._last_words()}")

    def stop(self) -> None:
        """Orderly stop, and remove the directory unless the caller gave it."""
        if self._process is not None:
            self._process.stop()
        if self._owns_directory and self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)

    def __enter__(self) -> Broker:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _write_config(self) -> None:
        text = _CONFIG.format(
            port=self.port,
            address=LOOPBACK,
            directory=self.directory,
            max_inflight=self._max_inflight,
            extra=self._extra_config,
        )
        # mosquitto drops to its own user when started by root and could then not read this directory
        (self.directory / "mosquitto.conf").write_text(f"user {_user_name()}\n{text}")

    def _spawn(self) -> bool:
        """Start the process; True once it accepts connections, False when it ended instead."""
        self._process = Child(
            [self._binary, "-c", str(self.directory / "mosquitto.conf")], self.directory / "output.log"
        )
        wait_until(lambda: not self.is_running or accepts(self.port), START_TIMEOUT_S)
        if self.is_running and accepts(self.port):
            return True
        self.kill()
        return False

    def _last_words(self) -> str:
        words = []
        for name in ("output.log", "mosquitto.log"):
            path = self.directory / name
            if path.exists():
                words += path.read_text(errors="replace").splitlines()[-3:]
        return " / ".join(words) or "it said nothing"


def find_mosquitto() -> str:
    """Path of the mosquitto program; looks in /usr/sbin too, which is not in every user's PATH."""
    for path in (None, "/usr/sbin:/usr/local/sbin:/sbin"):
        found = shutil.which("mosquitto", path=path)
        if found:
            return found
    raise BrokerError("mosquitto is not installed, expected it in PATH or /usr/sbin; install the package 'mosquitto'")


def _user_name() -> str:
    return getpass.getuser()
