"""Device tests wait for what devices report; let them report often."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _quick_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("drivers.button_mqtt", "drivers.button_http", "drivers.serial_scanner"):
        monkeypatch.setattr(f"{module}.HEARTBEAT_S", 0.02)
