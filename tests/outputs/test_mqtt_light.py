"""The MQTT light before a real broker: newest state only, dark at both ends, dark when the gateway is killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drivers.output_base import Lamp
from drivers.output_mqtt import MqttLight
from drivers.output_panel import Panel
from drivers.output_settings import MqttLightSettings
from firmware_sim.broker import Broker
from firmware_sim.port import free_port
from gateway.clock import Clock
from gateway.model import Status, Verdict
from tests.drivers.rig import CONTEXT
from tests.outputs.listener import Listener
from tests.outputs.running import RunningOutput
from tests.store.rig import HandClock

OK, REFUSED = Verdict(Status.OK, "CARD_EMPTIED"), Verdict(Status.REFUSED, "UNKNOWN_CARD")


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with Broker() as broker:
        yield broker


@pytest.fixture
def listener(broker: Broker) -> Iterator[Listener]:
    with Listener(broker.host, broker.port) as listener:
        yield listener


@pytest.fixture
def panel() -> Panel:
    return Panel(60_000, CONTEXT.clock)


def light(broker: Broker, clock: Clock = CONTEXT.clock, **keys: Any) -> MqttLight:
    row = {
        "type": "mqtt-light", "id": "light-1", "station": "S1", "host": broker.host, "port": broker.port,
        "topic": "floor/light",
    }  # fmt: skip
    return MqttLight(MqttLightSettings.model_validate(row | keys), replace(CONTEXT, clock=clock))


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
@pytest.mark.parametrize("qos", [0, 1])
def test_the_light_follows_the_panel_and_ends_dark(
    broker: Broker, listener: Listener, panel: Panel, protocol: str, qos: int
) -> None:
    with RunningOutput(light(broker, protocol=protocol, qos=qos), panel) as running:
        listener.wait_colours("off")
        panel.tell_colour(Lamp.YELLOW)
        listener.wait_colours("off", "yellow")
        panel.tell_verdict(REFUSED)
        listener.wait_colours("off", "yellow", "red")
        panel.tell_verdict(OK)
        listener.wait_colours("off", "yellow", "red", "green")
        running.end()
    listener.wait_colours("off", "yellow", "red", "green", "off")
    assert [state["tone"] for state in listener.states] == ["", "", "bad", "good", ""]
    assert listener.states[2]["code"] == "UNKNOWN_CARD"


def test_a_verdict_gives_way_to_the_colour_after_its_time(broker: Broker, listener: Listener) -> None:
    clock = HandClock()
    panel = Panel(2000, clock)
    panel.tell_colour(Lamp.RED)
    with RunningOutput(light(broker, clock), panel):
        listener.wait_colours("red")
        panel.tell_verdict(OK)
        listener.wait_colours("red", "green")
        clock.pass_time(2000)
        listener.wait_colours("red", "green", "red")


def test_a_light_with_a_language_of_its_own_gets_its_messages(broker: Broker, listener: Listener, panel: Panel) -> None:
    own = {name: [{"topic": "floor/tower", "payload": name}] for name in ("off", "green", "yellow", "red", "bad")}
    with RunningOutput(light(broker, topic="", messages=own), panel):
        listener.wait(lambda one: len(one.messages) == 1, "dark at first")
        panel.tell_verdict(REFUSED)
        listener.wait(lambda one: len(one.messages) == 3, "red and the bad tone")
    listener.wait(lambda one: len(one.messages) == 4, "dark at last")
    assert [payload for _, payload in listener.messages] == [b"off", b"red", b"bad", b"off"]


def test_after_a_broker_was_away_only_the_newest_state_is_shown(panel: Panel) -> None:
    with Broker() as broker, RunningOutput(light(broker), panel) as running:
        running.wait_up()
        panel.tell_colour(Lamp.GREEN)
        broker.kill()
        running.wait_up(False)
        for _ in range(1000):
            panel.tell_colour(Lamp.YELLOW)
            panel.tell_verdict(OK)
            panel.tell_colour(Lamp.GREEN)
        panel.tell_verdict(REFUSED)
        broker.restart()
        with Listener(broker.host, broker.port) as listener:
            running.wait_up()
            panel.tell_verdict(REFUSED)  # the first one may have been shown before anybody listened
            listener.wait(lambda one: bool(one.messages), "a message")
            assert set(listener.colours) == {"red"}


@pytest.mark.promise("R8")
def test_a_thousand_verdicts_at_once_are_not_a_thousand_messages(
    broker: Broker, listener: Listener, panel: Panel
) -> None:
    for _ in range(1000):
        panel.tell_verdict(OK)
    panel.tell_verdict(REFUSED)
    with RunningOutput(light(broker), panel):
        listener.wait_colours("red")


_CHILD = """
import sys, threading
from drivers.output_base import Lamp
from drivers.output_mqtt import MqttLight
from drivers.output_panel import Panel
from drivers.output_settings import MqttLightSettings
from tests.drivers.rig import CONTEXT
panel = Panel(60_000, CONTEXT.clock)
panel.tell_colour(Lamp.GREEN)
row = {"type": "mqtt-light", "id": "light-1", "loop": "LP-1", "host": "127.0.0.1", "port": int(sys.argv[1]),
       "topic": "floor/light"}
MqttLight(MqttLightSettings.model_validate(row), CONTEXT).run(threading.Event(), panel, lambda health: None)
"""


@pytest.mark.promise("R1")
def test_a_gateway_that_is_killed_leaves_no_green_behind(broker: Broker, listener: Listener) -> None:
    root = Path(__file__).parents[2]
    child = subprocess.Popen([sys.executable, "-c", _CHILD, str(broker.port)], cwd=root)
    try:
        listener.wait_last("green")
    finally:
        child.kill()
        child.wait(10)
    listener.wait_last("off")


def test_a_broker_that_is_not_there_is_named_and_tried_again(panel: Panel) -> None:
    with Broker() as broker:
        port, host = broker.port, broker.host
        broker.kill()
        with RunningOutput(light(broker), panel) as running:
            assert f"{host}:{port}" in running.wait_up(False)
            broker.restart()
            assert "connected" in running.wait_up()


def test_a_refused_login_is_said_with_what_to_check(panel: Panel) -> None:
    with Broker(extra_config="allow_anonymous false") as broker, RunningOutput(light(broker), panel) as running:
        told = running.wait_up(False)
    assert "refused the connection" in told
    assert "check user name" in told


def test_a_broker_that_refuses_the_topic_is_told_with_what_to_check(panel: Panel, tmp_path: Path) -> None:
    (tmp_path / "acl").write_text("topic read floor/#\n")
    (tmp_path / "acl").chmod(0o600)
    with Broker(extra_config=f"acl_file {tmp_path}/acl") as broker, RunningOutput(light(broker), panel) as running:
        assert "check client rights for the light's topics" in running.wait_up(False)


def test_a_port_where_nobody_answers_does_not_keep_the_gateway_from_stopping(panel: Panel) -> None:
    row = {"type": "mqtt-light", "id": "l", "loop": "LP-1", "host": "127.0.0.1", "port": free_port(), "topic": "a"}
    with RunningOutput(MqttLight(MqttLightSettings.model_validate(row), CONTEXT), panel) as running:
        assert "127.0.0.1" in running.wait_up(False)
