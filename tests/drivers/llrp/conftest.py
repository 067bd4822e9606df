"""Readers that are called again soon."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from firmware_sim.llrp_reader import LlrpReader
from tests.drivers.portal import Portal


@pytest.fixture(autouse=True)
def _quick_reconnects(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RECONNECT_FIRST_S", "RECONNECT_LIMIT_S", "IN_USE_FIRST_S", "IN_USE_LIMIT_S"):
        monkeypatch.setattr(f"drivers.llrp.reader.{name}", 0.05)
    monkeypatch.setattr("drivers.rfid_desk.SETTLE_MS", 0)


@pytest.fixture(params=["R420", "FX9600"])
def reader(request: pytest.FixtureRequest) -> Iterator[LlrpReader]:
    with LlrpReader(request.param) as reader:
        yield reader


@pytest.fixture
def r420() -> Iterator[LlrpReader]:
    with LlrpReader("R420") as reader:
        yield reader


@pytest.fixture
def portal() -> Portal:
    return Portal()
