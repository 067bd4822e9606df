"""RFID readers that publish JSON, against a real mosquitto."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from drivers.rfid_mqtt import MqttReader
from drivers.rfid_mqtt_settings import MqttReaderSettings
from firmware_sim.broker import Broker
from tests.drivers.rig import CONTEXT, GOOD, HoldingSink, Running, wait_until

BIN = "3376451FD40C0E400000162E"
OTHER = "3376451FD40C0E400000162F"


@pytest.fixture
def broker() -> Iterator[Broker]:
    with Broker() as broker:
        yield broker


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.rfid_mqtt.HEARTBEAT_S", 0.02)
    monkeypatch.setattr("drivers.rfid_mqtt.RECONNECT_FIRST_S", 0.05)
    monkeypatch.setattr("drivers.rfid_desk.SETTLE_MS", 0)


def _reader(broker: Broker, **members: Any) -> MqttReader:
    plain = {
        "id": "r-1", "type": "mqtt-reader", "station": "S1", "host": "127.0.0.1", "port": broker.port,
        "make": "zebra", "topic": "reader/tags", **members,
    }  # fmt: skip
    return MqttReader(MqttReaderSettings.model_validate(plain), CONTEXT)


def _zebra(epc: str, number: int, *, reads: int = 3, antenna: int = 1) -> str:
    data = {"idHex": epc, "antenna": antenna, "eventNum": number, "peakRssi": -50, "reads": reads}
    return json.dumps([{"type": "SIMPLE", "timestamp": "2026-04-03T21:50:16.699+0200", "data": data}])


def _publish(broker: Broker, *bodies: str | bytes, retain: bool = False) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    for body in bodies:
        client.publish("reader/tags", body, qos=1, retain=retain).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def _epcs(sink: HoldingSink, count: int) -> list[str]:
    return [orjson.loads(read.data)["epc"] for read in sink.wait(count)]


def test_a_tag_published_again_and_again_is_one_read_and_bad_messages_cost_nothing(broker: Broker) -> None:
    sink = HoldingSink(GOOD)
    with Running(_reader(broker), sink) as running:
        running.wait_up()
        _publish(broker, _zebra(BIN, 1), b"rubbish", *[_zebra(BIN, n) for n in range(2, 40)], _zebra(OTHER, 40))
        assert _epcs(sink, 2) == [BIN, OTHER]
        wait_until(lambda: "messages" in running.health.alarms, "the bad message is told")
        assert "lost_reads" not in running.health.counters
        assert len(sink.reads) == 2


def test_a_gap_in_the_readers_numbers_is_a_loss_and_a_restart_of_the_reader_is_none(broker: Broker) -> None:
    with Running(_reader(broker), HoldingSink(GOOD)) as running:
        running.wait_up()
        _publish(broker, _zebra(BIN, 10), _zebra(BIN, 11), _zebra(BIN, 15), _zebra(BIN, 1))
        wait_until(lambda: running.health.counters.get("tag_reads") == 12, "all came")
        assert running.health.counters["lost_reads"] == 3
        assert "lost in the reader" in running.health.alarms["reads"]


def test_what_the_broker_kept_is_the_past(broker: Broker) -> None:
    _publish(broker, _zebra(BIN, 1), retain=True)
    sink = HoldingSink(GOOD)
    with Running(_reader(broker), sink) as running:
        wait_until(lambda: running.health.counters.get("retained") == 1, "the retained message")
        _publish(broker, _zebra(OTHER, 2))
        assert _epcs(sink, 1) == [OTHER]


def test_only_the_antennas_that_are_named(broker: Broker) -> None:
    sink = HoldingSink(GOOD)
    with Running(_reader(broker, antennas=[2]), sink) as running:
        running.wait_up()
        _publish(broker, _zebra(BIN, 1, antenna=1), _zebra(OTHER, 2, antenna=2))
        assert _epcs(sink, 1) == [OTHER]


def test_a_broker_that_was_killed_and_came_back_is_found_again(tmp_path: Path) -> None:
    sink = HoldingSink(GOOD)
    with Broker(directory=tmp_path) as broker, Running(_reader(broker), sink) as running:
        running.wait_up()
        broker.kill()
        assert running.wait_down().text
        broker.restart()
        running.wait_up(2)
        _publish(broker, _zebra(BIN, 1))
        assert _epcs(sink, 1) == [BIN]
