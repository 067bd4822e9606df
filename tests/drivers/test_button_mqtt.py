"""MQTT buttons against a real mosquitto: what is a press, and when the broker may forget it."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from drivers.button_message import KEPT_BYTES
from drivers.button_mqtt import MqttButtons
from drivers.button_settings import MqttButtonSettings
from firmware_sim.broker import Broker
from firmware_sim.port import free_port
from gateway.model import Press, Read
from tests.drivers.rig import CONTEXT, FAILED, GOOD, REFUSED, HoldingSink, Running, wait_until

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def shared_broker() -> Iterator[Broker]:
    with Broker() as broker:
        yield broker


class Floor:
    """The buttons of one test: a topic level of their own on the shared broker."""

    def __init__(self, broker: Broker | ScriptedBroker, name: str) -> None:
        self.broker = broker
        self.name = name

    def settings(self, **keys: Any) -> MqttButtonSettings:
        return MqttButtonSettings.model_validate(
            {
                "type": "mqtt-button",
                "id": self.name,
                "station": "S1",
                "host": "127.0.0.1",
                "port": self.broker.port,
                "topics": [f"{self.name}/+"],
                "bindings": [],
            }
            | keys
        )

    def device(self, **keys: Any) -> MqttButtons:
        return MqttButtons(self.settings(**keys), CONTEXT)

    def press(self, payload: bytes | str, *, button: str = "b1", qos: int = 1, retain: bool = False) -> None:
        client = mqtt.Client(CallbackAPIVersion.VERSION2)
        client.connect("127.0.0.1", self.broker.port)
        client.loop_start()
        client.publish(f"{self.name}/{button}", payload, qos=qos, retain=retain).wait_for_publish(10)
        client.disconnect()
        client.loop_stop()


@pytest.fixture
def floor(shared_broker: Broker, request: pytest.FixtureRequest) -> Floor:
    number = blake2b(request.node.name.encode(), digest_size=6).hexdigest()
    return Floor(shared_broker, f"t{number}")


def first_press(floor: Floor, **keys: Any) -> Read:
    """What the next owner of the session gets first; it is stored, and so forgotten by the broker."""
    sink = HoldingSink(GOOD)
    with Running(floor.device(**keys), sink):
        return sink.wait(1)[0]


def test_a_press_carries_its_topic_and_what_recognises_it_when_it_comes_again(floor: Floor) -> None:
    sink = HoldingSink(GOOD)
    with Running(floor.device(), sink) as running:
        running.wait_up()
        floor.press(b'{"action":"single"}')
        (read,) = sink.wait(1)
    topic = f"{floor.name}/b1"
    digest = blake2b(topic.encode() + b'\0{"action":"single"}', digest_size=8).hexdigest()
    assert (read.device, read.station, read.topic, read.data) == (floor.name, "S1", topic, b'{"action":"single"}')
    assert read.press == Press(1, digest, redelivered=False)


@pytest.mark.promise("R1")
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_press_without_verdict_is_delivered_again_and_recognisable(floor: Floor, protocol: str) -> None:
    sink = HoldingSink()
    with Running(floor.device(protocol=protocol), sink) as running:
        running.wait_up()
        floor.press("one")
        (first,) = sink.wait(1)
    again = first_press(floor, protocol=protocol)
    assert first.press is not None
    assert again.press == Press(first.press.packet, first.press.digest, redelivered=True)
    assert again.id != first.id


@pytest.mark.promise("R2")
def test_a_press_survives_the_kill_of_the_process_that_held_it(floor: Floor) -> None:
    command = [sys.executable, "-m", "tests.drivers.press_child", floor.settings().model_dump_json()]
    first_press_of_session(floor)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as child:
        floor.press("one")
        assert child.stdout is not None
        assert child.stdout.readline() == b"one\n"
        child.kill()
    again = first_press(floor)
    assert again.data == b"one"
    assert again.press is not None
    assert again.press.redelivered


def first_press_of_session(floor: Floor) -> None:
    """Open the session, so that the broker keeps presses from now on."""
    with Running(floor.device(), HoldingSink()) as running:
        running.wait_up()


@pytest.mark.promise("R1")
def test_the_broker_forgets_a_press_only_after_its_verdict(floor: Floor) -> None:
    sink = HoldingSink()
    with Running(floor.device(), sink) as running:
        running.wait_up()
        floor.press("stored")
        sink.wait(1)
        sink.feedbacks[0](REFUSED)  # refused, but kept as evidence: nothing is gained by hearing it again
        wait_until(lambda: running.health.counters.get("acknowledged") == 1, "the acknowledgement to be counted")
    floor.press("next")
    assert first_press(floor).data == b"next"


@pytest.mark.promise("R2")
def test_a_press_that_could_not_be_stored_comes_again_on_a_new_connection(floor: Floor) -> None:
    sink = HoldingSink(FAILED)
    with Running(floor.device(), sink) as running:
        running.wait_up()
        floor.press("one")
        sink.wait(2)
        sink.answer = GOOD
        wait_until(lambda: running.health.counters.get("acknowledged") == 1, "the press to be stored in the end")
    assert {read.data for read in sink.reads} == {b"one"}
    assert [read.press is not None and read.press.redelivered for read in sink.reads][:2] == [False, True]


def test_a_sink_that_raises_costs_no_press(floor: Floor) -> None:
    sink = HoldingSink(error=RuntimeError("broken"))
    with Running(floor.device(), sink) as running:
        running.wait_up()
        floor.press("one")
        sink.wait(1)
        sink.error, sink.answer = None, GOOD
        wait_until(lambda: running.health.counters.get("acknowledged") == 1, "the press to be stored in the end")


@pytest.mark.promise("R2")
def test_the_verdict_of_a_former_connection_acknowledges_nothing_on_the_new_one(floor: Floor) -> None:
    sink = HoldingSink()
    with Running(floor.device(), sink) as running:
        running.wait_up()
        floor.press("one", button="b1")
        floor.press("two", button="b2")
        sink.wait(2)
        sink.feedbacks[1](FAILED)
        sink.wait(4)  # both came again on the next connection
        sink.feedbacks[0](GOOD)  # too late: it was given for the connection before
    assert first_press(floor).data == b"one"


def test_a_retained_press_is_a_state_from_the_past_and_ignored(floor: Floor) -> None:
    floor.press("old", retain=True)
    sink = HoldingSink(GOOD)
    with Running(floor.device(), sink) as running:
        running.wait_up()
        wait_until(lambda: running.health.counters.get("retained") == 1, "the retained message to be counted")
        floor.press("new")
        assert [read.data for read in sink.wait(1)] == [b"new"]
        wait_until(lambda: running.health.counters.get("acknowledged") == 2, "both to be acknowledged")


def test_a_live_press_of_a_button_that_publishes_retained_is_a_press(floor: Floor) -> None:
    sink = HoldingSink(GOOD)
    with Running(floor.device(), sink) as running:
        running.wait_up()
        floor.press("live", retain=True)
        assert sink.wait(1)[0].data == b"live"


def test_a_press_at_qos_0_is_taken_although_it_can_never_come_again(floor: Floor) -> None:
    sink = HoldingSink(GOOD)
    with Running(floor.device(), sink) as running:
        running.wait_up()
        floor.press("one", qos=0)
        assert sink.wait(1)[0].press is None
        wait_until(lambda: running.health.counters.get("at_qos_0") == 1, "the press to be counted")


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff\xfe\x00", b'{"action":', b"[" * 4000])
def test_a_malformed_message_arrives_as_the_bytes_it_is(floor: Floor, payload: bytes) -> None:
    sink = HoldingSink(REFUSED)
    with Running(floor.device(), sink) as running:
        running.wait_up()
        floor.press(payload)
        (read,) = sink.wait(1)
    assert (read.data, read.fault) == (payload, None)


def test_a_message_beyond_the_limit_is_a_visible_fault_with_its_first_bytes(floor: Floor) -> None:
    sink = HoldingSink(REFUSED)
    with Running(floor.device(), sink) as running:
        running.wait_up()
        floor.press(b"x" * 500_000)
        (read,) = sink.wait(1)
        wait_until(lambda: running.health.counters.get("acknowledged") == 1, "the message to be acknowledged")
    assert read.data == b"x" * KEPT_BYTES
    assert read.fault is not None
    assert (read.fault.code, read.fault.got) == ("PAYLOAD_TOO_LONG", "500000 bytes")


def test_a_broker_that_was_killed_and_came_back_is_found_again(tmp_path: Path) -> None:
    with Broker(directory=tmp_path / "broker") as broker:
        floor = Floor(broker, "buttons")
        sink = HoldingSink(GOOD)
        with Running(floor.device(), sink) as running:
            running.wait_up()
            broker.kill()
            assert str(broker.port) in running.wait_down().text
            broker.restart()
            running.wait_up(2)
            floor.press("after")
            assert sink.wait(1)[0].data == b"after"


def test_a_broker_that_is_not_there_is_reported_and_a_stop_is_obeyed() -> None:
    broker = Broker()
    broker.port = free_port()
    with Running(Floor(broker, "buttons").device(), HoldingSink()) as running:
        assert f"127.0.0.1:{broker.port}" in running.wait_down().text
    broker.stop()


def test_a_broker_that_refuses_us_says_what_to_check() -> None:
    hint = "check user name, password and client rights"
    with Broker(extra_config="allow_anonymous false") as broker:
        device = Floor(broker, "buttons").device()
        with Running(device, HoldingSink()) as running:
            wait_until(lambda: hint in running.health.text, "the reason to be reported")


class ScriptedBroker:
    """Answers one connection with given bytes, each after something was received. For what mosquitto never does."""

    def __init__(self, *answers: Callable[[bytes], bytes]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._answers = answers
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> ScriptedBroker:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        peer, _ = self._listener.accept()
        with peer:
            for answer in self._answers:
                peer.sendall(answer(peer.recv(4096)))
            while peer.recv(4096):
                pass


def test_a_refused_subscription_says_which() -> None:
    def grant(connect: bytes) -> bytes:
        return b"\x20\x03\x00\x00\x00"

    def refuse(subscribe: bytes) -> bytes:
        return b"\x90\x04" + subscribe[2:4] + b"\x00\x87"

    with ScriptedBroker(grant, refuse) as broker, Running(Floor(broker, "buttons").device(), HoldingSink()) as running:
        wait_until(lambda: "refused the subscription to buttons/+" in running.health.text, "the refusal")


def test_a_broker_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.button_mqtt.CONNECT_TIMEOUT_S", 0.1)
    with ScriptedBroker() as broker, Running(Floor(broker, "buttons").device(), HoldingSink()) as running:
        wait_until(lambda: "does not answer" in running.health.text, "the connection to be given up")


def test_many_presses_at_once_are_all_stored_once_and_acknowledged(floor: Floor) -> None:
    first_press_of_session(floor)
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.max_queued_messages = 0
    client.connect("127.0.0.1", floor.broker.port)
    client.loop_start()
    sent = [client.publish(f"{floor.name}/b{n}", str(n), qos=1) for n in range(2000)]
    sent[-1].wait_for_publish(20)
    client.disconnect()
    client.loop_stop()
    sink = HoldingSink(GOOD)
    with Running(floor.device(), sink) as running:
        sink.wait(2000)
        wait_until(lambda: running.health.counters.get("acknowledged") == 2000, "all to be acknowledged")
    assert [int(read.data) for read in sink.reads] == list(range(2000))


def test_a_button_bound_twice_is_refused(floor: Floor) -> None:
    twice = [{"button": "b1", "card": "K1"}, {"button": "b1", "card": "K2"}]
    with pytest.raises(ValueError, match="'b1' is bound twice"):
        floor.settings(bindings=twice)
