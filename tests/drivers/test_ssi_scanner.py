"""The SSI driver before a simulated scanner on a pty: set-up, codes, answers after the commit, repeats."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drivers.base import DeviceContext
from drivers.serial_ssi_scanner import SsiScanner as Driver
from drivers.serial_ssi_settings import SsiSettings
from drivers.serial_ssi_talk import SETUP
from firmware_sim.scanner_make import Answer
from firmware_sim.ssi import DECODE_DATA, SsiScanner, packet
from tests.drivers.rig import CONTEXT, DEADLINE_S, FAILED, GOOD, REFUSED, HoldingSink, Running
from tests.store.rig import HandClock

GOOD_BEEP, BAD_BEEP = 0x00, 0x10


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[SsiScanner]:
    scanner = SsiScanner(tmp_path, "1")
    yield scanner
    scanner.close()


def driver(scanner: SsiScanner, context: DeviceContext = CONTEXT, **keys: Any) -> Driver:
    row = {"type": "zebra-ssi", "id": "scan-1", "station": "S1", "port": str(scanner.port)}
    return Driver(SsiSettings.model_validate(row | keys), context)


def set_up(scanner: SsiScanner) -> None:
    assert scanner.wait_until(lambda: scanner.parameters.get(238) == 1), "the scanner was set up"


def scan_aside(scanner: SsiScanner, text: str) -> tuple[threading.Thread, list[Answer]]:
    """A trigger pulled by somebody else: what the person saw stands in the list once the thread has ended."""
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(scanner.scan(text)))
    thread.start()
    return thread, answers


def test_the_scanner_is_set_up_on_every_connection_and_beeps_no_more_on_decode(scanner: SsiScanner) -> None:
    with Running(driver(scanner, parameters={"140": 4, "334": 1}), HoldingSink(GOOD)) as running:
        running.wait_up()
        set_up(scanner)
        assert scanner.parameters == SETUP | {140: 4, 334: 1}
        scanner.close()
        running.wait_down()
        scanner.plug()
        running.wait_up(2)
        set_up(scanner)
        assert scanner.scan("K1") is Answer.ACK
        assert "decode" not in scanner.tones


def test_a_scanner_that_lost_power_is_set_up_again(scanner: SsiScanner) -> None:
    with Running(driver(scanner), HoldingSink(GOOD)) as running:
        running.wait_up()
        set_up(scanner)
        scanner.boot()
        set_up(scanner)


def test_a_scanner_that_sends_rubbish_is_set_up_again(scanner: SsiScanner) -> None:
    with Running(driver(scanner), HoldingSink(GOOD)) as running:
        running.wait_up()
        set_up(scanner)
        scanner.parameters[238] = 0
        scanner.send_raw(b"]C0KB000123\r")
        set_up(scanner)


def test_a_scanner_that_takes_no_set_up_is_told(scanner: SsiScanner) -> None:
    scanner.is_deaf = True
    clock = HandClock()
    with Running(driver(scanner, replace(CONTEXT, clock=clock)), HoldingSink(GOOD)) as running:
        running.wait_up()

        def is_told() -> bool:
            clock.pass_time(500)
            return "host type SSI" in running.health.alarms.get("set-up", "")

        assert scanner.wait_until(is_told)
        scanner.is_deaf = False

        def is_well() -> bool:
            clock.pass_time(500)
            return not running.health.alarms

        assert scanner.wait_until(is_well)
        set_up(scanner)


def test_a_code_comes_with_its_identifier_and_green_is_beep_and_lamp(scanner: SsiScanner) -> None:
    sink = HoldingSink(GOOD)
    with Running(driver(scanner, feedback={"led_ms": 50}), sink) as running:
        running.wait_up()
        set_up(scanner)
        assert scanner.scan(b"010401234500001210AB\x1d3725", "]d2") is Answer.ACK
        assert scanner.wait_until(lambda: scanner.lamps == ["on", "off"])
    assert scanner.tones == [GOOD_BEEP]
    assert [(read.data, read.aim) for read in sink.reads] == [(b"010401234500001210AB\x1d3725", "]d2")]


@pytest.mark.promise("R1")
def test_a_code_is_not_acknowledged_before_its_verdict(scanner: SsiScanner) -> None:
    sink = HoldingSink()
    with Running(driver(scanner), sink) as running:
        running.wait_up()
        set_up(scanner)
        thread, answers = scan_aside(scanner, "K1")
        sink.wait(1)
        sink.feedbacks[0](FAILED)  # an early ACK would be the answer
        sink.wait(2)
        assert scanner.tones == []
        sink.feedbacks[1](GOOD)
        thread.join(DEADLINE_S)
    assert answers == [Answer.ACK]
    assert scanner.sent == 2


def test_a_refusal_is_acknowledged_and_sounds_bad(scanner: SsiScanner) -> None:
    with Running(driver(scanner), HoldingSink(REFUSED)) as running:
        running.wait_up()
        set_up(scanner)
        assert scanner.scan("K1") is Answer.ACK
        assert scanner.wait_until(lambda: scanner.tones == [BAD_BEEP])
    assert scanner.sent == 1


@pytest.mark.promise("R1")
def test_what_cannot_be_stored_is_sent_three_times_and_then_red(scanner: SsiScanner) -> None:
    sink = HoldingSink(FAILED)
    with Running(driver(scanner), sink) as running:
        running.wait_up()
        set_up(scanner)
        assert scanner.scan("K1") is Answer.NAK
    assert [read.data for read in sink.reads] == [b"K1"] * 3
    assert scanner.tones == ["transmission error"]


@pytest.mark.promise("R2")
def test_a_code_sent_again_while_the_first_waits_is_offered_once_and_answered_once(tmp_path: Path) -> None:
    scanner, sink = SsiScanner(tmp_path, "1", response_timeout_s=0.6), HoldingSink()
    try:
        with Running(driver(scanner, response_timeout_ms=600), sink) as running:
            running.wait_up()
            set_up(scanner)
            thread, answers = scan_aside(scanner, "K1")
            assert _comes_true(lambda: scanner.sent == 2)
            sink.feedbacks[0](GOOD)
            thread.join(DEADLINE_S)
            assert answers == [Answer.ACK]
            assert scanner.scan("K2") is Answer.SILENCE  # no second ACK was left for it
            sink.wait(2)
    finally:
        scanner.close()
    assert [read.data for read in sink.reads] == [b"K1", b"K2"]


@pytest.mark.promise("R2")
def test_an_acknowledgement_that_was_lost_is_given_again_and_nothing_is_offered_twice(scanner: SsiScanner) -> None:
    sink = HoldingSink(GOOD)
    with Running(driver(scanner), sink) as running:
        running.wait_up()
        set_up(scanner)
        assert scanner.scan("K1") is Answer.ACK
        heard = len(scanner.host.packets)
        scanner.send_raw(packet(DECODE_DATA, b"\x1c]Q1K1", status=1))
        assert scanner.wait_until(lambda: (0xD0, b"") in scanner.host.packets[heard:])
        assert scanner.scan("K1") is Answer.ACK  # a person scans again: that is a read of its own
    assert len(sink.reads) == 2


@pytest.mark.promise("R1")
def test_the_verdict_of_a_code_that_was_given_up_answers_no_other_code(scanner: SsiScanner) -> None:
    sink = HoldingSink()
    with Running(driver(scanner), sink) as running:
        running.wait_up()
        set_up(scanner)
        scanner.send_raw(packet(DECODE_DATA, b"\x1c]Q1K1"))
        sink.wait(1)
        thread, answers = scan_aside(scanner, "K2")
        sink.wait(2)
        sink.feedbacks[0](GOOD)
        sink.feedbacks[1](FAILED)
        sink.wait(3)
        sink.feedbacks[2](FAILED)
        sink.wait(4)
        sink.feedbacks[3](FAILED)
        thread.join(DEADLINE_S)
    assert answers == [Answer.NAK]
    assert GOOD_BEEP not in scanner.tones


def test_a_long_code_comes_in_packets_and_is_green_only_with_the_last(scanner: SsiScanner) -> None:
    sink, text = HoldingSink(), "0123456789" * 80
    with Running(driver(scanner), sink) as running:
        running.wait_up()
        set_up(scanner)
        thread, answers = scan_aside(scanner, text)
        [read] = sink.wait(1)
        assert not answers
        sink.feedbacks[0](GOOD)
        thread.join(DEADLINE_S)
    assert answers == [Answer.ACK]
    assert (read.data, read.aim) == (text.encode(), "]Q1")


def test_a_packet_of_a_long_code_that_comes_twice_is_taken_once(scanner: SsiScanner) -> None:
    sink = HoldingSink(GOOD)
    with Running(driver(scanner), sink) as running:
        running.wait_up()
        for status in (2, 3, 3):
            scanner.send_raw(packet(DECODE_DATA, b"\x1cAB", status=status))
        scanner.send_raw(packet(DECODE_DATA, b"\x1cCD"))
        [read] = sink.wait(1)
    assert read.data == b"ABCD"


def test_unplugged_in_the_middle_of_a_long_code(scanner: SsiScanner) -> None:
    sink = HoldingSink(GOOD)
    with Running(driver(scanner), sink) as running:
        running.wait_up()
        set_up(scanner)
        scanner.send_raw(packet(DECODE_DATA, b"\x1c]Q1AB", status=2))
        assert scanner.wait_until(lambda: (0xD0, b"") in scanner.host.packets)
        scanner.close()
        [broken] = sink.wait(1)
        running.wait_down()
        scanner.plug()
        running.wait_up(2)
        set_up(scanner)
        assert scanner.scan("K2") is Answer.ACK
        [_, whole] = sink.wait(2)
    assert (broken.fault.code if broken.fault else "", broken.data) == ("FRAME_BROKEN_OFF", b"]Q1AB")
    assert whole.data == b"K2"


def test_news_from_the_erp_are_a_tone_and_answer_no_code(scanner: SsiScanner) -> None:
    device, sink = driver(scanner), HoldingSink()
    with Running(device, sink) as running:
        running.wait_up()
        set_up(scanner)
        thread, answers = scan_aside(scanner, "K1")
        sink.wait(1)
        device.notify(REFUSED)
        assert not answers
        sink.feedbacks[0](GOOD)
        thread.join(DEADLINE_S)
        assert scanner.wait_until(lambda: sorted(map(str, scanner.tones)) == ["0", "16"])
    assert answers == [Answer.ACK]


def test_a_number_that_is_no_parameter_is_refused() -> None:
    row = {"type": "zebra-ssi", "id": "s", "station": "S1", "port": "/dev/x"}
    for wrong in ("x", "-1", "241", "70000"):
        with pytest.raises(ValueError, match="parameter"):
            SsiSettings.model_validate(row | {"parameters": {wrong: 1}})


def test_a_scanner_that_nobody_sees_or_sets_up_is_told() -> None:
    row = {"type": "zebra-ssi", "id": "s", "station": "S1", "port": "/dev/x"}
    assert SsiSettings.model_validate(row).notes() == ()
    [early] = SsiSettings.model_validate(row | {"parameters": {"56": 1}}).notes()
    assert "beeps on decode" in early
    blind = SsiSettings.model_validate(row | {"setup": False, "feedback": {"shown_by": "none"}})
    assert [note.split(":")[0] for note in blind.notes()] == [
        "the scanner is not set up by the gateway", "nothing tells the person whether a code was stored",
    ]  # fmt: skip


def _comes_true(is_so: Callable[[], bool]) -> bool:
    pause = threading.Event()
    return any(is_so() or pause.wait(0.01) for _ in range(1000))
