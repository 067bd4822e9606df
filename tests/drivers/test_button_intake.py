"""Which messages are offered as presses: the live ones, and of a stuck button the first as evidence."""

from __future__ import annotations

from drivers.button_intake import Skip, take
from drivers.button_message import Message
from drivers.button_settings import MqttButtonSettings
from drivers.button_watch import ButtonWatch
from gateway.clock import SystemClock
from gateway.model import Read

SETTINGS = MqttButtonSettings.model_validate({
    "id": "b", "type": "mqtt-button", "station": "S1", "host": "h", "preset": "zigbee2mqtt",
    "bindings": [{"button": "bin-1", "card": "K"}], "health": {"stuck_presses": 2, "stuck_within_s": 3600},
})  # fmt: skip


PRESS = b'{"action":"single"}'


class Broker:
    """Hands messages on, one after the other."""

    def __init__(self) -> None:
        self.watch = ButtonWatch(SETTINGS)

    def deliver(
        self, *, retained: bool = False, again: bool = False, payload: bytes = b'{"action":"single"}'
    ) -> Read | Skip:
        message = Message(b"zigbee2mqtt/bin-1", payload, 7, 1, again, retained)
        return take(message, SETTINGS, SystemClock("boot"), self.watch)


def fault_of(found: Read | Skip) -> str:
    assert isinstance(found, Read)
    return found.fault.code if found.fault else ""


def test_a_live_press_is_a_read_and_an_old_state_is_none() -> None:
    broker = Broker()
    assert fault_of(broker.deliver()) == ""
    assert broker.deliver(retained=True) is Skip.RETAINED


def test_of_a_stuck_button_one_press_is_kept_as_evidence_and_the_rest_is_counted() -> None:
    broker = Broker()
    assert [fault_of(broker.deliver()) for _ in range(3)] == ["", "", "BUTTON_STUCK"]
    assert [broker.deliver() for _ in range(3)] == [Skip.STUCK] * 3


def test_a_press_delivered_again_and_again_is_always_offered() -> None:
    broker = Broker()
    assert [fault_of(broker.deliver(again=True)) for _ in range(20)] == [""] * 20


def test_a_message_that_is_too_long_keeps_that_fault() -> None:
    assert fault_of(Broker().deliver(payload=b"x" * 5000)) == "PAYLOAD_TOO_LONG"
