"""A UHF module on a pty: told to poll, read, unplugged, and told again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from drivers.base import DeviceContext
from drivers.rfid_yrm100 import Yrm100Reader
from drivers.rfid_yrm100_settings import Yrm100Settings
from firmware_sim.yrm100 import Yrm100
from tests.drivers.portal import Portal
from tests.drivers.rig import CONTEXT, GOOD, HoldingSink, Running, wait_until

BIN, OTHER = "3376451FD40C0E400000162E", "30AABBCC"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.rfid_yrm100.HEARTBEAT_S", 0.02)
    monkeypatch.setattr("drivers.rfid_desk.SETTLE_MS", 0)


@pytest.fixture
def module(tmp_path: Path) -> Iterator[Yrm100]:
    with Yrm100(tmp_path) as module:
        yield module


def _reader(module: Yrm100, context: DeviceContext = CONTEXT, **members: Any) -> Yrm100Reader:
    plain = {"id": "r-1", "type": "yrm100-reader", "station": "S1", "port": str(module.port), **members}
    return Yrm100Reader(Yrm100Settings.model_validate(plain), context)


def test_a_bin_in_the_field_is_one_read(module: Yrm100) -> None:
    sink = HoldingSink(GOOD)
    with Running(_reader(module, power_cdbm=1500), sink) as running:
        wait_until(lambda: module.is_polling, "it polls")
        module.show(BIN, reads=30)
        assert [orjson.loads(read.data)["epc"] for read in sink.wait(1)] == [BIN]
        wait_until(lambda: "V2.3.5" in running.health.text, "its version is told")
        assert module.power_cdbm == 1500
    wait_until(lambda: not module.is_polling, "it is stopped at the end")


@pytest.mark.promise("R2")
def test_unplugged_and_plugged_in_again_it_is_told_again(module: Yrm100) -> None:
    portal = Portal()
    with Running(_reader(module, portal.context), HoldingSink()) as running:
        portal.wait(lambda told: told.restorations == 1, "reading")
        module.show(BIN, rssi_dbm=-41)
        portal.wait(lambda told: len(told.reads) == 1, "the tag")
        module.unplug()
        assert running.wait_down().text
        assert portal.losses == ["link"]
        module.plug()
        portal.wait(lambda told: told.restorations == 2, "reading again")
        module.show(OTHER)
        portal.wait(lambda told: len(told.reads) == 2, "the other tag")
    assert [(read.epc, read.rssi_cdbm) for read in portal.reads] == [(BIN, -4100), (OTHER, -5000)]


def test_noise_on_the_line_is_told_as_a_loss_and_costs_no_tag(module: Yrm100) -> None:
    portal = Portal()
    with Running(_reader(module, portal.context), HoldingSink()):
        portal.wait(lambda told: told.restorations == 1, "reading")
        module.noise = b"\xbb\x02\x22\x00\x03xyz\x00\x00"
        module.show(BIN)
        portal.wait(lambda told: len(told.reads) == 1 and told.losses == ["damaged"], "the tag and the loss")


def test_a_module_that_refuses_or_is_dead_says_what_to_check(module: Yrm100, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.rfid_yrm100_talk.SILENCE_MS", 50)
    module.refuses_power = True
    with Running(_reader(module, power_cdbm=3000), HoldingSink()) as running:
        assert "check `power_cdbm`" in running.wait_down().text
        module.is_dead = True
        wait_until(lambda: "check its supply" in running.health.text, "it is dead")
        module.is_dead = module.refuses_power = False
        running.wait_up()
        wait_until(lambda: module.is_polling, "it polls")
