"""Every message of a whole run keeps the published contract, by either carrier."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.end_to_end.floor import Floor
from tests.sync.published import faults, load

SCHEMA_OF = {"up": "batch", "ack": "ack", "state": "state", "cmd": "command"}


@contextmanager
def everything_said(port: int) -> Iterator[list[tuple[str, bytes]]]:
    """All messages that the broker carries meanwhile."""
    said: list[tuple[str, bytes]] = []
    heard = threading.Event()
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="recorder")
    client.on_message = lambda client, data, message: said.append((message.topic, bytes(message.payload)))
    client.on_subscribe = lambda *arguments: heard.set()
    client.on_connect = lambda client, *rest: client.subscribe("kgw/v1/#", 1)
    client.connect("127.0.0.1", port)
    client.loop_start()
    assert heard.wait(10)
    try:
        yield said
    finally:
        client.disconnect()
        client.loop_stop()


def live_a_day(floor: Floor) -> None:
    """A bit of everything: emptied, filled, refused, superseded, parked, a card that cannot be read, commands."""
    erp = floor.erp
    for number in range(3):
        floor.consume.scan_until_green(floor.code(f"K-{number:04d}"))
        floor.receive.scan_until_green(floor.code(f"E-{number:04d}"))
    floor.settle()
    erp.control(do="reject", code="PERIOD_CLOSED", of="posting")
    floor.consume.scan_until_green(floor.code("K-0003"))
    floor.settle()
    erp.control(do="supersede", then_full=True)
    floor.consume.scan_until_green(floor.code("K-0004"))
    floor.settle()
    erp.control(do="park", code="LOCKED")
    floor.consume.scan_until_green(floor.code("K-0005"))
    floor.settle()
    erp.control(do="settle", outcome="rejected", code="LOCKED", msg="in the end")
    floor.wait_until(lambda: len(floor.events("event_rejected")) == 2, "the late outcome")
    receipt = {"card": "K-0001", "cycle": floor.cards()["K-0001"][1]}
    erp.control(do="command", gw="G1", name="card_full", body=receipt, deadline="2099-01-01T00:00:00+08:00")
    erp.control(do="command", gw="G1", name="nonsense", body={})
    floor.wait_until(lambda: len(floor.events("command_done") + floor.events("command_refused")) == 2, "both results")
    floor.settle()


def kind_of(topic: str) -> str:
    """The schema of a topic's messages."""
    parts = topic.split("/")
    if parts[3:] == ["erp", "state"]:
        return "erpstate"
    if parts[4] == "md":
        return parts[5] if parts[5] in ("cardstate", "stock") else "masterdata"
    return SCHEMA_OF[parts[4]]


def test_every_message_by_mqtt_keeps_the_contract(tmp_path: Path) -> None:
    with Floor(tmp_path) as floor, everything_said(floor.broker.port) as said:
        floor.gateway.restart()
        live_a_day(floor)
        floor.gateway.stop()
        floor.erp.stop()
    wrong = [(topic, found) for topic, payload in said if (found := faults(kind_of(topic), json.loads(payload)))]
    assert wrong == []
    assert {kind_of(topic) for topic, _ in said} == {
        "batch", "ack", "state", "command", "masterdata", "cardstate", "stock", "erpstate",
    }  # fmt: skip


def test_every_exchange_by_rest_keeps_the_contract(tmp_path: Path) -> None:
    with Floor(tmp_path, carrier="rest") as floor:
        floor.erp.control(do="choke", card="K-0002", status=400)
        live_a_day(floor)
        floor.erp.control(do="choke", card="K-0009", status=422)
        floor.consume.scan_until_green(floor.code("K-0009"))
        floor.settle()
        floor.erp.control(do="forget_feed", gw="G1")
        floor.wait_until(lambda: "410" in {str(line["status"]) for line in lines(floor)}, "the cursor is gone")
        floor.wait_until(lambda: "304" in {str(line["status"]) for line in lines(floor)}, "a dataset that is known")
        floor.gateway.restart()
        floor.settle()
        exchanges = lines(floor)
    paths = load("openapi")["paths"]
    answered = set()
    for exchange in exchanges:
        wrong = faults_of(paths, exchange)
        assert wrong == [], exchange
        answered.add((exchange["route"].rpartition("/")[2], exchange["status"]))
    assert {("streams", 200), ("batches", 200), ("batches", 400), ("batches", 422), ("feed", 200), ("feed", 410),
            ("<dataset>", 200), ("<dataset>", 304)} <= answered  # fmt: skip
    stones = [event for one in exchanges if one["request"] for event in one["request"]["ev"] if event["t"] == "dropped"]
    assert len({stone["ref"] for stone in stones}) == 2


def lines(floor: Floor) -> list[dict[str, Any]]:
    assert floor.record is not None
    return [json.loads(line) for line in floor.record.read_text().splitlines()]


def faults_of(paths: dict[str, Any], exchange: dict[str, Any]) -> list[str]:
    """What the OpenAPI document says against one exchange."""
    path = exchange["route"].replace("<", "{").replace(">", "}")
    operation = paths[path][exchange["method"].lower()]
    status = str(exchange["status"])
    answer = operation["responses"].get(status)
    if answer is None:
        return [f"status {status} is not described"]
    found = []
    asked = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"}
    needed = {one["name"] for one in operation["parameters"] if one["in"] == "query" and one["required"]}
    if not needed <= set(exchange["query"]) <= asked:
        found.append(f"asked with {sorted(exchange['query'])}, expected {sorted(needed)} of {sorted(asked)}")
    if exchange["request"] is not None:
        found += faults("batch", exchange["request"])
    for content in answer.get("content", {}).values():
        name = content["schema"]["$ref"].removeprefix("schema/").removesuffix(".json")
        found += faults(name, exchange["response"])
    return found


@pytest.mark.parametrize("kind", ["batch", "ack"])
def test_the_check_can_fail(kind: str) -> None:
    assert faults(kind, {"v": 1}) != []
