"""Device tests wait for what devices report; let them report often."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.button_http import HttpButtons
from tests.drivers import webhook
from tests.drivers.rig import HoldingSink, Running


@pytest.fixture(autouse=True)
def _quick_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    buttons = ("button_gpio", "button_http", "button_modbus", "button_mqtt")
    drivers = (*buttons, "scanner_device", "tcp_scanner", "llrp.reader", "rfid_mqtt")
    for module in drivers:
        monkeypatch.setattr(f"drivers.{module}.HEARTBEAT_S", 0.02)


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[str, HoldingSink, Running]]:
    """A webhook whose presses wait until the test gives a verdict."""
    device = HttpButtons(webhook.settings(), webhook.context(tmp_path))
    sink = HoldingSink()
    with Running(device, sink) as running:
        running.wait_up()
        yield f"http://127.0.0.1:{device.port}/press", sink, running
