"""Network scanners on real sockets: both ways of calling, half frames, silence, floods, and who may call at all."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from drivers.base import Device
from drivers.scanner_connection import UNANSWERED_LIMIT
from drivers.tcp_scanner import CallingScanners, open_tcp_scanner
from drivers.tcp_scanner_line import READ_BYTES
from drivers.tcp_scanner_settings import TcpScannerSettings
from firmware_sim.scanner_make import Answer
from firmware_sim.tcp_scanner import TcpScanner
from gateway.clock import Clock
from gateway.model import Read
from tests.drivers.rig import CONTEXT, FAILED, GOOD, REFUSED, HoldingSink, Running, wait_until
from tests.store.rig import HandClock

LISTEN = "127.0.0.1:0"
FEEDBACK = {"good": "OK\r\n", "bad": "NG\r\n"}


def settings(**keys: Any) -> TcpScannerSettings:
    row = {"type": "tcp-scanner", "id": "cam-1", "station": "S1", "feedback": FEEDBACK}
    return TcpScannerSettings.model_validate(row | keys)


def device(clock: Clock = CONTEXT.clock, **keys: Any) -> Device:
    return open_tcp_scanner(settings(**keys), replace(CONTEXT, clock=clock))


def passing(clock: HandClock, is_so: Callable[[], bool]) -> Callable[[], bool]:
    """For `wait_until`: time goes on while it waits."""

    def look() -> bool:
        clock.pass_time(100)
        return is_so()

    return look


def door_of(running: Running) -> tuple[str, int]:
    assert isinstance(running.device, CallingScanners)
    return ("127.0.0.1", running.device.port)


def codes(reads: list[Read]) -> list[tuple[bytes, str]]:
    return [(read.data, read.fault.code if read.fault else "") for read in reads]


@pytest.fixture
def cameras() -> Iterator[Callable[[Running], TcpScanner]]:
    """Connected callers of a device."""
    made: list[TcpScanner] = []

    def call(running: Running) -> TcpScanner:
        made.append(TcpScanner(host=door_of(running)))
        made[-1].connect()
        return made[-1]

    yield call
    for one in made:
        one.close()


Cameras = Callable[[Running], TcpScanner]


@pytest.mark.promise("R1")
def test_a_caller_hears_the_outcome_of_its_own_code_after_the_verdict(cameras: Cameras) -> None:
    sink = HoldingSink()
    with Running(device(listen=LISTEN), sink) as running:
        running.wait_up()
        one, other = cameras(running), cameras(running)
        one.send_raw(b"]d2K1\r\n")
        [read] = sink.wait(1)
        other.send_raw(b"K2\r\n")
        sink.wait(2)
        sink.feedbacks[1](FAILED)
        assert other.await_answer() is Answer.NAK
        sink.feedbacks[0](GOOD)
        assert one.await_answer() is Answer.ACK
    assert (read.device, read.station, read.data, read.aim) == ("cam-1", "S1", b"K1", "]d2")
    assert (one.heard, other.heard) == (b"OK\r\n", b"NG\r\n")


def test_a_scanner_that_listens_is_called_and_called_again() -> None:
    scanner, sink = TcpScanner(), HoldingSink(GOOD)
    try:
        with Running(device(connect=f"127.0.0.1:{scanner.port}"), sink) as running:
            scanner.connect()
            assert scanner.scan("K1") is Answer.ACK
            scanner.send_raw(b"KB0")
            scanner.hang_up()
            sink.wait(2)
            scanner.connect()
            running.wait_up(2)
            assert scanner.scan("K2") is Answer.ACK
    finally:
        scanner.close()
    assert codes(sink.reads) == [(b"K1", ""), (b"KB0", "FRAME_BROKEN_OFF"), (b"K2", "")]


def test_a_scanner_that_is_away_is_told_and_found_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with Running(device(connect=f"127.0.0.1:{port}"), HoldingSink(GOOD)) as running:
        assert "cannot be reached" in running.wait_down().text
        with socket.create_server(("127.0.0.1", port)) as door:
            line, _ = door.accept()
            with line:
                running.wait_up()


def test_codes_in_segments_of_one_byte_are_the_same_codes(cameras: Cameras) -> None:
    sink = HoldingSink(GOOD)
    with Running(device(listen=LISTEN, gap_ms=1000), sink) as running:
        running.wait_up()
        camera = cameras(running)
        for byte in b"]C0KB000123\r\n]Q1K2\r\n":
            camera.send_raw(bytes([byte]))
        reads = sink.wait(2)
    assert [(read.data, read.aim) for read in reads] == [(b"KB000123", "]C0"), (b"K2", "]Q1")]


def test_half_a_code_of_a_caller_that_hangs_up_is_evidence_and_joins_no_other(cameras: Cameras) -> None:
    sink = HoldingSink(GOOD)
    with Running(device(listen=LISTEN, gap_ms=1000), sink) as running:
        running.wait_up()
        one, other = cameras(running), cameras(running)
        one.send_raw(b"KB00")
        other.send_raw(b"K2")
        one.hang_up()
        sink.wait(1)
        other.send_raw(b"34\r\n")
        reads = sink.wait(2)
    assert codes(reads) == [(b"KB00", "FRAME_BROKEN_OFF"), (b"K234", "")]


def test_heartbeats_are_no_codes_and_their_absence_ends_the_connection(cameras: Cameras) -> None:
    clock, sink = HandClock(), HoldingSink(GOOD)
    calm: dict[str, Any] = {"heartbeat": "ALIVE\r\n", "silence_limit_s": 30}
    with Running(device(clock, listen=LISTEN, **calm), sink) as running:
        running.wait_up()
        camera = cameras(running)
        for _ in range(3):
            camera.send_raw(b"ALIVE\r\n")
            assert camera.scan("K1") is Answer.ACK
            clock.pass_time(29_000)
        silent = passing(clock, lambda: running.health.alarms == {"connection": "no scanner is connected"})
        wait_until(silent, "it is told")
        assert camera.is_hung_up()
    assert codes(sink.reads) == [(b"K1", "")] * 3


def test_a_quiet_line_is_probed(cameras: Cameras) -> None:
    clock = HandClock()
    with Running(device(clock, listen=LISTEN, probe="?\r\n", probe_s=5), HoldingSink()) as running:
        running.wait_up()
        camera = cameras(running)
        wait_until(passing(clock, lambda: "1 connected" in running.health.text), "it is connected")
        clock.pass_time(5000)
        wait_until(passing(clock, camera.has_heard), "it is asked")
        assert camera.listen(3) == b"?\r\n"


@pytest.mark.promise("R8")
def test_a_flood_is_held_back_and_loses_nothing_and_others_are_heard(cameras: Cameras) -> None:
    sink, count = HoldingSink(), 3000
    with Running(device(listen=LISTEN, feedback={}), sink) as running:
        running.wait_up()
        loud, calm = cameras(running), cameras(running)
        line = b"".join(b"%0100d\r\n" % n for n in range(count))  # 306 kB, far more than the limits let in
        sender = threading.Thread(target=loud.send_raw, args=(line,), daemon=True)
        sender.start()
        sink.wait(UNANSWERED_LIMIT)
        calm.send_raw(b"CALM\r\n")
        wait_until(lambda: any(read.data == b"CALM" for read in sink.reads), "the calm one is heard")
        assert len(sink.reads) <= UNANSWERED_LIMIT + READ_BYTES // 102 + 2
        sink.answer = GOOD
        for feedback in list(sink.feedbacks):
            feedback(GOOD)
        wait_until(lambda: not sender.is_alive(), "all of it was taken")
        wait_until(lambda: sink.reads[-1].data == b"%0100d" % (count - 1), "the last one is here")
    assert [read.data for read in sink.reads if read.data != b"CALM"] == [b"%0100d" % n for n in range(count)]


@pytest.mark.promise("R8")
def test_a_caller_that_never_reads_its_answers_holds_up_nobody(cameras: Cameras) -> None:
    sink = HoldingSink(GOOD)
    with Running(device(listen=LISTEN, feedback={"good": "x" * 32}), sink) as running:
        running.wait_up()
        deaf, calm = cameras(running), cameras(running)

        def is_jammed() -> bool:
            deaf.send_raw(b"K\r\n" * 500)
            return running.health.counters.get("lost_feedback", 0) > 0

        wait_until(is_jammed, "it takes no answers any more")
        calm.send_raw(b"CALM\r\n")
        wait_until(lambda: any(read.data == b"CALM" for read in sink.reads), "the calm one is heard")


@pytest.mark.promise("R10")
def test_who_is_not_on_the_list_is_hung_up_and_nothing_of_it_is_read() -> None:
    sink = HoldingSink(GOOD)
    with Running(device(listen=LISTEN, allow=["192.0.2.0/24"]), sink) as running:
        running.wait_up()
        stranger = TcpScanner(host=door_of(running))
        stranger.connect()
        try:
            stranger.send_raw(b"K1\r\n")
        except OSError:
            pass  # hung up already
        assert stranger.is_hung_up()
        stranger.close()
        wait_until(lambda: running.health.counters.get("refused_calls") == 1, "it is counted")
    assert sink.reads == []


@pytest.mark.promise("R8")
def test_beyond_the_number_of_callers_the_oldest_call_of_the_same_scanner_goes(cameras: Cameras) -> None:
    sink = HoldingSink(GOOD)
    with Running(device(listen=LISTEN, connections=2), sink) as running:
        running.wait_up()
        first, second = cameras(running), cameras(running)
        assert second.scan("K2") is Answer.ACK
        third = cameras(running)  # from the same address: it lost power, and its first call only seems to live
        assert third.scan("K3") is Answer.ACK
        assert first.is_hung_up()
        assert second.scan("K4") is Answer.ACK


def test_beyond_the_number_of_callers_another_scanner_is_hung_up() -> None:
    with Running(device(listen="127.0.0.1:0", connections=1, allow=["127.0.0.0/8"]), HoldingSink(GOOD)) as running:
        running.wait_up()
        first = TcpScanner(host=door_of(running))
        assert first.scan("K1") is Answer.ACK
        with socket.create_connection(door_of(running), timeout=5, source_address=("127.0.0.2", 0)) as other:
            assert other.recv(1) == b""
        assert first.scan("K2") is Answer.ACK
        wait_until(lambda: running.health.counters.get("too_many_calls") == 1, "it is counted")
        first.close()


def test_news_from_the_erp_reach_every_caller(cameras: Cameras) -> None:
    scanner = device(listen=LISTEN)
    with Running(scanner, HoldingSink()) as running:
        running.wait_up()
        callers = [cameras(running), cameras(running)]
        wait_until(lambda: "2 connected" in running.health.text, "both are connected")
        scanner.notify(REFUSED)
        assert [caller.await_answer() for caller in callers] == [Answer.NAK] * 2


def test_a_taken_port_is_told_and_taken_up_when_it_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with Running(device(listen=address), HoldingSink(GOOD)) as running:
            assert f"cannot listen on {address}" in running.wait_down().text
            taken.close()
            running.wait_up()


def test_settings_that_contradict_each_other_or_let_everybody_in_are_refused() -> None:
    wrong: dict[str, dict[str, Any]] = {
        "expected either `connect`": {},
        "either `connect`": {"listen": "127.0.0.1:1", "connect": "127.0.0.1:2"},
        "`allow` belongs to `listen`": {"connect": "127.0.0.1:2", "allow": ["127.0.0.1"]},
        "`allow` is missing": {"listen": "0.0.0.0:2001"},
        "is no address": {"listen": "0.0.0.0:2001", "allow": ["camera"]},
        "expected address:port": {"connect": "camera"},
    }
    for told, keys in wrong.items():
        with pytest.raises(ValueError, match=told):
            settings(**keys)
    open_to_all = settings(listen="0.0.0.0:1", allow=["192.168.1.7/24", "::1"])
    hosts = ("192.168.1.50", "::ffff:192.168.1.50", "::1", "192.168.2.50", "127.0.0.1", "fe80::1%eth0")
    assert [open_to_all.is_allowed(host) for host in hosts] == [True, True, True, False, False, False]
