"""The serial scanner on real ptys: what is read, what is answered, and when."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.base import DeviceContext
from drivers.framing import KEPT_BYTES
from drivers.plug import Plugs
from drivers.scanner_connection import UNANSWERED_LIMIT
from drivers.serial_port import SerialPort
from drivers.serial_scanner import SerialScanner
from drivers.serial_settings import SerialSettings
from gateway.errors import TransientDeviceError
from gateway.model import Read
from tests.drivers.rig import CONTEXT, FAILED, GOOD, REFUSED, HoldingSink, Line, Running, wait_until

ACK, NAK = b"\x06", b"\x15"
ANSWERS = {"ack": "\x06", "nak": "\x15", "good": "G", "bad": "B"}


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    line = Line(tmp_path)
    yield line
    line.close()


def settings(line: Line, **keys: Any) -> SerialSettings:
    return SerialSettings.model_validate(
        {"type": "serial", "id": "scan-1", "station": "S1", "port": str(line.path), "feedback": ANSWERS} | keys
    )


def scanner(line: Line, context: DeviceContext = CONTEXT, **keys: Any) -> SerialScanner:
    return SerialScanner(settings(line, **keys), context)


def codes(reads: list[Read]) -> list[tuple[bytes, str]]:
    return [(read.data, read.fault.code if read.fault else "") for read in reads]


def test_a_code_becomes_a_read_with_its_bytes_its_aim_identifier_and_its_time(line: Line) -> None:
    sink = HoldingSink(GOOD)
    with Running(scanner(line), sink) as running:
        running.wait_up()
        line.send(b"]d2K1\x1dX\xff\r\n")
        (read,) = sink.wait(1)
    assert (read.device, read.station, read.data, read.aim) == ("scan-1", "S1", b"K1\x1dX\xff", "]d2")
    assert read.boot == CONTEXT.clock.boot
    assert 0 < read.mono_ms <= CONTEXT.clock.mono_ms()
    assert read.fault is None


@pytest.mark.promise("R1")
def test_nothing_is_answered_before_the_verdict(line: Line) -> None:
    sink = HoldingSink()
    with Running(scanner(line), sink) as running:
        running.wait_up()
        line.send(b"K1\r")
        sink.wait(1)
        sink.feedbacks[0](FAILED)  # an early ACK would stand before this NAK
        assert line.heard(2) == NAK + b"B"
        line.send(b"K1\r")
        sink.wait(2)
        sink.feedbacks[1](GOOD)
        assert line.heard(2) == ACK + b"G"


def test_a_refused_scan_is_answered_with_nak(line: Line) -> None:
    with Running(scanner(line), HoldingSink(REFUSED)) as running:
        running.wait_up()
        line.send(b"K1\r")
        assert line.heard(2) == NAK + b"B"


def test_a_scanner_that_resends_on_nak_gets_nak_only_for_what_is_not_stored(line: Line) -> None:
    sink = HoldingSink(REFUSED)
    with Running(scanner(line, feedback=ANSWERS | {"nak_refusals": False}), sink) as running:
        running.wait_up()
        line.send(b"K1\r")
        assert line.heard(2) == ACK + b"B"
        sink.answer = FAILED
        line.send(b"K1\r")
        assert line.heard(2) == NAK + b"B"


def test_a_sink_that_raises_is_answered_with_nak_and_the_next_scan_is_read(line: Line) -> None:
    sink = HoldingSink(error=RuntimeError("broken"))
    with Running(scanner(line), sink) as running:
        running.wait_up()
        line.send(b"K1\r")
        assert line.heard(2) == NAK + b"B"
        sink.error, sink.answer = None, GOOD
        line.send(b"K2\r")
        assert line.heard(2) == ACK + b"G"


def test_news_from_the_erp_drive_light_and_tone_but_answer_no_frame(line: Line) -> None:
    device = scanner(line)
    with Running(device, HoldingSink()) as running:
        running.wait_up()
        device.notify(REFUSED)
        device.notify(GOOD)
        assert line.heard(2) == b"BG"


def test_a_scanner_that_waits_for_ack_is_answered_in_the_order_of_its_frames(line: Line) -> None:
    sink = HoldingSink()
    device = scanner(line, feedback=ANSWERS | {"waits_for_ack": True})
    with Running(device, sink) as running:
        running.wait_up()
        line.send(b"K1\rK2\r")
        sink.wait(2)
        sink.feedbacks[1](FAILED)
        device.notify(REFUSED)
        assert line.heard(1) == b"B"  # the news went out, the second answer waits for the first
        sink.feedbacks[0](GOOD)
        assert line.heard(4) == ACK + b"G" + NAK + b"B"


def test_a_code_without_suffix_ends_with_silence(line: Line) -> None:
    sink = HoldingSink(GOOD)
    with Running(scanner(line, gap_ms=30), sink) as running:
        running.wait_up()
        line.send(b"K1")
        assert codes(sink.wait(1)) == [(b"K1", "")]


def test_silence_before_a_required_suffix_is_refused_visibly(line: Line) -> None:
    sink = HoldingSink(REFUSED)
    with Running(scanner(line, gap_ms=30, suffix_required=True), sink) as running:
        running.wait_up()
        line.send(b"K1")
        assert codes(sink.wait(1)) == [(b"K1", "FRAME_BROKEN_OFF")]


@pytest.mark.parametrize("is_link_removed", [True, False])
def test_unplugged_in_the_middle_of_a_code_and_back_under_another_name(line: Line, is_link_removed: bool) -> None:
    sink = HoldingSink(GOOD)
    with Running(scanner(line, gap_ms=1000), sink) as running:
        running.wait_up()
        before = line.node
        line.send(b"K1\rKB00")
        sink.wait(1)
        line.unplug(is_link_removed=is_link_removed)
        sink.wait(2)
        running.wait_down()
        if not is_link_removed:
            line.path.unlink()
        line.plug()
        assert line.node != before
        running.wait_up(2)
        line.send(b"01\rK2\r")
        assert codes(sink.wait(4)) == [(b"K1", ""), (b"KB00", "FRAME_BROKEN_OFF"), (b"01", ""), (b"K2", "")]


def test_a_link_that_leads_to_another_scanner_is_followed_at_once(line: Line) -> None:
    sink = HoldingSink(GOOD)
    with Running(scanner(line), sink) as running:
        running.wait_up()
        line.swap()
        running.wait_up(2)
        line.send(b"K1\r")
        assert codes(sink.wait(1)) == [(b"K1", "")]
        assert line.heard(2) == ACK + b"G"


def test_the_verdict_of_a_former_connection_answers_no_frame_of_the_new_one(line: Line) -> None:
    sink = HoldingSink()
    with Running(scanner(line), sink) as running:
        running.wait_up()
        line.send(b"K1\r")
        sink.wait(1)
        line.unplug()
        running.wait_down()
        line.plug()
        running.wait_up(2)
        sink.feedbacks[0](GOOD)
        line.send(b"K2\r")
        sink.wait(2)
        sink.feedbacks[1](REFUSED)
        assert line.heard(2) == NAK + b"B"
    assert running.health.counters["late_answers"] == 1


def test_bytes_from_before_the_connection_are_not_answered(line: Line) -> None:
    line.send(b"OLD\r")
    sink = HoldingSink(GOOD)
    with Running(scanner(line), sink) as running:
        running.wait_up()
        line.send(b"K1\r")
        assert codes(sink.wait(1)) == [(b"K1", "")]


def test_a_scanner_that_comes_later_is_waited_for(line: Line) -> None:
    line.unplug()
    sink = HoldingSink(GOOD)
    with Running(scanner(line), sink) as running:
        assert "no such device" in running.wait_down().text
        line.plug()
        running.wait_up()
        line.send(b"K1\r")
        sink.wait(1)


def test_only_one_program_holds_a_scanner(line: Line) -> None:
    with Running(scanner(line), HoldingSink()) as running:
        running.wait_up()
        with pytest.raises(TransientDeviceError, match="held by another program"):
            SerialPort(settings(line), Plugs())


def test_a_path_that_is_no_serial_line_is_named(line: Line) -> None:
    with pytest.raises(TransientDeviceError, match="/dev/null: Could not configure port"):
        SerialPort(settings(line, port="/dev/null"), Plugs())


def test_binary_rubbish_ends_in_reads_and_leaves_the_line_working(line: Line) -> None:
    sink = HoldingSink(REFUSED)
    rubbish = random.Random(7).randbytes(20_000) + b"\r"
    with Running(scanner(line, feedback={}), sink) as running:
        running.wait_up()
        line.send(rubbish)
        line.send(b"KB01\r")
        wait_until(lambda: bool(sink.reads) and sink.reads[-1].data == b"KB01", "the code after the rubbish")
    assert sum(len(read.data) for read in sink.reads) <= len(rubbish) + 4


def test_a_barcode_of_a_megabyte_is_one_visible_fault(line: Line) -> None:
    sink = HoldingSink(REFUSED)
    with Running(scanner(line), sink) as running:
        running.wait_up()
        line.send(b"x" * (1 << 20) + b"\rKB01\r")
        fault, good = sink.wait(2)
    assert fault.data == b"x" * KEPT_BYTES
    assert fault.fault is not None
    assert (fault.fault.code, fault.fault.got) == ("FRAME_TOO_LONG", "1048576 bytes")
    assert codes([good]) == [(b"KB01", "")]


def test_more_unanswered_codes_than_the_limit_are_refused_at_once(line: Line) -> None:
    sink = HoldingSink()
    with Running(scanner(line), sink) as running:
        running.wait_up()
        line.send(b"".join(b"K%d\r" % n for n in range(UNANSWERED_LIMIT + 1)))
        assert line.heard(2) == NAK + b"B"
        assert len(sink.reads) == UNANSWERED_LIMIT
        sink.feedbacks[0](GOOD)
        assert line.heard(2) == ACK + b"G"


def test_settings_that_contradict_each_other_are_refused(line: Line) -> None:
    with pytest.raises(ValueError, match="would always end the frame first"):
        settings(line, suffixes=["\r", "\r\n"])
    with pytest.raises(ValueError, match="stands for one byte"):
        settings(line, prefix="\u20ac")
