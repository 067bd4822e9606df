"""A stack light at the running daemon: what it shows is on disk, and it never lies about a gateway that is gone."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from firmware_sim.scanner import Answer
from tests.end_to_end.floor import Floor
from tests.outputs.listener import Listener

pytestmark = [pytest.mark.slow, pytest.mark.promise("R1")]

CARDS = 3
LIGHT = """
[[output]]
id = "light-1"
type = "mqtt-light"
station = "S-USE"
loop = "LP-1"
hold_ms = 1500
host = "127.0.0.1"
port = @PORT@
topic = "floor/light"
"""


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    with Floor(tmp_path, cards=CARDS, devices=LIGHT) as floor:
        yield floor


@pytest.fixture
def light(floor: Floor) -> Iterator[Listener]:
    with Listener("127.0.0.1", floor.broker.port) as light:
        yield light


def _wait_for(light: Listener, **members: str) -> None:
    """A state with these members, now or later."""
    light.wait(lambda one: any(members.items() <= state.items() for state in one.states), f"a state with {members}")


def test_verdicts_colours_and_both_ends(floor: Floor, light: Listener) -> None:
    assert floor.consume.scan_until_answered(floor.code("K-0001")) is Answer.ACK
    _wait_for(light, colour="green", tone="good", why="verdict", code="CARD_EMPTIED")
    assert [event["card"] for event in floor.events("card_emptied")] == ["K-0001"]
    assert floor.consume.scan_until_answered("SOME-OTHER-CODE") is Answer.NAK
    _wait_for(light, colour="red", tone="bad", code="UNKNOWN_CODE")
    assert floor.consume.scan_until_answered(floor.code("K-0002")) is Answer.ACK
    _wait_for(light, colour="yellow", why="loops")  # one container left
    light.wait_last("yellow")
    assert floor.consume.scan_until_answered(floor.code("K-0000")) is Answer.ACK
    light.wait_last("red")
    assert light.states[-1]["why"] == "loops"
    told = {row["loop"]: (row["colour"], row["full"], row["open"]) for row in floor.gateway.ask("status")["loops"]}
    assert told["LP-1"] == ("red", 0, CARDS)
    url = floor.gateway.log().rsplit("is ready ", 1)[1].split()[0]
    shown = requests.get(f"{url}api/v1/state", timeout=10).json()["loops"]
    assert {row["loop"]: row["colour"] for row in shown}["LP-1"] == "red"

    floor.gateway.kill()
    light.wait_last("off")  # said by the broker in its name
    floor.gateway.start()
    light.wait_last("red")
    assert floor.gateway.stop() == 0
    light.wait_last("off")


def test_a_disk_that_takes_nothing_turns_the_light_red_and_back(floor: Floor, light: Listener) -> None:
    assert floor.consume.scan_until_answered(floor.code("K-0001")) is Answer.ACK
    _wait_for(light, colour="green", why="verdict")
    before = resource.prlimit(floor.gateway.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(floor.gateway.pid, resource.RLIMIT_FSIZE, (0, before[1]))  # every write to a file fails
    assert floor.consume.scan_until_answered(floor.code("K-0002")) is Answer.NAK
    _wait_for(light, colour="red", why="store")
    resource.prlimit(floor.gateway.pid, resource.RLIMIT_FSIZE, before)
    light.wait_last("green")
    assert floor.consume.scan_until_green(floor.code("K-0002"))[0] is Answer.ACK
    assert {event["card"] for event in floor.events("card_emptied")} == {"K-0001", "K-0002"}
