"""Presses over HTTP and Modbus through the running daemon to the ERP, while it is killed."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from firmware_sim.modbus import ModbusInputs
from firmware_sim.port import free_port
from firmware_sim.scanner import Answer
from firmware_sim.webhook import WebhookCaller
from tests.end_to_end.floor import Floor

pytestmark = [pytest.mark.slow, pytest.mark.promise("R2")]

TOKEN = "f00dfeedf00dfeedf00dfeed"
CARDS = 8

DEVICES = """
[[device]]
id = "hook"
type = "http-button"
station = "S-USE"
listen = "127.0.0.1:{http}"
token_credential = "token"
bindings = [{bindings}]

[[device]]
id = "io"
type = "modbus-button"
station = "S-USE"
host = "127.0.0.1"
port = {modbus}
poll_ms = 50
long_press = "none"
bindings = [{{ address = 7, card = "K-0017" }}]
"""


@pytest.fixture
def inputs() -> Iterator[ModbusInputs]:
    with ModbusInputs() as inputs:
        yield inputs


def floor_at(directory: Path, http: int, modbus: int) -> Floor:
    credential = directory / "credentials" / "token"
    credential.parent.mkdir()
    credential.write_text(TOKEN)
    credential.chmod(0o600)
    bindings = ", ".join(f'{{ button = "B{n}", card = "K-{n:04d}" }}' for n in range(CARDS))
    return Floor(directory, devices=DEVICES.format(http=http, bindings=bindings, modbus=modbus))


def orders(floor: Floor) -> dict[str, int]:
    """Orders of the cards that were full at the start."""
    return {card: count for card, count in floor.orders().items() if card.startswith("K-")}


def test_each_press_over_http_is_one_order_though_the_gateway_is_killed_meanwhile(
    tmp_path: Path, inputs: ModbusInputs
) -> None:
    http = free_port()
    with floor_at(tmp_path, http, inputs.port) as floor, ThreadPoolExecutor(CARDS) as pool:
        caller = WebhookCaller(f"http://127.0.0.1:{http}/press", TOKEN, tries=500)
        first = [pool.submit(caller.press, f"B{n}", key=f"key-{n}") for n in range(CARDS // 2)]
        floor.gateway.restart()
        second = [pool.submit(caller.press, f"B{n}", key=f"key-{n}") for n in range(CARDS // 2, CARDS)]
        floor.gateway.restart()
        answers = [press.result(60) for press in (*first, *second)]
        assert {answer.http for answer in answers} == {200}
        again = [caller.press(f"B{n}", key=f"key-{n}") for n in range(CARDS)]
        assert {answer.status for answer in again} == {"already"}
        floor.settle()
        assert orders(floor) == {f"K-{n:04d}": 1 for n in range(CARDS)}


def test_an_input_that_is_one_while_the_gateway_is_killed_is_no_order(tmp_path: Path, inputs: ModbusInputs) -> None:
    with floor_at(tmp_path, free_port(), inputs.port) as floor:
        inputs.wait_asked(2)
        floor.gateway.kill()
        inputs.set(7, True)
        floor.gateway.start()
        inputs.wait_asked(5)
        inputs.set(7, False)
        inputs.wait_asked(5)
        assert floor.cards()["K-0017"] == ("FULL", 0)
        inputs.press(7)
        floor.wait_until(lambda: floor.cards()["K-0017"] == ("EMPTY", 1), "the press turned the card")
        floor.settle()
        assert orders(floor) == {"K-0017": 1}


def test_a_taken_port_costs_the_webhook_and_nothing_else(tmp_path: Path, inputs: ModbusInputs) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with floor_at(tmp_path, port, inputs.port) as floor:
            floor.wait_until(lambda: f"cannot listen on 127.0.0.1:{port}" in floor.gateway.log(), "it is told")
            assert floor.consume.scan_until_green(floor.code("K-0001"))[0] is Answer.ACK
            taken.close()
            caller = WebhookCaller(f"http://127.0.0.1:{port}/press", TOKEN, tries=200)
            assert caller.press("B2").status == "ok"
