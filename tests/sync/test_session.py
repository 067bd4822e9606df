"""The connection itself, against a real mosquitto: will, secrets, limits, silence, hostile bytes."""

from __future__ import annotations

import json
import queue
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from firmware_sim.broker import Broker
from firmware_sim.erp.process import ErpProcess
from firmware_sim.faults import FaultProxy, Toxics
from firmware_sim.port import wait_until
from gateway.errors import StoreError
from gateway.store.outbox import OutboxReader, StreamState
from gateway.wake import Wake
from sync.engine import SyncEngine
from sync.envelope import Sender
from sync.mqtt import PUBACK_LIMIT_MS, LinkError, MqttSession, Will
from sync.sender import Pace
from sync.uplink import Uplink
from sync.warning import WarningBook
from tests.store.rig import HandClock
from tests.sync.rig import TIMEOUT_S, GatewayRig, assert_exactly_once, plain_settings

STATE = "kgw/v1/P1/G1/state"


@pytest.fixture
def states(broker: Broker) -> Iterator[queue.Queue[dict[str, Any]]]:
    """What the gateway says of itself, as the broker tells anybody."""
    heard: queue.Queue[dict[str, Any]] = queue.Queue()
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="spy", protocol=MQTTProtocolVersion.MQTTv5)
    client.on_message = lambda _client, _data, message: heard.put(json.loads(message.payload))
    client.on_connect = lambda client, *_: client.subscribe(STATE, 1)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    yield heard
    client.disconnect()
    client.loop_stop()


def test_an_orderly_end_is_told_under_the_name_of_its_birth(
    broker: Broker, erp: ErpProcess, states: queue.Queue[dict[str, Any]], tmp_path: Path
) -> None:
    with GatewayRig(tmp_path / "gw", plain_settings(broker.port)) as gateway:
        gateway.await_session()
        birth = states.get(timeout=TIMEOUT_S)
    death = states.get(timeout=TIMEOUT_S)
    assert (birth["online"], death["online"]) == (True, False)
    assert birth["birth"] == death["birth"]
    assert birth["st"].keys() == {"sig", "mov", "res", "sys"}


def test_a_cut_connection_lets_the_will_end_its_own_birth_and_the_next_session_has_another(
    broker: Broker, erp: ErpProcess, states: queue.Queue[dict[str, Any]], tmp_path: Path
) -> None:
    with (
        FaultProxy(("127.0.0.1", broker.port)) as proxy,
        GatewayRig(tmp_path / "gw", plain_settings(proxy.port, "3.1.1")) as gateway,
    ):
        gateway.await_session()
        first = states.get(timeout=TIMEOUT_S)
        proxy.reset_all()
        death, second = states.get(timeout=TIMEOUT_S), states.get(timeout=TIMEOUT_S)
        assert (death["online"], death["birth"]) == (False, first["birth"])
        assert (second["online"], second["birth"] == first["birth"]) == (True, False)
        assert second["ep"] == first["ep"]
        gateway.await_session()


def test_a_short_break_is_no_death_with_mqtt_5(
    broker: Broker, erp: ErpProcess, states: queue.Queue[dict[str, Any]], tmp_path: Path
) -> None:
    with (
        FaultProxy(("127.0.0.1", broker.port)) as proxy,
        GatewayRig(tmp_path / "gw", plain_settings(proxy.port)) as gateway,
    ):
        gateway.await_session()
        states.get(timeout=TIMEOUT_S)
        proxy.reset_all()
        assert states.get(timeout=TIMEOUT_S)["online"]
        gateway.await_session()


def test_with_room_for_one_message_at_the_broker_everything_still_arrives(tmp_path: Path) -> None:
    with (
        Broker(max_inflight=1) as broker,
        ErpProcess(broker=f"127.0.0.1:{broker.port}", db=tmp_path / "erp.db") as erp,
        GatewayRig(tmp_path / "gw", plain_settings(broker.port, batch_events=1)) as gateway,
    ):
        gateway.await_session()
        gateway.scan(*(f"K-{n}" for n in range(20)))
        assert_exactly_once(gateway, erp)
        assert gateway.engine.status().sessions == 1


