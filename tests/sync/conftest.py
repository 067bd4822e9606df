"""A broker, an ERP in a process of its own and a connected gateway: fresh ones, and a shared set for tests
that neither kill anything nor look at counts from the beginning."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from firmware_sim.broker import Broker
from firmware_sim.erp.process import ErpProcess
from tests.sync.rig import SITE, Floor, GatewayRig, plain_settings

PLANT = {"items": [{"id": "SCREW-A", "name": "Screw", "uom": "PCE"}]}


@contextmanager
def open_erp(broker: Broker, directory: Path) -> Iterator[ErpProcess]:
    plant = directory / "plant.json"
    plant.write_text(orjson.dumps(PLANT).decode())
    with ErpProcess(broker=f"127.0.0.1:{broker.port}", db=directory / "erp.db", plant=plant, site=SITE) as erp:
        yield erp


@contextmanager
def open_floor(directory: Path, resend_ms: int) -> Iterator[Floor]:
    with (
        Broker() as broker,
        open_erp(broker, directory) as erp,
        GatewayRig(directory / "gw", plain_settings(broker.port), resend_ms=resend_ms) as gateway,
    ):
        gateway.await_session()
        yield Floor(broker, erp, gateway)


@pytest.fixture
def broker() -> Iterator[Broker]:
    with Broker() as broker:
        yield broker


@pytest.fixture
def erp(broker: Broker, tmp_path: Path) -> Iterator[ErpProcess]:
    with open_erp(broker, tmp_path) as erp:
        yield erp


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """Shared by a module."""
    with open_floor(tmp_path_factory.mktemp("floor"), 1_000) as floor:
        yield floor


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Floor]:
    """For one test, and with a resend time-out that never comes: what is sent again was asked for."""
    with open_floor(tmp_path, 3_600_000) as floor:
        yield floor
