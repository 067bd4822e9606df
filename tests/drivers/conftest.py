"""Device tests wait for what devices report; let them report often."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _quick_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    drivers = ("button_gpio", "button_http", "button_modbus", "button_mqtt", "serial_scanner")
    for module in drivers:
        monkeypatch.setattr(f"drivers.{module}.HEARTBEAT_S", 0.02)
