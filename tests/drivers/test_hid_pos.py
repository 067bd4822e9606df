"""USB HID POS: golden reports, and the driver on real file descriptors behind a tree as /sys has it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.framing import FRAME_LIMIT_BYTES, KEPT_BYTES, Frame
from drivers.hid_pos import HidPosScanner, ReportTalk
from drivers.hid_pos_report import DATA_BYTES, PAUSE_LIMIT_MS, REPORT_BYTES
from drivers.hid_pos_settings import HidPosSettings
from drivers.plug import POS_USAGE_PAGE, usage_pages
from tests.drivers.plugged import MOUSE_DESCRIPTOR, POS_DESCRIPTOR, FakeKernel
from tests.drivers.rig import CONTEXT, FAILED, GOOD, REFUSED, HoldingSink, Running

GOLDEN = Path(__file__).parent.parent / "golden" / "hid-pos"
ZEBRA = "05e0:1900"


def settings(port: str = f"id:{ZEBRA}", **keys: Any) -> HidPosSettings:
    row = {"type": "hid-pos", "id": "scan-1", "station": "S1", "port": port}
    return HidPosSettings.model_validate(row | keys)


def report(data: bytes, aim: bytes = b"]C0", *, has_more: bool = False) -> bytes:
    whole = bytearray(REPORT_BYTES)
    whole[0], whole[1], whole[REPORT_BYTES - 1] = 2, len(data), int(has_more)
    whole[2:5], whole[5 : 5 + len(data)] = aim, data
    return bytes(whole)


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[FakeKernel]:
    kernel = FakeKernel(tmp_path)
    yield kernel
    kernel.close()


def driver(kernel: FakeKernel, port: str = f"id:{ZEBRA}", **keys: Any) -> HidPosScanner:
    return HidPosScanner(settings(port, **keys), replace(CONTEXT, plugs=kernel.plugs))


# -- reports -------------------------------------------------------------------------------


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.json")), ids=lambda file: file.stem)
def test_recorded_reports_give_their_codes(file: Path) -> None:
    golden = json.loads(file.read_text())
    talk = ReportTalk(settings(make=golden["make"]))
    frames = [frame for n, one in enumerate(golden["reports"]) for frame in talk.feed(bytes.fromhex(one), n)]
    assert frames == [Frame(bytes.fromhex(one["data"]), one["aim"]) for one in golden["frames"]]


def test_a_code_whose_last_report_never_came_is_broken_off_and_never_joined_with_the_next() -> None:
    talk = ReportTalk(settings())
    assert talk.feed(report(b"A" * DATA_BYTES, has_more=True), 0) == []
    broken, whole = talk.feed(report(b"K2", b"]Q1"), 10)
    assert (broken.fault, broken.length) == ("FRAME_BROKEN_OFF", DATA_BYTES)
    assert whole == Frame(b"K2", "]Q1")
    talk.feed(report(b"A" * DATA_BYTES, has_more=True), 20)
    assert talk.expire(20 + PAUSE_LIMIT_MS - 1) == []
    [late] = talk.expire(20 + PAUSE_LIMIT_MS)
    assert talk.rejection(late).code == "FRAME_BROKEN_OFF"


def test_a_code_without_end_is_one_fault_and_stays_bounded() -> None:
    talk, count = ReportTalk(settings()), 2 * FRAME_LIMIT_BYTES // DATA_BYTES
    for _ in range(count):
        assert talk.feed(report(b"x" * DATA_BYTES, has_more=True), 0) == []
    [fault] = talk.feed(report(b"x"), 0)
    assert (fault.fault, fault.length, len(fault.data)) == ("FRAME_TOO_LONG", count * DATA_BYTES + 1, KEPT_BYTES)
    assert talk.rejection(fault).expected == f"at most {FRAME_LIMIT_BYTES} bytes"


@given(st.binary(max_size=80))
def test_rubbish_is_no_code_and_is_told(data: bytes) -> None:
    talk = ReportTalk(settings())
    frames = talk.feed(data, 0)
    assert not frames or (data[0] == 2 and len(data) >= REPORT_BYTES)
    assert bool(talk.alarms) == (len(data) < REPORT_BYTES or data[0] != 2 or data[1] > DATA_BYTES)


@given(st.binary(max_size=200))
def test_any_descriptor_can_be_looked_at(data: bytes) -> None:
    assert all(page < 1 << 32 for page in usage_pages(data))


def test_a_scanner_is_known_by_its_descriptor() -> None:
    assert POS_USAGE_PAGE in usage_pages(POS_DESCRIPTOR)
    assert POS_USAGE_PAGE in usage_pages(bytes.fromhex("058c0902a101"))
    assert POS_USAGE_PAGE not in usage_pages(MOUSE_DESCRIPTOR)
    assert usage_pages(bytes.fromhex("fe028caabb058c")) == {0x8C}  # a long item is stepped over


# -- the driver ----------------------------------------------------------------------------


def test_a_code_becomes_a_read_with_its_identifier(kernel: FakeKernel) -> None:
    kernel.plug("hidraw0", "1-1", "046d:c31c", descriptor=MOUSE_DESCRIPTOR)
    node, sink = kernel.plug("hidraw1", "1-1.4", ZEBRA), HoldingSink(GOOD)
    with Running(driver(kernel), sink) as running:
        running.wait_up()
        node.send(report(b"K1\x1dX\xff", b"]d2"))
        [read] = sink.wait(1)
    assert (read.device, read.station, read.data, read.aim) == ("scan-1", "S1", b"K1\x1dX\xff", "]d2")


@pytest.mark.promise("R1")
def test_tones_come_after_the_verdict_only(kernel: FakeKernel) -> None:
    node, sink = kernel.plug("hidraw0", "1-1", ZEBRA), HoldingSink()
    device = driver(kernel, feedback={"good": "\u0004G", "bad": "\u0004B"})
    with Running(device, sink) as running:
        running.wait_up()
        node.send(report(b"K1"))
        sink.wait(1)
        sink.feedbacks[0](FAILED)  # an early good tone would stand before this
        assert node.heard() == b"\x04B"
        node.send(report(b"K2"))
        sink.wait(2)
        sink.feedbacks[1](GOOD)
        assert node.heard() == b"\x04G"
        device.notify(REFUSED)
        assert node.heard() == b"\x04B"


def test_unplugged_in_the_middle_of_a_long_code_and_back_under_another_name(kernel: FakeKernel) -> None:
    node, sink = kernel.plug("hidraw0", "1-1", ZEBRA), HoldingSink(GOOD)
    with Running(driver(kernel), sink) as running:
        running.wait_up()
        node.send(report(b"A" * DATA_BYTES, has_more=True))
        node.send(report(b"K1", b"]Q1"))
        sink.wait(2)
        node.send(report(b"B" * DATA_BYTES, has_more=True))
        kernel.unplug("hidraw0")
        running.wait_down()
        node = kernel.plug("hidraw7", "1-1", ZEBRA)
        running.wait_up(2)
        node.send(report(b"K2"))
        reads = sink.wait(3)
        while reads[-1].data != b"K2":
            reads = sink.wait(len(reads) + 1)
    codes = [(read.data[:2], read.fault.code if read.fault else "") for read in reads]
    assert codes[:2] == [(b"AA", "FRAME_BROKEN_OFF"), (b"K1", "")]
    assert codes[2:] in ([(b"BB", "FRAME_BROKEN_OFF"), (b"K2", "")], [(b"K2", "")])


def test_two_scanners_of_one_kind_are_told_apart_by_their_socket(kernel: FakeKernel) -> None:
    kernel.plug("hidraw0", "1-1", ZEBRA)
    kernel.plug("hidraw1", "1-2", ZEBRA)
    with Running(driver(kernel), HoldingSink(GOOD)) as running:
        told = running.wait_down().text
    assert "2 plugged devices are meant (1-1, 1-2)" in told


def test_a_honeywell_is_switched_on_and_told_when_it_cannot_be(
    kernel: FakeKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel.plug("hidraw0", "1-1", "0c2e:0b61")
    with Running(driver(kernel, "id:0c2e:0b61", make="honeywell"), HoldingSink(GOOD)) as running:
        assert "does not take the report that switches it on" in running.wait_down().text  # a pty knows no such report
        sent: list[tuple[str, bytes]] = []
        monkeypatch.setattr("drivers.hid_pos.set_feature", lambda fd, data: sent.append((os.ttyname(fd), data)))
        running.wait_up()
    assert [data for _, data in sent] == [b"\xfe\x01"]
    assert settings(make="honeywell", switch_on="").feature == b""


def test_a_port_that_is_no_name_is_refused() -> None:
    for wrong in ("hidraw0", "id:5e0:1900", "id:05e0", "usb-port:", "usb-port:1.4", "id:05e0:1900:"):
        with pytest.raises(ValueError, match="port"):
            settings(wrong)
