"""An R700 that is asked for its stream, over a real HTTP connection."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from drivers.base import DeviceContext
from drivers.rfid_stream import StreamReader
from drivers.rfid_stream_settings import StreamReaderSettings
from firmware_sim.json_reader import ImpinjStream
from tests.drivers.portal import Portal
from tests.drivers.rig import CONTEXT, GOOD, HoldingSink, Running, wait_until
from tests.end_to_end.certificates import Authority

BIN, OTHER = "3376451FD40C0E400000162E", "3376451FD40C0E400000162F"


class Password:
    """The one credential."""

    def text(self, name: str) -> str:
        return {"reader": "impinj"}[name]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.rfid_stream.HEARTBEAT_S", 0.02)
    monkeypatch.setattr("drivers.rfid_stream.RECONNECT_FIRST_S", 0.05)
    monkeypatch.setattr("drivers.rfid_desk.SETTLE_MS", 0)


@pytest.fixture
def r700() -> Iterator[ImpinjStream]:
    with ImpinjStream() as reader:
        yield reader


def _reader(r700: ImpinjStream, context: DeviceContext = CONTEXT, **members: Any) -> StreamReader:
    plain = {"id": "r-1", "type": "stream-reader", "station": "S1", "url": r700.url, "make": "impinj",
             "username": "root", "password_credential": "reader", **members}  # fmt: skip
    context = replace(context, credentials=Password())  # type: ignore[arg-type]
    return StreamReader(StreamReaderSettings.model_validate(plain), context)


def test_tags_and_inputs_come_with_times_of_this_gateway(r700: ImpinjStream) -> None:
    portal = Portal()
    with Running(_reader(r700, portal.context), HoldingSink()):
        portal.wait(lambda told: told.restorations == 1, "reading")
        r700.show(BIN, antenna=2, rssi_cdbm=-4875, phase=90.0)
        portal.wait(lambda told: len(told.reads) == 1, "the tag")
        seen_s = time.time() - 30
        r700.show(OTHER, at_s=seen_s)
        r700.set_input(1, is_on=True)
        portal.wait(lambda told: len(told.edges) == 1, "the input")
    first, second = portal.reads
    assert (first.epc, first.antenna, first.rssi_cdbm, first.phase, first.channel) == (BIN, 2, -4875, 1024, 866_300)
    assert (
        abs(second.last_ms - (CONTEXT.clock.mono_ms() + (seen_s - time.time()) * 1000)) < 5_000
    )  # a loaded machine may be late
    assert (portal.edges[0].port, portal.edges[0].is_on) == (1, True)
    assert portal.losses == ["link"]


def test_at_a_shelf_a_tag_is_one_read_and_the_preset_is_started(r700: ImpinjStream) -> None:
    sink = HoldingSink(GOOD)
    with Running(_reader(r700, preset="default"), sink) as running:
        running.wait_up()
        for _ in range(20):
            r700.show(BIN)
        r700.send(b"rubbish")
        assert [orjson.loads(read.data)["epc"] for read in sink.wait(1)] == [BIN]
        wait_until(lambda: "messages" in running.health.alarms, "the bad line is told")
        assert r700.started == ["default"]


@pytest.mark.promise("R2")
def test_a_stream_that_ends_is_opened_anew_and_what_comes_then_is_read(r700: ImpinjStream) -> None:
    portal = Portal()
    with Running(_reader(r700, portal.context, preset="default"), HoldingSink()):
        for turn in range(3):
            portal.wait(lambda told, turn=turn: told.restorations == turn + 1, "reading")  # type: ignore[misc]
            r700.show(BIN)
            portal.wait(lambda told, turn=turn: len(told.reads) == turn + 1, "a read")  # type: ignore[misc]
            r700.disconnect()
    assert portal.losses == ["link"] * 3


def test_a_stream_without_a_word_is_opened_anew(r700: ImpinjStream) -> None:
    with Running(_reader(r700, silence_s=1), HoldingSink()) as running:
        wait_until(lambda: r700.opened >= 2, "a second stream")
        r700.send(b"")
        running.wait_up(2)


@pytest.mark.parametrize(("status", "says"), [(403, "this user may not"), (503, "give `preset`")])
def test_a_refusal_says_what_to_do(r700: ImpinjStream, status: int, says: str) -> None:
    r700.answers.extend([status] * 3)
    with Running(_reader(r700), HoldingSink()) as running:
        assert says in running.wait_down().text
        running.wait_up()


def test_a_reader_that_is_not_there_says_what_to_check() -> None:
    with ImpinjStream() as reader:
        gone = _reader(reader)
    with Running(gone, HoldingSink()) as running:
        assert "check power, cable and `url`" in running.wait_down().text


@pytest.mark.promise("R10")
def test_over_tls_a_trusted_reader_is_read_and_a_stranger_is_not(tmp_path: Path) -> None:
    portal, ours = Portal(), Authority(tmp_path, "plant")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*ours.issue("reader"))
    with ImpinjStream(tls=server) as reader:
        with Running(_reader(reader), HoldingSink()) as running:
            assert "check `url` and `ca_file`" in running.wait_down().text
        with Running(_reader(reader, portal.context, ca_file=str(ours.file)), HoldingSink()):
            portal.wait(lambda told: told.restorations == 1, "reading")
            reader.show(BIN)
            portal.wait(lambda told: len(told.reads) == 1, "the tag")


def test_a_wrong_password_is_told(r700: ImpinjStream) -> None:
    with Running(_reader(r700, username="somebody"), HoldingSink()) as running:
        assert "check `username` and `password_credential`" in running.wait_down().text


def test_a_line_without_an_end_ends_the_stream(r700: ImpinjStream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.rfid_stream.BODY_LIMIT_BYTES", 100)
    with Running(_reader(r700), HoldingSink()) as running:
        running.wait_up()
        with r700._changed:
            r700._lines.append(b"x" * 1000)
            r700._changed.notify_all()
        assert "is it a stream of events" in running.wait_down().text


def test_no_thread_is_left_behind(r700: ImpinjStream) -> None:
    with Running(_reader(r700), HoldingSink()) as running:
        running.wait_up()
    wait_until(lambda: not [one for one in threading.enumerate() if one.name == "stream r-1"], "its end")
