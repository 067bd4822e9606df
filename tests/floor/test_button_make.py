"""The simulated buttons publish what their makes publish, and somebody's hand knows whether the broker took it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from firmware_sim.broker import Broker
from firmware_sim.button import ButtonBridge
from firmware_sim.button_make import MAKES, HandOnButton


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with Broker() as broker:
        yield broker


@pytest.mark.parametrize("make", MAKES)
def test_a_press_a_long_press_and_a_report_go_over_a_real_broker(broker: Broker, make: str) -> None:
    heard: list[tuple[str, bytes]] = []
    listener = mqtt.Client(CallbackAPIVersion.VERSION2)

    def hear(_client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        if not message.retain:  # what another make left behind
            heard.append((message.topic, bytes(message.payload)))

    listener.on_message = hear
    listener.connect("127.0.0.1", broker.port)
    listener.subscribe("#", qos=1)
    while not heard:  # the subscription is there once its own probe comes back
        listener.publish("probe", b"x", qos=1)
        listener.loop(0.2)
    button = MAKES[make]("0102030405060708")
    expected = [*button.press(), *button.long_press(), *button.report(battery=50, link=40)]
    with ButtonBridge(host="127.0.0.1", port=broker.port, name=make) as bridge:
        assert HandOnButton(bridge, button).publish(expected)
        assert HandOnButton(bridge, button, qos=0).press()
        wanted = [(one.topic, one.payload) for one in expected]
        for _ in range(200):
            if len([one for one in heard if one[0] != "probe"]) > len(wanted):
                break
            listener.loop(0.1)
    listener.disconnect()
    assert [one for one in heard if one[0] != "probe"][: len(wanted)] == wanted


@pytest.mark.parametrize("make", ["shelly-gen2", "chirpstack-v4", "ttn-v3"])
def test_each_press_of_a_make_with_identities_is_another_one(make: str) -> None:
    button = MAKES[make]("b")
    assert len({button.press()[0].payload for _ in range(50)}) == 50


@pytest.mark.parametrize("make", [make for make in MAKES if make != "esphome"])
def test_all_makes_but_one_publish_json_objects(make: str) -> None:
    button = MAKES[make]("b")
    for one in (*button.press(), *button.long_press(), *button.report(battery=1, link=1)):
        assert isinstance(json.loads(one.payload), dict)


def test_a_broker_that_is_gone_does_not_take_the_press() -> None:
    with Broker() as broker, ButtonBridge(host="127.0.0.1", port=broker.port) as bridge:
        broker.kill()
        (one,) = MAKES["tasmota"]("b").press()
        assert not bridge.publish_to(one.topic, one.payload, timeout_s=0.3)
