"""A gateway in this process with one device: real configuration, store, decider and pipeline; no ERP."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from drivers.base import DeviceContext
from drivers.registry import DEVICE_TYPES
from gateway.clock import SystemClock
from gateway.credentials import CredentialStore
from gateway.decide import Decider
from gateway.interpret import sources
from gateway.model import Intake, MasterData, Outcome
from gateway.pipeline import Pipeline
from gateway.settings import load_settings
from gateway.stations.station import Station
from gateway.store.reader import EventFilter, StoreReader
from gateway.store.writer import Writer
from gateway.wiring import open_store
from tests.drivers.rig import DEADLINE_S, Running

TOKEN = "0123456789abcdef0123456789abcdef"

_CONFIG = """\
[gateway]
id = "G1"
site = "P1"
data_dir = "data"

[sync]
enabled = false

[[station]]
id = "S1"
role = "consume"
location = "LINE1"
"""


class Shop:
    """Started by `with`; on the same directory it is the same gateway after a restart."""

    def __init__(self, directory: Path, device: str) -> None:
        """`device`: a `[[device]]` table at station S1."""
        credential = directory / "credentials" / "token"
        if not credential.exists():
            credential.parent.mkdir()
            credential.write_text(TOKEN)
            credential.chmod(0o600)
        (directory / "gateway.toml").write_text(_CONFIG + device)
        settings = load_settings(directory / "gateway.toml")
        self._clock = SystemClock()
        self._store = open_store(settings, self._clock)
        credentials = CredentialStore(settings.config_dir)
        decider = Decider({row.id: Station(row.id, row.role, row.location, "") for row in settings.stations})
        self.writer = Writer(self._store, decider, self._clock, warn=lambda code, text: None)
        self.pipeline = Pipeline(sources(settings, credentials), self.writer.submit)
        [row] = settings.devices
        kind = next(kind for kind in DEVICE_TYPES if isinstance(row, kind.settings))
        self.device: Any = kind.open(row, DeviceContext(self._clock, credentials, "G1"))
        self.running = Running(self.device, self.pipeline)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.writer.run, args=(self._stop,), daemon=True)

    def __enter__(self) -> Shop:
        self._thread.start()
        loop = {
            "id": "LP-1", "item": "SCREW-A", "quantity": "40", "uom": "PCE", "cards": 5, "consumer": "LINE1",
            "source": "STORE", "replenishment_s": 3600, "on_empty": "issue", "on_full": "receipt",
        }  # fmt: skip
        cards = [{"id": f"K-{number}", "loop": "LP-1"} for number in range(5)]
        for dataset, rows in (("loops", [loop]), ("cards", cards)):
            self.submit(MasterData(dataset, 1, "e1", tuple(rows)))
        self.running.__enter__()
        self.running.wait_up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.running.__exit__(kind, error, trace)
        finally:
            self._stop.set()
            self._thread.join(DEADLINE_S)
            self._store.close()

    def submit(self, intake: Intake) -> Outcome:
        """Hand an intake to the writer and wait for its outcome."""
        outcomes: list[Outcome] = []
        is_known = threading.Event()

        def done(outcome: Outcome) -> None:
            outcomes.append(outcome)
            is_known.set()

        self.writer.submit(intake, done)
        assert is_known.wait(DEADLINE_S)
        return outcomes[0]

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Journal events of a kind, oldest first."""
        reader = StoreReader(self._store.data_dir)
        try:
            return list(reader.events(EventFilter(kind)))
        finally:
            reader.close()
