"""The keyboard driver on real file descriptors: what is taken, what never is, plugging; uinput where there is one."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import replace
from fcntl import ioctl
from pathlib import Path
from typing import Any

import pytest

from drivers import hid_keyboard_input
from drivers.hid_keyboard import HidKeyboard
from drivers.hid_keyboard_settings import KeyboardSettings
from drivers.plug import Plugs
from drivers.plug_name import Kind
from tests.drivers.plugged import FakeKernel
from tests.drivers.rig import CONTEXT, GOOD, HoldingSink, Running
from tests.drivers.test_hid_keyboard_state import ROW, events

SCANNER, DESK = "05e0:1200", "046d:c31c"


class Seat:
    """Answers the two ioctls of a keyboard for a pty, which knows them not: who is it, and who took it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.idents: dict[str, str] = {}  # by tty name
        self.taken: list[str] = []
        self.is_busy = False
        monkeypatch.setattr(hid_keyboard_input, "ioctl", self._ioctl)

    def _ioctl(self, fd: int, request: int, argument: Any) -> int:
        name = os.ttyname(fd)
        if request == 0x80084502:
            vendor, product = self.idents[name].split(":")
            struct.pack_into("@HHHH", argument, 0, 3, int(vendor, 16), int(product, 16), 1)
        elif request == 0x40044590:
            if self.is_busy:
                raise OSError(16, "Device or resource busy")
            self.taken.append(name)
        else:
            raise AssertionError(hex(request))
        return 0


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[FakeKernel]:
    kernel = FakeKernel(tmp_path)
    yield kernel
    kernel.close()


@pytest.fixture
def seat(monkeypatch: pytest.MonkeyPatch) -> Seat:
    return Seat(monkeypatch)


def driver(kernel: FakeKernel, **keys: Any) -> HidKeyboard:
    return HidKeyboard(KeyboardSettings.model_validate(ROW | keys), replace(CONTEXT, plugs=kernel.plugs))


def test_keys_become_a_code_and_the_keyboard_is_taken(kernel: FakeKernel, seat: Seat) -> None:
    node, sink = kernel.plug("input/event0", "1-1", SCANNER), HoldingSink(GOOD)
    desk = kernel.plug("input/event1", "1-2", DESK)
    name = os.ttyname(node.tty)
    seat.idents = {name: SCANNER, os.ttyname(desk.tty): DESK}
    with Running(driver(kernel), sink) as running:
        running.wait_up()
        node.send(events("27+ 27- 42+ 46+ 46- 42- 11+ 11- 42+ 37+ 37- 42- 2+ 2- 28+ 28-"))
        [read] = sink.wait(1)
    assert (read.data, read.aim) == (b"K1", "]C0")
    assert set(seat.taken) == {name}


@pytest.mark.promise("R10")
def test_a_keyboard_that_is_not_on_the_list_is_never_taken(kernel: FakeKernel, seat: Seat) -> None:
    """Somebody plugs a desk keyboard into the scanner's socket."""
    node, sink = kernel.plug("input/event0", "1-1", DESK), HoldingSink(GOOD)
    seat.idents = {os.ttyname(node.tty): DESK}
    with Running(driver(kernel, port="usb-port:1-1", allow=[SCANNER]), sink) as running:
        told = running.wait_down().text
        node.send(events("30+ 30- 28+ 28-"))
    assert f"{DESK} is not to be taken, expected {SCANNER}" in told
    assert (seat.taken, sink.reads) == ([], [])


@pytest.mark.promise("R10")
def test_what_counts_is_what_the_open_device_says_it_is(kernel: FakeKernel, seat: Seat) -> None:
    """The name led to the scanner when it was looked up, and to a desk keyboard when it was opened."""
    node = kernel.plug("input/event0", "1-1", SCANNER)
    seat.idents = {os.ttyname(node.tty): DESK}
    with Running(driver(kernel), HoldingSink(GOOD)) as running:
        assert "is not to be taken" in running.wait_down().text
    assert seat.taken == []


def test_a_scanner_that_another_program_has_is_told_and_taken_when_it_is_free(kernel: FakeKernel, seat: Seat) -> None:
    node, sink = kernel.plug("input/event0", "1-1", SCANNER), HoldingSink(GOOD)
    seat.idents, seat.is_busy = {os.ttyname(node.tty): SCANNER}, True
    with Running(driver(kernel), sink) as running:
        assert "does another program have it?" in running.wait_down().text
        seat.is_busy = False
        running.wait_up()
        node.send(events("30+ 30- 28+ 28-"))
        sink.wait(1)


def test_unplugged_in_the_middle_of_a_code_and_back_as_another_event(kernel: FakeKernel, seat: Seat) -> None:
    node, sink = kernel.plug("input/event0", "1-1", SCANNER), HoldingSink(GOOD)
    seat.idents[os.ttyname(node.tty)] = SCANNER
    with Running(driver(kernel, gap_ms=1000), sink) as running:
        running.wait_up()
        node.send(events("2+ 2- 28+ 28- 42+ 30+ 30-"))  # and shift is still held
        sink.wait(1)
        kernel.unplug("input/event0")
        running.wait_down()
        node = kernel.plug("input/event9", "1-1", SCANNER)
        seat.idents[os.ttyname(node.tty)] = SCANNER
        running.wait_up(2)
        node.send(events("30+ 30- 28+ 28-"))
        reads = sink.wait(3)
    codes = [(read.data, read.fault.code if read.fault else "") for read in reads]
    assert codes == [(b"1", ""), (b"A", "FRAME_BROKEN_OFF"), (b"a", "")]


@pytest.mark.skipif(not os.access("/dev/uinput", os.W_OK), reason="no /dev/uinput on this machine")
def test_a_keyboard_of_uinput_is_found_taken_and_read() -> None:
    sink, size = HoldingSink(GOOD), struct.calcsize("@HHHH80sI")
    fd = os.open("/dev/uinput", os.O_WRONLY | os.O_NONBLOCK)
    try:
        ioctl(fd, 0x40045564, 1)  # UI_SET_EVBIT, EV_KEY
        for key in range(1, 128):
            ioctl(fd, 0x40045565, key)  # UI_SET_KEYBIT
        setup = struct.pack("@HHHH80sI", 3, 0x05E0, 0x1200, 1, b"kanban-gateway test scanner", 0)
        ioctl(fd, 0x405C5503, setup)  # UI_DEV_SETUP
        ioctl(fd, 0x5501)  # UI_DEV_CREATE
        assert len(setup) == size
        assert [one for one in Plugs().scan() if one.kind is Kind.KEYBOARD and one.ident == SCANNER]
        device = HidKeyboard(KeyboardSettings.model_validate(ROW), CONTEXT)
        with Running(device, sink) as running:
            running.wait_up()
            os.write(fd, events("42+ 37+ 37- 42- 2+ 2- 28+ 28-"))
            [read] = sink.wait(1)
        assert read.data == b"K1"
    finally:
        os.close(fd)
