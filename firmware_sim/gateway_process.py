"""The gateway as a process, driven only through its command line and its configuration file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import requests

from firmware_sim.child import Child
from firmware_sim.needs import Need
from firmware_sim.port import accepts, wait_until

START_TIMEOUT_S = 120.0
PAGE_TIMEOUT_S = 2.0
COMMAND_TIMEOUT_S = 60.0


class GatewayError(RuntimeError):
    """The gateway did not start, or one of its commands failed; carries what it said."""


class Config(Protocol):
    """What a gateway's files are made from."""

    @property
    def gateway(self) -> str: ...
    @property
    def web_port(self) -> int: ...
    def text(self) -> str: ...
    def beside(self) -> dict[str, str]: ...
    def credentials(self) -> dict[str, str]: ...


class GatewayProcess:
    """`kanban-gateway run`, to be killed and restarted at will."""

    def __init__(self, directory: Path, config: Config) -> None:
        self.id = config.gateway
        self.config_file = write_config(directory, config)
        self.log = directory / "gateway.log"
        self.url = f"http://127.0.0.1:{config.web_port}/"
        self._web_port = config.web_port
        self._process: Child | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.is_running

    @property
    def is_answering(self) -> bool:
        """Whether its page answers, which it does once its devices run."""
        return bool(self.page())

    def page(self) -> dict[str, Any]:
        """What its page shows; {} while it does not answer."""
        try:
            answer = requests.get(f"{self.url}api/v1/state", timeout=PAGE_TIMEOUT_S)
            told: dict[str, Any] = answer.json()
        except (requests.RequestException, ValueError):
            return {}
        return told

    def says(self, station: str) -> str:
        """The code of the verdict that its page shows for a station; "" while there is none, or no page."""
        told = (row["code"] for row in self.page().get("stations", ()) if row["station"] == station)
        return next(told, "")

    def start(self) -> GatewayProcess:
        """Start it and wait until its page answers; GatewayError with its last words when it ends instead."""
        self.spawn()
        wait_until(lambda: not self.is_running or accepts(self._web_port), START_TIMEOUT_S)
        if not (self.is_running and accepts(self._web_port)):
            self.kill()
            raise GatewayError(f"the gateway did not start: {self.last_words()}")
        return self

    def spawn(self) -> None:
        """Start it without waiting, as a service manager does after a crash."""
        self._process = Child([*_command(), "run", "--config", str(self.config_file)], self.log)

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()

    def stop(self) -> int:
        """SIGTERM and its exit status; killed when it does not follow in time."""
        return 0 if self._process is None else self._process.stop()

    def status(self) -> dict[str, Any]:
        """`kanban-gateway status --json`: cards, stock, streams."""
        return self._json("status")

    def verify(self) -> dict[str, Any]:
        """`kanban-gateway verify --json`, whether it is content or not."""
        return self._json("verify", statuses=(0, 1))

    def events(self, station: str, last: int) -> list[dict[str, Any]]:
        """The newest events of a station, oldest first."""
        lines = self._ask("events", "--station", station, "--last", str(last)).splitlines()
        return [json.loads(line) for line in lines]

    def needs(self) -> list[Need]:
        """What its reorder rules ever asked for, oldest first."""
        lines = self._ask("events", "--kind", "reorder_triggered").splitlines()
        return [Need(event["key"], "aside" in event) for event in map(json.loads, lines)]

    def passages(self) -> list[dict[str, Any]]:
        """What went through its portals, the newest last."""
        rows: list[dict[str, Any]] = self._json("passages")["passages"]
        return rows

    def last_words(self) -> str:
        """The end of its log, for error messages."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def _json(self, command: str, statuses: Sequence[int] = (0,)) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._ask(command, "--json", statuses=statuses))
        return answer

    def _ask(self, command: str, *more: str, statuses: Sequence[int] = (0,)) -> str:
        words = [*_command(), command, "--config", str(self.config_file), *more]
        done = subprocess.run(words, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S, check=False)
        if done.returncode not in statuses:
            raise GatewayError(f"kanban-gateway {command} ended with {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout.strip()

    def __enter__(self) -> GatewayProcess:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def write_config(directory: Path, config: Config) -> Path:
    """The configuration file and the credentials beside it, for nobody else to read."""
    secrets = directory / "credentials"
    secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = {directory / "gateway.toml": config.text()}
    files |= {directory / name: text for name, text in config.beside().items()}
    files |= {secrets / name: secret for name, secret in config.credentials().items()}
    for file, text in files.items():
        file.write_text(text)
        file.chmod(0o600)
    return directory / "gateway.toml"


def _command() -> list[str]:
    """The installed command of this environment, or the same entry point run from the source tree."""
    installed = Path(sys.executable).with_name("kanban-gateway")
    if os.access(installed, os.X_OK):
        return [str(installed)]
    return [sys.executable, "-c", "from gateway.cli import main; main()"]
