"""Six makes of button on a real broker, the running daemon and the ERP's ledger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from firmware_sim.button import ButtonBridge
from firmware_sim.button_make import MAKES, EspHomeButton, HandOnButton, Publication, ShellyButton, ZigbeeButton
from tests.end_to_end.floor import Floor

pytestmark = pytest.mark.slow

NAMES = {
    "zigbee2mqtt": "bin-1", "tasmota": "rack-1", "shelly-gen2": "shellyplusi4-a1", "esphome": "node1",
    "chirpstack-v4": "0101010101010101", "ttn-v3": "0004A30B001C0530",
}  # fmt: skip
CARDS = {make: f"K-000{n}" for n, make in enumerate(NAMES, 1)}
PROBES = {
    "zigbee2mqtt": "probe", "tasmota": "probe", "shelly-gen2": "probe", "esphome": "probe",
    "chirpstack-v4": "0101010101010109", "ttn-v3": "0004A30B001C0539",
}  # fmt: skip
PROBE_CARDS = {make: f"K-00{n}" for n, make in enumerate(PROBES, 14)}
PAIR = ("K-0011", "K-0012")

_DEVICE = """
[[device]]
id = "{id}"
type = "mqtt-button"
station = "S-USE"
host = "127.0.0.1"
port = @PORT@
preset = "{preset}"
bindings = [{bindings}]
"""


def _device(preset: str, bindings: dict[str, str], name: str = "") -> str:
    rows = ", ".join(f'{{ button = "{button}", {what} }}' for button, what in bindings.items())
    return _DEVICE.format(id=name or f"b-{preset}", preset=preset, bindings=rows)


def _devices() -> str:
    bindings = {make: {MAKES[make](name).id: f'card = "{CARDS[make]}"'} for make, name in NAMES.items()}
    for make, name in PROBES.items():
        bindings[make][MAKES[make](name).id] = f'card = "{PROBE_CARDS[make]}"'
    bindings["zigbee2mqtt"]["help"] = 'call = "maintenance"'
    bindings["shelly-gen2"] |= {f"pair/input:{n}": f'card = "{card}"' for n, card in enumerate(PAIR)}
    return "".join(_device(make, rows) for make, rows in bindings.items())


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    with Floor(tmp_path_factory.mktemp("buttons"), devices=_devices()) as floor:
        with ButtonBridge(host="127.0.0.1", port=floor.broker.port) as bridge:
            for make, name in PROBES.items():
                _listens(floor, HandOnButton(bridge, MAKES[make](name)), PROBE_CARDS[make])
        yield floor


@pytest.fixture
def bridge(floor: Floor) -> Iterator[ButtonBridge]:
    with ButtonBridge(host="127.0.0.1", port=floor.broker.port) as bridge:
        yield bridge


def _warnings(floor: Floor) -> dict[str, str]:
    url = re.findall(r"is ready (http://\S+)", floor.gateway.log())[-1]
    try:
        rows: list[dict[str, Any]] = requests.get(f"{url}api/v1/state", timeout=10).json()["warnings"]
    except requests.ConnectionError:  # the address of the run before
        return {}
    return {row["code"]: row["text"] for row in rows}


def _listens(floor: Floor, hand: HandOnButton, card: str) -> None:
    """The device of this button has subscribed: pressed until somebody hears it."""
    floor.wait_until(lambda: hand.press() and floor.cards()[card][0] == "EMPTY", f"{hand.button.id} is heard")


def _is(floor: Floor, card: str, state: str) -> None:
    floor.wait_until(lambda: floor.cards()[card][0] == state, f"{card} is {state}")


def _marker(floor: Floor, bridge: ButtonBridge, make: str) -> None:
    """What was published before to the same device has been decided: its probe turns back and forth."""
    hand, card = HandOnButton(bridge, MAKES[make](PROBES[make])), PROBE_CARDS[make]
    for press, state in ((hand.long_press, "FULL"), (hand.press, "EMPTY")):
        assert press()
        _is(floor, card, state)


@pytest.mark.promise("R2")
@pytest.mark.parametrize("make", NAMES)
def test_a_press_empties_the_bin_and_a_long_press_takes_it_back(floor: Floor, bridge: ButtonBridge, make: str) -> None:
    hand = HandOnButton(bridge, MAKES[make](NAMES[make]))
    assert hand.press()
    _is(floor, CARDS[make], "EMPTY")
    floor.wait_until(lambda: floor.orders().get(CARDS[make]) == 1, "one order at the ERP")
    if make != "esphome":
        assert hand.long_press()
        _is(floor, CARDS[make], "FULL")


@pytest.mark.promise("R2")
@pytest.mark.parametrize("make", ["shelly-gen2", "chirpstack-v4", "ttn-v3"])
def test_a_press_with_an_identity_is_one_press_over_a_kill_and_unmarked_at_any_quality_of_service(
    floor: Floor, bridge: ButtonBridge, make: str
) -> None:
    button = MAKES[make](NAMES[make])
    once, undo = button.press(), button.long_press()
    hand = HandOnButton(bridge, button)
    assert hand.publish(once)
    _is(floor, CARDS[make], "EMPTY")
    assert hand.publish(undo)  # so that the same press would empty it again
    _is(floor, CARDS[make], "FULL")
    cycle = floor.cards()[CARDS[make]]
    floor.gateway.restart()  # kill -9
    assert hand.publish(once)
    assert hand.publish(undo)
    _marker(floor, bridge, make)
    assert HandOnButton(bridge, button, qos=0).publish(once)
    _marker(floor, bridge, make)
    assert floor.cards()[CARDS[make]] == cycle


@pytest.mark.promise("R2")
def test_two_presses_in_one_message_are_two_orders(floor: Floor, bridge: ButtonBridge) -> None:
    button = ShellyButton("pair")
    (first,) = button.press()
    both = first.payload.replace(b"]", b"," + first.payload.split(b"[")[1].split(b"]")[0].replace(b":0", b":1") + b"]")
    assert both.count(b"single_push") == 2
    hand = HandOnButton(bridge, button)
    for _ in range(2):
        assert hand.publish([Publication(first.topic, both)])
    for card in PAIR:
        _is(floor, card, "EMPTY")
    floor.settle()
    assert [floor.orders().get(card) for card in PAIR] == [1, 1]


def test_a_retained_on_of_a_node_is_no_press_when_the_gateway_subscribes_for_the_first_time(
    floor: Floor, bridge: ButtonBridge
) -> None:
    floor.gateway.stop()
    late = _device("esphome", {"node2/button": 'card = "K-0013"', "node3/button": 'card = "K-0010"'}, "b-late")
    config = floor.gateway.config
    config.write_text(config.read_text() + late.replace("@PORT@", str(floor.broker.port)))
    press = EspHomeButton("node2").press()[:1]
    assert (press[0].payload, press[0].retain) == (b"ON", True)
    hand = HandOnButton(bridge, EspHomeButton("node2"))
    assert hand.publish(press)
    floor.gateway.start()
    _listens(floor, HandOnButton(bridge, EspHomeButton("node3")), "K-0010")
    assert floor.cards()["K-0013"] == ("FULL", 0)
    assert hand.press()  # a live one is one
    _is(floor, "K-0013", "EMPTY")


def test_a_call_reaches_the_ledger_of_the_erp_and_is_taken_back_there(floor: Floor, bridge: ButtonBridge) -> None:
    hand = HandOnButton(bridge, ZigbeeButton("help"))
    assert hand.press()
    query = "SELECT station, call, state FROM andon"
    floor.wait_until(lambda: floor.erp_rows(query) == [("S-USE", "maintenance", "open")], "the call is in the ledger")
    assert [task["code"] for task in floor.gateway.ask("status")["resolve"]] == ["ANDON_MAINTENANCE"]
    stock = floor.gateway_stock()
    assert hand.press()  # pressed again: the same call
    assert hand.long_press()
    floor.wait_until(lambda: floor.erp_rows(query) == [("S-USE", "maintenance", "ended")], "the call is over")
    assert floor.gateway.ask("status")["resolve"] == []
    assert floor.gateway_stock() == stock


def test_a_low_battery_is_a_warning_of_that_button_until_it_is_changed(floor: Floor, bridge: ButtonBridge) -> None:
    hand = HandOnButton(bridge, ZigbeeButton(NAMES["zigbee2mqtt"]))
    code = f"DEVICE:b-zigbee2mqtt/{NAMES['zigbee2mqtt']}"
    assert hand.report(battery=4, link=90)
    floor.wait_until(lambda: "battery 4 %" in _warnings(floor).get(code, ""), "the warning")
    assert hand.report(battery=100, link=90)
    floor.wait_until(lambda: code not in _warnings(floor), "the warning is over")


def test_a_stuck_button_orders_once_and_is_an_alarm(floor: Floor, bridge: ButtonBridge) -> None:
    before = len(floor.events("card_emptied"))
    press = ZigbeeButton(NAMES["zigbee2mqtt"]).press() * 60
    assert HandOnButton(bridge, ZigbeeButton(NAMES["zigbee2mqtt"])).publish(press)
    floor.wait_until(lambda: any("presses in 10 s" in text for text in _warnings(floor).values()), "the alarm")
    stuck = [one for one in floor.events("scan_refused") if one["code"] == "BUTTON_STUCK"]
    assert len(stuck) == 1
    assert len(floor.events("card_emptied")) - before <= 1


def test_after_all_this_ledger_and_gateway_agree(floor: Floor) -> None:
    floor.settle()
    assert floor.gateway.ask("verify")["ok"]
    at_erp = dict(floor.erp_rows("SELECT card, state FROM card"))
    assert all(at_erp[card] == state for card, (state, _) in floor.cards().items() if card in at_erp)
