"""Buttons behind a real Modbus TCP server: presses, restarts, refusals and lines that fall silent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from pymodbus.constants import ExcCodes

from drivers.button_contact import HoldRule
from drivers.button_modbus import ModbusButtons
from drivers.button_modbus_settings import ModbusButtonSettings
from firmware_sim.faults import CLEAN, FaultProxy, Toxics
from firmware_sim.modbus import ModbusError, ModbusInputs
from gateway.errors import PermanentDeviceError
from tests.drivers.rig import CONTEXT, FAILED, GOOD, HoldingSink, Running, wait_until
from tests.drivers.shop import Shop

DEVICE = """
[[device]]
id = "plc"
type = "modbus-button"
station = "S1"
host = "127.0.0.1"
port = @PORT@
poll_ms = 50
min_interval_s = 0
long_press_ms = 500
bindings = [{ address = 3, card = "K-3" }, { address = 4, card = "K-4", action = "empty" }, { address = 5, action = "undo" }]
"""  # noqa: E501


@pytest.fixture(autouse=True)
def _quick_reconnects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.button_modbus.RECONNECT_FIRST_S", 0.05)
    monkeypatch.setattr("drivers.button_modbus.RECONNECT_LIMIT_S", 0.1)


@pytest.fixture
def inputs() -> Iterator[ModbusInputs]:
    with ModbusInputs() as inputs:
        yield inputs


def _settings(port: int, **members: Any) -> ModbusButtonSettings:
    plain = {
        "id": "plc", "type": "modbus-button", "station": "S1", "host": "127.0.0.1", "port": port, "poll_ms": 50,
        "timeout_ms": 200, "bindings": [{"address": 3, "card": "K-3"}], **members,
    }  # fmt: skip
    return ModbusButtonSettings.model_validate(plain)


def _device(port: int, **members: Any) -> ModbusButtons:
    return ModbusButtons(_settings(port, **members), CONTEXT)


def test_a_press_empties_its_card_and_an_undo_button_takes_it_back(tmp_path: Path, inputs: ModbusInputs) -> None:
    with Shop(tmp_path, DEVICE.replace("@PORT@", str(inputs.port))) as shop:
        inputs.press(3)
        wait_until(lambda: bool(shop.events("card_emptied")), "the card is emptied")
        [event] = shop.events("card_emptied")
        assert (event["card"], event["dev"]) == ("K-3", "plc")
        inputs.press(5)
        wait_until(lambda: bool(shop.events("card_undone")), "it is undone")


def test_a_long_press_undoes_what_the_short_one_did(tmp_path: Path, inputs: ModbusInputs) -> None:
    with Shop(tmp_path, DEVICE.replace("@PORT@", str(inputs.port))) as shop:
        inputs.press(4)
        wait_until(lambda: bool(shop.events("card_emptied")), "the card is emptied")
        inputs.press(4, questions=14)
        wait_until(lambda: bool(shop.events("card_undone")), "it is undone")
        assert len(shop.events("card_emptied")) == 1


def test_bits_of_input_registers_are_buttons_too(inputs: ModbusInputs) -> None:
    bindings = [{"address": 1, "bit": 15, "card": "K-1"}, {"address": 3, "bit": 0, "card": "K-2"}]
    device = _device(inputs.port, source="input-registers", bindings=bindings)
    sink = HoldingSink(GOOD)
    with Running(device, sink) as running:
        running.wait_up()
        inputs.press(31)
        inputs.press(48)
        inputs.press(30)
        assert [read.data for read in sink.wait(2)] == [read.data for read in sink.reads]
        assert b'"register 1 bit 15"' in sink.reads[0].data
        assert b'"register 3 bit 0"' in sink.reads[1].data


def test_with_active_low_a_press_is_a_zero(inputs: ModbusInputs) -> None:
    inputs.set(3, True)
    sink = HoldingSink(GOOD)
    with Running(_device(inputs.port, active_low=True), sink) as running:
        running.wait_up()
        inputs.set(3, False)
        inputs.wait_asked(4)
        inputs.set(3, True)
        sink.wait(1)


@pytest.mark.promise("R2")
def test_a_one_that_was_stored_before_the_connection_is_no_press(inputs: ModbusInputs) -> None:
    inputs.set(3, True)
    sink = HoldingSink(GOOD)
    with Running(_device(inputs.port, long_press="none"), sink) as running:
        running.wait_up()
        inputs.wait_asked(5)
        inputs.set(3, False)
        inputs.wait_asked(5)
        assert sink.reads == []
        inputs.press(3)
        assert len(sink.wait(1)) == 1


@pytest.mark.promise("R2")
def test_a_server_that_restarts_with_an_input_at_one_makes_no_press(inputs: ModbusInputs) -> None:
    sink = HoldingSink(GOOD)
    with Running(_device(inputs.port, long_press="none"), sink) as running:
        running.wait_up()
        inputs.wait_asked(3)
        inputs.stop()
        running.wait_down()
        inputs.set(3, True)
        inputs.start()
        running.wait_up(2)
        inputs.wait_asked(5)
        assert sink.reads == []
        inputs.set(3, False)
        inputs.wait_asked(5)
        inputs.press(3)
        assert len(sink.wait(1)) == 1


@pytest.mark.promise("R3")
def test_a_button_held_while_the_server_restarts_is_evidence_and_no_press(inputs: ModbusInputs) -> None:
    sink = HoldingSink(GOOD)
    with Running(_device(inputs.port), sink) as running:
        running.wait_up()
        inputs.set(3, True)
        inputs.wait_asked(4)
        inputs.stop()
        [read] = sink.wait(1)
        assert read.fault is not None
        assert read.fault.code == "PRESS_INTERRUPTED"
        inputs.start()
        running.wait_up(2)
        inputs.set(3, False)
        inputs.wait_asked(5)
        assert len(sink.reads) == 1


def test_a_line_that_falls_silent_is_given_up_and_taken_up_again(inputs: ModbusInputs) -> None:
    with FaultProxy(("127.0.0.1", inputs.port)) as proxy:
        sink = HoldingSink(GOOD)
        with Running(_device(proxy.port), sink) as running:
            running.wait_up()
            proxy.set(Toxics(silent=True))
            assert "no usable answer" in running.wait_down().text
            proxy.set(CLEAN)
            running.wait_up(2)
            inputs.press(3)
            assert len(sink.wait(1)) == 1


def test_a_line_that_delivers_byte_by_byte_or_breaks_in_an_answer_loses_no_later_press(inputs: ModbusInputs) -> None:
    with FaultProxy(("127.0.0.1", inputs.port)) as proxy:
        sink = HoldingSink(GOOD)
        with Running(_device(proxy.port), sink) as running:
            running.wait_up()
            proxy.set(down=Toxics(slice_bytes=1, slice_delay_ms=1))
            inputs.press(3)
            sink.wait(1)
            proxy.set(down=Toxics(cut_after_bytes=15))
            wait_until(lambda: proxy.count > 2, "the connection was made anew")
            proxy.set(CLEAN, up=CLEAN, down=CLEAN)
            proxy.reset_all()
            wait_until(lambda: running.health.is_up, "it is up again")
            inputs.wait_asked(8)
            inputs.press(3)
            wait_until(lambda: any(read.fault is None for read in sink.reads[1:]), "the press")


@pytest.mark.parametrize(
    ("exception", "text"),
    [
        (ExcCodes.ILLEGAL_FUNCTION, "illegal function for discrete-inputs 3 to 3"),
        (ExcCodes.ILLEGAL_ADDRESS, "illegal data address.*counts from 0"),
        (ExcCodes.ILLEGAL_VALUE, "illegal data value"),
    ],
)
def test_a_question_the_device_can_never_answer_is_a_permanent_error(
    inputs: ModbusInputs, exception: ExcCodes, text: str
) -> None:
    inputs.exception = exception
    with pytest.raises(PermanentDeviceError, match=text):
        _device(inputs.port).run(threading.Event(), HoldingSink(), lambda health: None)


def test_an_address_beyond_the_device_is_a_permanent_error(inputs: ModbusInputs) -> None:
    bindings = [{"address": 3, "card": "K-3"}, {"address": 900, "card": "K-9"}]
    device = _device(inputs.port, bindings=bindings)
    with pytest.raises(PermanentDeviceError, match="illegal data address for discrete-inputs 3 to 900"):
        device.run(threading.Event(), HoldingSink(), lambda health: None)


def test_a_device_that_is_busy_for_a_moment_loses_no_press(inputs: ModbusInputs) -> None:
    sink = HoldingSink(GOOD)
    with Running(_device(inputs.port), sink) as running:
        running.wait_up()
        inputs.wait_asked(2)
        inputs.set(3, True)
        inputs.wait_asked(3)
        inputs.exception = ExcCodes.DEVICE_BUSY
        inputs.wait_asked(3)
        inputs.exception = None
        inputs.set(3, False)
        [read] = sink.wait(1)
        assert read.fault is None
        assert running.ups == 1


def test_a_device_that_stays_busy_is_down_with_its_reason_and_comes_back(inputs: ModbusInputs) -> None:
    with Running(_device(inputs.port), HoldingSink(GOOD)) as running:
        running.wait_up()
        inputs.exception = ExcCodes.DEVICE_FAILURE
        assert "device failure, 10 times in a row" in running.wait_down().text
        inputs.exception = None
        running.wait_up(2)


def test_a_device_that_is_not_there_is_down_with_what_to_do_until_it_comes(inputs: ModbusInputs) -> None:
    inputs.stop()
    with Running(_device(inputs.port), HoldingSink(GOOD)) as running:
        assert "cannot connect" in running.wait_down().text
        inputs.start()
        running.wait_up()


@pytest.mark.promise("R10")
def test_a_server_that_talks_rubbish_is_down_and_harms_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop = threading.Event()
        listener.settimeout(0.05)

        def talk() -> None:
            answers = (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00" * 300, b"\x00\x01\x00\x00\x00\x03\x01\x02\x07")
            for n in range(1000):
                if stop.is_set():
                    return
                try:
                    line, _ = listener.accept()
                except TimeoutError:
                    continue
                with line:
                    line.recv(100)
                    line.sendall(answers[n % len(answers)])

        thread = threading.Thread(target=talk)
        thread.start()
        sink = HoldingSink(GOOD)
        with Running(_device(listener.getsockname()[1]), sink) as running:
            wait_until(lambda: running.health.counters.get("reconnects", 0) > 6, "every answer was tried twice")
            assert running.ups == 0
        stop.set()
        thread.join()
        assert sink.reads == []


def test_a_button_that_stays_pressed_is_an_alarm_and_evidence(
    inputs: ModbusInputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = _settings(inputs.port, long_press_ms=500)
    monkeypatch.setattr(type(settings), "rule", property(lambda self: HoldRule(100, 200)))
    sink = HoldingSink(GOOD)
    with Running(ModbusButtons(settings, CONTEXT), sink) as running:
        running.wait_up()
        inputs.wait_asked(2)
        inputs.set(3, True)
        [read] = sink.wait(1)
        assert read.fault is not None
        assert read.fault.code == "BUTTON_STUCK"
        wait_until(lambda: "pressed for more" in running.health.alarms.get("input 3", ""), "the alarm")
        assert running.health.is_up
        inputs.set(3, False)
        wait_until(lambda: not running.health.alarms, "the alarm is over")
        assert len(sink.reads) == 1


@pytest.mark.promise("R1")
def test_a_press_that_could_not_be_stored_is_an_alarm_until_one_is(inputs: ModbusInputs) -> None:
    sink = HoldingSink(FAILED)
    with Running(_device(inputs.port), sink) as running:
        running.wait_up()
        inputs.press(3)
        wait_until(lambda: "could not be stored" in running.health.alarms.get("presses", ""), "the alarm")
        sink.answer = GOOD
        inputs.press(3)
        wait_until(lambda: not running.health.alarms, "the alarm is over")


def test_the_simulated_device_says_when_nobody_asks_it(inputs: ModbusInputs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware_sim.modbus.WAIT_S", 0.05)
    with pytest.raises(ModbusError, match="nobody asks"):
        inputs.press(3)


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"bindings": [{"address": 1, "bit": 2, "card": "K"}]}, "takes no `bit`"),
        ({"source": "input-registers", "bindings": [{"address": 1, "card": "K"}]}, "needs a `bit`"),
        ({"bindings": [{"address": 1, "card": "K"}, {"address": 1, "card": "L"}]}, "input 1 is bound twice"),
        ({"bindings": [{"address": 0, "card": "K"}, {"address": 2000, "card": "L"}]}, "one question of 2000"),
        ({"bindings": [{"address": 1}]}, "give the card"),
        ({"bindings": []}, "at least 1"),
    ],
)
def test_bindings_that_cannot_work_are_refused_with_the_reason(members: dict[str, Any], text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        _settings(502, **members)
