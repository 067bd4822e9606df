"""The ERP by REST in a process of its own, and a connected gateway."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from firmware_sim.erp.process import ErpProcess
from firmware_sim.faults import FaultProxy
from firmware_sim.port import wait_until
from tests.sync.conftest import PLANT
from tests.sync.rig import GATEWAY, SITE, TIMEOUT_S, GatewayRig, assert_exactly_once, rest_settings


@dataclass(frozen=True)
class RestFloor:
    """ERP, a proxy that can spoil the link to it, and a gateway that has met it."""

    erp: ErpProcess
    link: FaultProxy
    gateway: GatewayRig

    def assert_exactly_once(self) -> None:
        """Everything that was stored gets into the ERP's ledger, once and in order."""
        assert_exactly_once(self.gateway, self.erp)

    def counter(self, name: str) -> int:
        """One of the ERP's counters."""
        return int(self.erp.control(do="stats")["counters"].get(name, 0))

    def tell(self, topic: str, document: dict[str, Any]) -> None:
        """Put something into the feed."""
        self.erp.control(do="publish", gw=GATEWAY, topic=topic, payload=orjson.dumps(document).decode())


@contextmanager
def open_rest_erp(directory: Path, **options: Any) -> Iterator[ErpProcess]:
    plant = directory / "plant.json"
    plant.write_text(orjson.dumps(PLANT).decode())
    with ErpProcess(db=directory / "erp.db", plant=plant, site=SITE, **options) as erp:
        yield erp


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[RestFloor]:
    (tmp_path / "erp-token").write_text("let-me-in\n")
    with (
        open_rest_erp(tmp_path) as erp,
        FaultProxy(("127.0.0.1", erp.rest_port)) as link,
        GatewayRig(
            tmp_path / "gw", rest_settings(link.port, token_credential="erp-token"), credentials=tmp_path
        ) as gateway,
    ):
        gateway.await_session()
        assert wait_until(lambda: gateway.rows("SELECT * FROM fact WHERE kind='feed'") != [], TIMEOUT_S)
        yield RestFloor(erp, link, gateway)
