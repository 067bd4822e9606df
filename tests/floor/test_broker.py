"""The private mosquitto: it starts, dies, comes back on its port, and leaves nothing behind."""

from __future__ import annotations

import shutil

import pytest

from firmware_sim import broker as module
from firmware_sim.broker import Broker, BrokerError
from firmware_sim.button import ButtonBridge
from firmware_sim.port import accepts


def test_it_accepts_connections_on_a_loopback_port_and_cleans_up_behind_itself() -> None:
    with Broker() as broker:
        assert accepts(broker.port)
        assert broker.directory.exists()
    assert not accepts(broker.port)
    assert not broker.directory.exists()


def test_killed_it_comes_back_on_the_same_port() -> None:
    with Broker() as broker:
        port, pid = broker.port, broker.pid
        broker.kill()
        assert not broker.is_running
        broker.restart()
        assert (broker.port, accepts(port)) == (port, True)
        assert broker.pid != pid


def test_a_mistake_in_its_configuration_is_told_in_its_own_words() -> None:
    with pytest.raises(BrokerError, match="no_such_option"):
        Broker(extra_config="no_such_option true").start()


def test_a_machine_without_mosquitto_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_args, **_names: None)
    with pytest.raises(BrokerError, match="install the package 'mosquitto'"):
        module.find_mosquitto()


def test_a_button_press_counts_as_taken_only_with_the_brokers_acknowledgement() -> None:
    with Broker() as broker, ButtonBridge(host=broker.host, port=broker.port) as bridge:
        assert bridge.press("B17")
        broker.kill()
        assert not bridge.press("B17", timeout_s=0.3)
        broker.restart()
        assert bridge.press("B17")
