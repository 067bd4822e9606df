"""The gateway as a process, driven only through its command line and its configuration file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firmware_sim.child import Child
from firmware_sim.plant import GATEWAY, REPEAT_WINDOW_MS, SITE, SUPERMARKET, Plant
from firmware_sim.port import accepts, free_port, wait_until

START_TIMEOUT_S = 20.0
COMMAND_TIMEOUT_S = 60.0


class GatewayError(RuntimeError):
    """The gateway did not start, or one of its commands failed; carries what it said."""


@dataclass(frozen=True, slots=True)
class ScannerPlace:
    """A scanner and the station it belongs to."""

    device: str
    station: str
    role: str
    location: str
    action: str = ""  # of a source: start, ship or release


def scanner_places(plant: Plant) -> list[ScannerPlace]:
    """Two scanners per line (where bins are emptied, where they arrive) and one at the supermarket."""
    places = []
    for line in plant.lines:
        places.append(ScannerPlace(f"use-{line}", f"{line}-USE", "consume", line))
        places.append(ScannerPlace(f"in-{line}", f"{line}-IN", "receive", line))
    return [*places, ScannerPlace("ship", "SUPER-OUT", "source", SUPERMARKET, "ship")]


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """What the configuration file is made from."""

    plant: Plant
    ports: dict[str, Path]  # serial port by device
    broker: tuple[str, int]  # the ERP's broker, or a fault proxy before it
    button_broker: tuple[str, int]
    button_topic: str
    protocol: str = "5"
    web_port: int = field(default_factory=free_port)

    def text(self) -> str:
        """The TOML file."""
        blocks = [
            _table("gateway", id=GATEWAY, site=SITE, data_dir="data"),
            _table("repeat", window_ms=REPEAT_WINDOW_MS),
            _table("sync", host=self.broker[0], port=self.broker[1], protocol=self.protocol),
            _table("sync.tls", enabled=False),
            _table("web", listen=f"127.0.0.1:{self.web_port}"),
        ]
        for place in scanner_places(self.plant):
            blocks.append(_station(place))
            port = str(self.ports[place.device])
            blocks.append(_table("[device]", id=place.device, type="serial", station=place.station, port=port))
            blocks.append(_table("device.feedback", ack="\x06", nak="\x15", waits_for_ack=True))
        return "\n".join([*blocks, *self._buttons()])

    def _buttons(self) -> Iterable[str]:
        host, port = self.button_broker
        station = scanner_places(self.plant)[0].station
        topics = [f"{self.button_topic}/+"]
        yield _table(
            "[device]", id="buttons", type="mqtt-button", station=station, host=host, port=port, topics=topics,
            min_interval_s=2, bindings=[{"button": name, "card": card} for name, card in self.plant.buttons.items()],
        )  # fmt: skip
        yield _table(
            "device.mapping",
            button=["$.button"],
            event="$.action",
            actions={"single": "empty"},
            remainder="$.remainder",
        )


class GatewayProcess:
    """`kanban-gateway run`, to be killed and restarted at will."""

    def __init__(self, directory: Path, config: GatewayConfig) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.config_file = directory / "gateway.toml"
        self.config_file.write_text(config.text())
        self.config_file.chmod(0o600)
        self.log = directory / "gateway.log"
        self.url = f"http://127.0.0.1:{config.web_port}/"
        self._web_port = config.web_port
        self._process: Child | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.is_running

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

    def last_words(self) -> str:
        """The end of its log, for error messages."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def _json(self, command: str, statuses: Sequence[int] = (0,)) -> dict[str, Any]:
        words = [*_command(), command, "--config", str(self.config_file), "--json"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S, check=False)
        if done.returncode not in statuses:
            raise GatewayError(f"kanban-gateway {command} ended with {done.returncode}: {done.stderr[-2000:]}")
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def __enter__(self) -> GatewayProcess:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def _command() -> list[str]:
    """The installed command of this environment, or the same entry point run from the source tree."""
    installed = Path(sys.executable).with_name("kanban-gateway")
    if os.access(installed, os.X_OK):
        return [str(installed)]
    return [sys.executable, "-c", "from gateway.cli import main; main()"]


def _station(place: ScannerPlace) -> str:
    members = {"id": place.station, "role": place.role, "location": place.location}
    return _table("[station]", **members, **({"action": place.action} if place.action else {}))


def _table(name: str, **members: Any) -> str:
    lines = [f"{key} = {_value(value)}" for key, value in members.items()]
    return "\n".join([f"[{name}]", *lines, ""])


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value)  # TOML's basic strings, numbers and booleans are written as in JSON
