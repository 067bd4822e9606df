"""Broker, gateway and ERP as processes of their own, on one machine."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from firmware_sim.broker import Broker
from firmware_sim.child import Child
from firmware_sim.erp.process import ErpProcess
from tests.bench.offline import prepare_cards
from tests.bench.plant import GATEWAY, SITE, write_config, write_plant
from tests.bench.presser import Presser
from tests.gateway_process import GatewayProcess

# As Debian installs it; our own tests let it save its queues every second.
BROKER_CONFIG = "autosave_interval 1800"


class Line:
    """Used as a context manager; everything is stopped at its end."""

    def __init__(self, directory: Path, *, cards: int, is_recorded: bool = False) -> None:
        """`is_recorded`: a recorder that does nothing instead of the ERP. `directory` may hold a store already,
        and gets one that knows its cards if not."""
        self._directory = directory
        self._cards = cards
        self._is_recorded = is_recorded
        self._stack = ExitStack()

    def __enter__(self) -> Line:
        with ExitStack() as stack:
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _start(self, stack: ExitStack) -> None:
        if not (self._directory / "data").exists():
            prepare_cards(self._directory / "data", self._cards)
        broker = stack.enter_context(Broker(max_inflight=1000, extra_config=BROKER_CONFIG))
        plant = write_plant(self._directory, self._cards)
        self.erp = None if self._is_recorded else self._start_erp(stack, broker.port, plant)
        if self._is_recorded:
            words = [sys.executable, "-m", "tests.bench.recorder", str(broker.port), SITE, GATEWAY, str(plant)]
            stack.callback(Child(words, self._directory / "recorder.log").kill)
        self.presser = Presser(broker.port, self._cards)
        stack.callback(self.presser.close)
        config = write_config(self._directory, broker=broker.port, buttons=self._cards)
        self.gateway = stack.enter_context(GatewayProcess(config))

    def _start_erp(self, stack: ExitStack, port: int, plant: Path) -> ErpProcess:
        erp = ErpProcess(broker=f"127.0.0.1:{port}", db=self._directory / "ledger.db", site=SITE, plant=plant)
        return stack.enter_context(erp)

    def booked_events(self) -> int:
        """How many events the ERP has taken since its start."""
        if self.erp is None:
            raise ValueError("a recorder counts nothing")
        return int(self.erp.control(do="stats")["counters"].get("events", 0))
