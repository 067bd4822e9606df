"""The GPIO driver with recorded events on a real descriptor, and with a simulated chip where the kernel has one."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import gpiod
import pytest
from gpiod.line import Bias, Edge, Value
from pydantic import ValidationError

from drivers.button_gpio import GpioButtons
from drivers.button_gpio_lines import GpioLines, open_lines
from drivers.button_gpio_settings import GpioButtonSettings
from gateway.clock import SystemClock
from gateway.errors import PermanentDeviceError, TransientDeviceError
from tests.drivers.rig import CONTEXT, GOOD, HoldingSink, Running, wait_until
from tests.drivers.shop import Shop

DEVICE = """
[[device]]
id = "box"
type = "gpio-button"
station = "S1"
chip = "recorded"
min_interval_s = 0
bindings = [{ line = 4, card = "K-4" }, { line = 5, action = "undo" }]
"""

SIMULATED = sorted(Path("/sys/devices/platform").glob("gpio-sim.*/gpiochip*/sim_gpio0/pull"))


@pytest.fixture(autouse=True)
def _quick_reopening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.button_gpio.REOPEN_FIRST_S", 0.05)
    monkeypatch.setattr("drivers.button_gpio.REOPEN_LIMIT_S", 0.1)


class RecordedLines:
    """Plays events as gpiod would deliver them, over a descriptor that becomes readable."""

    def __init__(self, debounce_ms: int = 0, **levels: bool) -> None:
        self.debounce_ms = debounce_ms
        self.active = {4: False, 5: False} | {int(name[1:]): level for name, level in levels.items()}
        self.is_closed = False
        self.is_gone = False
        self._seqnos = dict.fromkeys(self.active, 0)
        self._waiting: list[gpiod.EdgeEvent] = []
        self._reader, self._writer = os.pipe()
        self._clock = SystemClock()

    def fileno(self) -> int:
        return self._reader

    def levels(self) -> dict[int, bool]:
        return dict(self.active)

    def read(self) -> list[gpiod.EdgeEvent]:
        if self.is_gone:
            raise TransientDeviceError("the chip is gone: No such device")
        count = len(os.read(self._reader, 64))
        events, self._waiting = self._waiting[:count], self._waiting[count:]
        return events

    def close(self) -> None:
        self.is_closed = True
        os.close(self._reader)
        os.close(self._writer)

    def edge(self, is_active: bool, line: int = 4, *, lost: int = 0) -> None:
        """The level of a line turns; `lost` events were dropped before this one."""
        self._seqnos[line] += 1 + lost
        kind = gpiod.EdgeEvent.Type.RISING_EDGE if is_active else gpiod.EdgeEvent.Type.FALLING_EDGE
        number = self._seqnos[line]
        self._waiting.append(gpiod.EdgeEvent(kind.value, self._clock.mono_ms() * 1_000_000, line, number, number))
        os.write(self._writer, b"x")

    def press(self, line: int = 4) -> None:
        self.edge(True, line)
        self.edge(False, line)

    def go(self) -> None:
        """The chip is unplugged."""
        self.is_gone = True
        os.write(self._writer, b"x")


def _settings(**members: Any) -> GpioButtonSettings:
    plain = {"id": "box", "type": "gpio-button", "station": "S1", "chip": "recorded",
             "bindings": [{"line": 4, "card": "K-4"}, {"line": 5, "card": "K-5"}], **members}  # fmt: skip
    return GpioButtonSettings.model_validate(plain)


def _device(*lines: RecordedLines, **members: Any) -> GpioButtons:
    """A device that opens one after the other of `lines`, and finds no chip between and after them."""
    openings: Iterator[RecordedLines | None] = iter([one for opened in lines for one in (opened, None)])

    def opens(settings: GpioButtonSettings) -> RecordedLines:
        opened = next(openings, None)
        if opened is None:
            raise TransientDeviceError("recorded: No such file or directory")
        return opened

    return GpioButtons(_settings(**members), CONTEXT, opens)


def test_presses_on_lines_empty_their_card_and_undo_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = RecordedLines()
    monkeypatch.setattr(GpioButtons.__init__, "__defaults__", (lambda settings: recorded,))
    with Shop(tmp_path, DEVICE) as shop:
        recorded.press(4)
        wait_until(lambda: bool(shop.events("card_emptied")), "the card is emptied")
        [event] = shop.events("card_emptied")
        assert (event["card"], event["dev"]) == ("K-4", "box")
        recorded.press(5)
        wait_until(lambda: bool(shop.events("card_undone")), "it is undone")
    assert recorded.is_closed


def test_a_bouncing_line_without_debounce_in_the_chip_is_one_press() -> None:
    recorded = RecordedLines(debounce_ms=30)
    sink = HoldingSink(GOOD)
    with Running(_device(recorded), sink) as running:
        running.wait_up()
        for is_active in (True, False, True, False, True):
            recorded.edge(is_active)
        threading.Event().wait(0.1)  # a real contact stays closed for a while
        for is_active in (False, True, False):
            recorded.edge(is_active)
        [read] = sink.wait(1)
        assert read.fault is None
        assert b'"press":"short"' in read.data
    assert len(sink.reads) == 1


@pytest.mark.promise("R2")
def test_a_line_that_is_active_at_the_start_is_no_press() -> None:
    recorded = RecordedLines(L4=True)
    sink = HoldingSink(GOOD)
    with Running(_device(recorded, long_press="none"), sink) as running:
        running.wait_up()
        recorded.edge(False)
        recorded.press(5)
        [read] = sink.wait(1)
        assert b'"line 5"' in read.data
    assert len(sink.reads) == 1


@pytest.mark.promise("R3")
def test_lost_signals_are_evidence_and_an_alarm_with_their_number() -> None:
    recorded = RecordedLines()
    sink = HoldingSink(GOOD)
    with Running(_device(recorded), sink) as running:
        running.wait_up()
        recorded.edge(True, lost=3)
        [read] = sink.wait(1)
        assert read.fault is not None
        assert (read.fault.code, read.fault.got) == ("SIGNALS_LOST", "3")
        wait_until(lambda: "3 were lost" in running.health.alarms.get("signals", ""), "the alarm")
        assert running.health.counters["lost_signals"] == 3
        recorded.edge(False)
        assert sink.wait(2)[1].fault is None


@pytest.mark.promise("R3")
def test_a_chip_that_goes_is_down_with_its_reason_and_its_lines_are_watched_when_it_is_back() -> None:
    first, second = RecordedLines(), RecordedLines(L4=True)
    sink = HoldingSink(GOOD)
    with Running(_device(first, second), sink) as running:
        running.wait_up()
        first.edge(True)
        wait_until(lambda: not first._waiting, "the edge was read")
        first.go()
        assert "gone" in running.wait_down().text or "No such file" in running.health.text
        [read] = sink.wait(1)
        assert read.fault is not None
        assert read.fault.code == "PRESS_INTERRUPTED"
        running.wait_up(2)
        second.edge(False)
        second.press(5)
        assert b'"line 5"' in sink.wait(2)[1].data
    assert len(sink.reads) == 2


def test_a_chip_that_is_not_there_is_a_transient_error_with_what_to_do() -> None:
    with pytest.raises(TransientDeviceError, match=r"gpiochip99: No such file.*gpiodetect"):
        open_lines(_settings(chip="/dev/gpiochip99"))


def test_a_file_that_is_no_chip_is_a_transient_error() -> None:
    with pytest.raises(TransientDeviceError, match="/dev/null: No such device"):
        open_lines(_settings(chip="/dev/null"))


def test_a_label_that_no_chip_has_is_a_transient_error_that_says_what_was_found() -> None:
    with pytest.raises(TransientDeviceError, match="no GPIO chip with the label 'no-such-label', found"):
        open_lines(_settings(chip="no-such-label"))


class RecordedRequest:
    """What gpiod.request_lines returns, as far as it is used."""

    fd = 7
    offsets = (4, 5)

    def get_values(self, lines: list[int]) -> list[Value]:
        return [Value.ACTIVE if line == 5 else Value.INACTIVE for line in lines]


def test_the_lines_are_requested_with_edges_bias_and_debounce_as_configured() -> None:
    asked: list[dict[str, Any]] = []

    def request_lines(path: str, config: dict[Any, gpiod.LineSettings], **members: Any) -> RecordedRequest:
        asked.append({"path": path, "config": config, **members})
        return RecordedRequest()

    opened = open_lines(_settings(chip="/dev/gpiochip0", bias="pull-up", active_low=True), request_lines)
    assert opened.debounce_ms == 0
    assert opened.levels() == {4: False, 5: True}
    [call] = asked
    [(lines, wanted)] = call["config"].items()
    assert (call["path"], lines, call["event_buffer_size"]) == ("/dev/gpiochip0", (4, 5), 128)
    assert (wanted.edge_detection, wanted.bias, wanted.active_low) == (Edge.BOTH, Bias.PULL_UP, True)
    assert wanted.debounce_period == timedelta(milliseconds=30)


def test_a_chip_that_cannot_debounce_leaves_it_to_software() -> None:
    periods: list[timedelta] = []

    def request_lines(path: str, config: dict[Any, gpiod.LineSettings], **_: Any) -> RecordedRequest:
        [wanted] = config.values()
        periods.append(wanted.debounce_period)
        if wanted.debounce_period:
            raise OSError(errno.EINVAL, "Invalid argument")
        return RecordedRequest()

    assert open_lines(_settings(chip="/dev/gpiochip0"), request_lines).debounce_ms == 30
    assert periods == [timedelta(milliseconds=30), timedelta()]


@pytest.mark.parametrize(
    ("number", "error", "text"),
    [
        (errno.EBUSY, TransientDeviceError, "another program holds one of the lines"),
        (errno.EACCES, TransientDeviceError, "group of the device"),
        (errno.EINVAL, PermanentDeviceError, "does this chip have the lines 4, 5"),
    ],
)
def test_a_request_that_is_refused_says_what_to_do(number: int, error: type[Exception], text: str) -> None:
    def request_lines(*_: Any, **__: Any) -> RecordedRequest:
        raise OSError(number, os.strerror(number))

    with pytest.raises(error, match=text):
        open_lines(_settings(chip="/dev/gpiochip0"), request_lines)


def test_a_chip_that_goes_while_it_is_read_is_a_transient_error() -> None:
    class Gone:
        offsets = (4,)

        def get_values(self, _: object) -> object:
            raise OSError(errno.ENODEV, "No such device")

        def read_edge_events(self) -> object:
            raise OSError(errno.ENODEV, "No such device")

    with pytest.raises(TransientDeviceError, match="the chip is gone: No such device"):
        GpioLines(Gone(), 0).read()
    with pytest.raises(TransientDeviceError, match="cannot be read: No such device"):
        GpioLines(Gone(), 0).levels()


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"bindings": [{"line": 4, "card": "K"}, {"line": 4, "card": "L"}]}, "line 4 is bound twice"),
        ({"bindings": [{"line": 4, "action": "empty"}]}, "give the card"),
        ({"bias": "pullup"}, "pull-up"),
        ({"stuck_s": 5}, "greater than or equal to 11"),
    ],
)
def test_settings_that_cannot_work_are_refused_with_the_reason(members: dict[str, Any], text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        _settings(**members)


@pytest.mark.skipif(not SIMULATED, reason="no chip of the kernel module gpio-sim on this machine")
def test_a_press_on_a_simulated_chip_arrives() -> None:
    pull = SIMULATED[0]
    chip = f"/dev/{pull.parent.parent.name}"
    pull.write_text("pull-down")
    sink = HoldingSink(GOOD)
    device = GpioButtons(_settings(chip=chip, bindings=[{"line": 0, "card": "K-0"}]), CONTEXT)
    with Running(device, sink) as running:
        running.wait_up()
        pull.write_text("pull-up")
        threading.Event().wait(0.2)  # a real press lasts longer than the debounce time
        pull.write_text("pull-down")
        [read] = sink.wait(1)
        assert b'"press":"short"' in read.data
