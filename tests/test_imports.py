"""The import rule holds, and the checker that says so catches what it should."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.import_rule import MAY_IMPORT, ROOTS, check_source, check_tree

ROOT = Path(__file__).parent.parent

PLANTED = {
    "the store knows no kanban": ("gateway/store/writer.py", "from gateway.kanban.signal import trigger"),
    "what decides does not store": ("gateway/decide.py", "import gateway.store.writer"),
    "a relative import is seen through": ("gateway/kanban/case.py", "from ..store import writer"),
    "a package's own relative import too": ("gateway/kanban/__init__.py", "from ..store.writer import Writer"),
    "a hidden import is found": ("gateway/kanban/case.py", "def f():\n    from sync.uplink import Uplink"),
    "an import for types only is one": (
        "gateway/kanban/case.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import sync.uplink",
    ),
    "a member of the top package": ("gateway/kanban/case.py", "from gateway import store"),
    "a driver does not use another": ("drivers/serial_scanner.py", "from drivers.button_mqtt import MqttButtons"),
    "a driver does not store": ("drivers/serial_scanner.py", "from gateway.store.writer import Writer"),
    "a driver does not send": ("drivers/serial_scanner.py", "from sync.uplink import Uplink"),
    "sync reads the outbox, not the store": ("sync/uplink.py", "from gateway.store.writer import Writer"),
    "the core is standard library only": ("gateway/model.py", "from gateway.master import Item"),
    "an oracle shares nothing": ("firmware_sim/chain.py", "from gateway.store.chain import chain_hash"),
    "nobody ships a simulator": ("gateway/app.py", "import firmware_sim.broker"),
    "not even the command line": ("gateway/cli/run.py", "from firmware_sim import broker"),
    "a module nobody thought about": ("gateway/helper.py", "from gateway.model import Read"),
    "sqlite has one door": ("gateway/web/page.py", "import sqlite3"),
    "paho has two doors": ("sync/uplink.py", "import paho.mqtt.client as mqtt"),
    "pyserial has one door": ("drivers/framing.py", "import serial"),
    "pymodbus has one door": ("drivers/button_samples.py", "from pymodbus.client import ModbusTcpClient"),
    "gpiod stays out of what decides": ("drivers/button_signals.py", "import gpiod"),
    "a contact has no clock": ("drivers/button_contact.py", "import threading"),
    "time has one door": ("drivers/framing.py", "from time import monotonic"),
    "a pause is time too": ("sync/uplink.py", "import time\ntime.sleep(1)"),
    "datetime's clock is a clock": ("sync/uplink.py", "import datetime\nx = datetime.datetime.now()"),
    "so is a date's": ("gateway/store/writer.py", "from datetime import date\nx = date.today()"),
    "the environment has doors": ("gateway/store/writer.py", "import os\nx = os.environ['HOME']"),
    "by any name": ("gateway/store/writer.py", "from os import getenv"),
    "what decides has no threads": ("gateway/kanban/case.py", "import threading"),
    "what decides draws no lots": ("gateway/stations/station.py", "import random"),
    "what decides opens no files": ("gateway/codes/card.py", "x = open('y')"),
}  # fmt: skip

ALLOWED = {
    "an outbox for sync": ("sync/uplink.py", "from gateway.store.outbox import OutboxReader"),
    "a part knows itself": ("gateway/kanban/case.py", "from gateway.kanban.signal import trigger"),
    "a driver has several files": ("drivers/serial_scanner.py", "from drivers.serial_settings import SerialSettings"),
    "the composition root names everything": ("gateway/app.py", "import sync.mqtt, drivers.registry, gateway.store"),
    "the version is everybody's": ("sync/uplink.py", "from gateway import __version__"),
    "a simulator may look at the clock": ("firmware_sim/port.py", "import time, os\nx = os.environ"),
    "the clock reads the clock": ("gateway/clock.py", "import time"),
}


def test_every_import_points_inwards_and_every_library_has_one_door() -> None:
    assert check_tree(ROOT) == []


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_violation_is_caught(name: str) -> None:
    file, source = PLANTED[name]
    assert list(check_source(ROOT / file, ROOT, source)) != []


@pytest.mark.parametrize("name", ALLOWED)
def test_what_the_rule_allows_is_not_reported(name: str) -> None:
    file, source = ALLOWED[name]
    assert list(check_source(ROOT / file, ROOT, source)) == []


def test_a_violation_is_reported_with_its_line() -> None:
    [(line, what)] = check_source(ROOT / "gateway/model.py", ROOT, '"""Text."""\n\nimport gateway.store\n')
    assert line == 3
    assert "gateway.model imports gateway.store" in what


def test_every_file_of_ours_stands_in_the_table() -> None:
    modules = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for package in ROOTS
        for file in (ROOT / package).glob("*.py")
        if file.name != "__init__.py"
    ]
    parts = [part for part in MAY_IMPORT if part != "gateway"]
    assert [one for one in modules if not any(one == part or one.startswith(part + ".") for part in parts)] == []