def test_a_wrong_password_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "G1", "right"], check=True, capture_output=True)
    extra = f"password_file {passwords}\nallow_anonymous false"
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "broker").write_text("wrong\n")
    with Broker(extra_config=extra) as broker:
        settings = plain_settings(broker.port, username="G1", password_credential="broker")
        with GatewayRig(tmp_path / "gw", settings, credentials=credentials) as gateway:
            assert "Not authorized" in gateway.await_warning("BROKER_UNREACHABLE")
            gateway.scan("K-1")
            (credentials / "broker").write_text("right\n")
            assert wait_until(lambda: gateway.engine.status().is_connected, TIMEOUT_S)
            status = gateway.stream("sig")
            assert status is not None
            assert status.unsettled == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key."""
    directory = tmp_path_factory.mktemp("tls")
    cert, key = directory / "cert.pem", directory / "key.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    command += ["-subj", "/CN=broker", "-addext", "subjectAltName=IP:127.0.0.1", "-out", str(cert), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


def tls_broker(certificate: tuple[Path, Path]) -> Broker:
    return Broker(extra_config=f"certfile {certificate[0]}\nkeyfile {certificate[1]}")


def test_a_broker_is_reached_through_tls(certificate: tuple[Path, Path], tmp_path: Path) -> None:
    tls = {"enabled": True, "ca_file": certificate[0]}
    with (
        tls_broker(certificate) as broker,
        GatewayRig(tmp_path / "gw", plain_settings(broker.port, tls=tls)) as gateway,
    ):
        gateway.scan("K-1")
        assert wait_until(lambda: gateway.engine.status().is_connected, TIMEOUT_S)
        assert wait_until(lambda: gateway.count("BIRTH_HEARD") > 0, TIMEOUT_S)  # it has given our birth back


def test_a_broker_whose_certificate_nobody_vouches_for_gets_nothing(
    certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    with (
        tls_broker(certificate) as broker,
        GatewayRig(tmp_path / "gw", plain_settings(broker.port, tls={"enabled": True})) as gateway,
    ):
        assert "CERTIFICATE_VERIFY_FAILED" in gateway.await_warning("BROKER_UNREACHABLE")
        assert gateway.engine.status().sessions == 0


def test_an_unreadable_secret_is_told_and_tried_again(tmp_path: Path) -> None:
    settings = plain_settings(1, username="G1", password_credential="missing")
    with GatewayRig(tmp_path / "gw", settings) as gateway:
        assert "unusable" in gateway.await_warning("BROKER_UNREACHABLE")


# -- one session by hand -------------------------------------------------------------------


def open_session(port: int, clock: HandClock, wake: Wake, protocol: str = "5") -> MqttSession:
    session = MqttSession(plain_settings(port, protocol), "kgw-G1", Will(STATE, b"{}"), Path, clock, wake)
    session.connect()
    while not session.is_accepted:
        session.poll(0.1)
    return session


@pytest.fixture
def wake() -> Iterator[Wake]:
    wake = Wake()
    yield wake
    wake.close()


def test_a_broker_that_does_not_confirm_is_left(broker: Broker, wake: Wake) -> None:
    clock = HandClock()
    with FaultProxy(("127.0.0.1", broker.port)) as proxy:
        session = open_session(proxy.port, clock, wake)
        proxy.set(Toxics(silent=True))
        session.publish("kgw/v1/P1/G1/up/sig", b"{}")
        clock.pass_time(PUBACK_LIMIT_MS)
        session.poll(0.0)
        clock.pass_time(1)
        with pytest.raises(LinkError, match="has not confirmed a message for 15 s"):
            session.poll(0.0)
        session.close()


def test_nothing_is_published_once_the_connection_is_lost(broker: Broker, wake: Wake) -> None:
    session = open_session(broker.port, HandClock(), wake)
    broker.kill()
    with pytest.raises(LinkError):
        poll_to_the_end(session)
    with pytest.raises(LinkError):
        session.publish("kgw/v1/P1/G1/up/sig", b"{}")
    session.close()


def test_more_than_the_broker_may_be_sent_is_refused_here(wake: Wake) -> None:
    with Broker(max_inflight=2) as broker:
        session = open_session(broker.port, HandClock(), wake)
        assert session.room == 2
        session.publish("x", b"1")
        session.publish("x", b"2")
        with pytest.raises(LinkError, match="has not confirmed enough"):
            session.publish("x", b"3")
        assert wait_until(lambda: not session.poll(0.1) and session.room == 2, TIMEOUT_S)
        session.close()


def test_a_message_that_was_not_confirmed_comes_again_with_the_next_session(broker: Broker, wake: Wake) -> None:
    clock = HandClock()
    session = open_session(broker.port, clock, wake)
    session.subscribe(["kgw/v1/P1/G1/cmd"])
    while not session.is_subscribed:
        session.poll(0.1)
    session.publish("kgw/v1/P1/G1/cmd", b"first")
    session.publish("kgw/v1/P1/G1/cmd", b"second")
    messages = take(session, 2)
    session.confirm(messages[1])  # out of turn: nothing may be confirmed before the first
    session.poll(0.1)
    session.close()
    again = open_session(broker.port, clock, wake)
    assert [one.payload for one in take(again, 2)] == [b"first", b"second"]
    again.close()


def poll_to_the_end(session: MqttSession) -> None:
    """Go on until the session raises, or for a long time."""
    for _ in range(300):
        session.poll(0.1)


def take(session: MqttSession, count: int) -> list[Any]:
    """The next messages."""
    came: list[Any] = []
    deadline = time.monotonic() + TIMEOUT_S
    while len(came) < count and time.monotonic() < deadline:
        came += session.poll(0.1)
    return came


def test_waking_ends_a_wait_at_once(broker: Broker, wake: Wake) -> None:
    session = open_session(broker.port, HandClock(), wake)
    session.poll(0.0)
    threading.Timer(0.05, wake.set).start()
    assert session.poll(TIMEOUT_S * 4) == []  # the test's own time limit would end it otherwise
    session.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"\x20\x03\x00\x00\x00" + b"\x30\xff\xff\xff\xff\xff",  # a length that never ends
        b"\x20\x03\x00\x00\x00" + b"\x90\x03\x00\x01\xee",  # an answer with an unknown reason
        b"\x20\x03\x00\x00\x00" + b"\x32\x03\x00\x09A",  # a topic longer than its packet
        b"\x20\x03\x00\x00\x00" + b"\xf0\x00",  # a packet that clients never get
        b"\x20\x03\x00\x99\x00",  # refused for a reason
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
    ],
)
def test_hostile_bytes_end_the_connection_and_not_the_thread(answer: bytes, wake: Wake) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        session = MqttSession(
            plain_settings(server.getsockname()[1]),
            "kgw-G1",
            Will(STATE, b"{}"),
            Path,
            HandClock(),
            wake,
        )
        session.connect()
        peer, _ = server.accept()
        with peer:
            peer.sendall(answer)
            peer.shutdown(socket.SHUT_WR)
            with pytest.raises(LinkError):
                poll_to_the_end(session)
        session.close()


def test_topics_that_the_broker_withholds_are_named(wake: Wake) -> None:
    topics = ["kgw/v1/P1/G1/ack/sig", "kgw/v1/P1/G1/cmd"]
    with socket.create_server(("127.0.0.1", 0)) as server:
        session = MqttSession(
            plain_settings(server.getsockname()[1]), "kgw-G1", Will(STATE, b"{}"), Path, HandClock(), wake
        )
        session.connect()
        peer, _ = server.accept()
        with peer:
            peer.sendall(b"\x20\x03\x00\x00\x00")
            while not session.is_accepted:
                session.poll(0.1)
            session.subscribe(topics)
            peer.sendall(b"\x90\x05\x00\x01\x00\x01\x87")  # the first granted, the second not authorized
            while not session.is_subscribed:
                session.poll(0.1)
            assert session.refusals() == ["kgw/v1/P1/G1/cmd: Not authorized"]
        session.close()


def test_a_connection_that_did_not_last_counts_as_a_failed_attempt_so_that_the_next_one_waits(
    broker: Broker, tmp_path: Path
) -> None:
    gateway = GatewayRig(tmp_path / "gw", plain_settings(broker.port))
    outbox = OutboxReader(gateway.store.database)
    book = WarningBook(lambda code, text: broker.kill(), gateway.clock)  # nobody listens: said once connected
    uplink = Uplink(
        outbox,
        Sender("prod", "G1", "b"),
        Pace(),
        lambda low, high: high,
        book,
        gateway.writer.submit,
        lambda note: None,
    )
    assert isinstance(gateway.engine, SyncEngine)
    gateway.engine._book = book
    with pytest.raises(LinkError):
        gateway.engine._talk_once(uplink, threading.Event())
    assert gateway.engine.status().sessions == 1
    outbox.close()
    gateway.store.close()


def test_a_sync_that_fell_over_its_store_can_be_started_again(broker: Broker, erp: ErpProcess, tmp_path: Path) -> None:
    gateway = GatewayRig(tmp_path / "gw", plain_settings(broker.port))
    gateway.outbox_class = FailingOutbox
    with pytest.raises(StoreError, match="unreadable"):
        gateway.engine.run(threading.Event())
    gateway.outbox_class = OutboxReader
    with gateway:
        gateway.scan("K-1")
        assert_exactly_once(gateway, erp)


class FailingOutbox(OutboxReader):
    """Can be read a few times, then no more."""

    reads = 0

    def streams(self) -> dict[str, StreamState]:
        self.reads += 1
        if self.reads > 2:
            raise StoreError("unreadable")
        return super().streams()
