"""The ERP as a process of its own, so that it can be killed and started again on the same ledger."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from firmware_sim.child import Child
from firmware_sim.erp.control import request
from firmware_sim.port import LOOPBACK, free_port


class ErpProcessError(RuntimeError):
    """The ERP process did not start; carries what it said."""


class ErpProcess:
    """Starts `kanban-floor erp`; the same arguments are used again by `restart`."""

    def __init__(  # noqa: PLR0913 - one for each option of the command
        self,
        *,
        broker: str = "",
        db: Path,
        site: str = "P1",
        plant: Path | None = None,
        protocol: str = "5",
        confirm_orders: bool = False,
        log: Path | None = None,
        record: Path | None = None,
        serves_rest: bool = False,
    ) -> None:
        """`broker`: host:port; without one, or also when `serves_rest`, it serves by REST on `rest_port`.
        `log`: where its standard error goes, default next to the ledger."""
        self.db, self.site = db, site
        self._log = log or db.with_suffix(".log")
        self._command = [sys.executable, "-m", "firmware_sim.cli", "erp"]
        self.rest_port = free_port() if serves_rest or not broker else 0
        self._command += ["--broker", broker] if broker else []
        self._command += ["--rest", f"{LOOPBACK}:{self.rest_port}"] if self.rest_port else []
        self._command += ["--db", str(db), "--site", site, "--protocol", protocol]
        self._command += ["--plant", str(plant)] if plant else []
        self._command += ["--confirm-orders"] if confirm_orders else []
        self._command += ["--record", str(record)] if record else []
        self._process: Child | None = None
        self.control_port = 0

    def start(self) -> ErpProcess:
        """Start it and wait until its ledger is open and its control socket answers."""
        self._process = Child(self._command, self._log, is_heard=True)
        line = self._process.read_line()
        if not line:
            raise ErpProcessError(f"the ERP ended with {self._process.stop()}: {self._log.read_text()[-2000:]}")
        self.control_port = int(json.loads(line)["control_port"])
        return self

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.is_running

    def control(self, **members: Any) -> dict[str, Any]:
        """One request to its control socket, see control.py."""
        return request(self.control_port, **members)

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()

    def restart(self) -> None:
        """Kill it if it runs, and start again on the same ledger."""
        self.kill()
        self.start()

    def stop(self) -> None:
        """Orderly stop; killed when it does not follow in time."""
        if self._process is not None:
            self._process.stop()

    def __enter__(self) -> ErpProcess:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
