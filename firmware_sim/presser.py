"""Ways to say "this bin is empty" by a button, and how the person knows that it was heard.

A button that speaks MQTT has the broker's acknowledgement for its light, one that calls has the gateway's answer, a
wired one has nothing: whoever presses it looks at the stack light of the station.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from firmware_sim.button import ButtonBridge
from firmware_sim.button_make import HandOnButton, Publication
from firmware_sim.light import StackLight
from firmware_sim.modbus import ModbusError, ModbusInputs
from firmware_sim.scanner import Answer
from firmware_sim.webhook import WebhookCaller, WebhookError

Patience = Callable[[], bool]
LOOK_S = 2.0  # how long somebody looks at the light before pressing again
IDENTIFIED_MAKES = ("shelly-gen2", "chirpstack-v4", "ttn-v3")


class Presser(Protocol):
    """One button on one bin."""

    make: str
    is_counting: bool  # whether it can say what was left in the bin

    def press(self, is_patient: Patience, left: str = "") -> tuple[Answer, int]:
        """Press until it was heard; the answer and how often it took."""
        ...

    def press_again(self, left: str = "") -> Answer:
        """Press it once more: a nervous hand."""
        ...

    def redeliver(self) -> Answer | None:
        """An earlier press comes again, as late as it likes; None where presses cannot be told apart."""
        ...


@dataclass
class JsonPresser:
    """The plant's own buttons: one message that may carry a count."""

    bridge: ButtonBridge
    button: str
    make: str = "json"
    is_counting: bool = True

    def press(self, is_patient: Patience, left: str = "") -> tuple[Answer, int]:
        message = self._message(left)
        return _until_taken(lambda: self.bridge.publish(message), is_patient)

    def press_again(self, left: str = "") -> Answer:
        return Answer.ACK if self.bridge.publish(self._message(left)) else Answer.SILENCE

    def redeliver(self) -> Answer | None:
        return None

    def _message(self, left: str) -> dict[str, Any]:
        return self.bridge.message(self.button, **({"remainder": left} if left else {}))


@dataclass
class MakePresser:
    """A bought button; some makes give each press an identity."""

    hand: HandOnButton
    make: str
    is_counting: bool = False
    _first: list[Publication] = field(default_factory=list)

    def press(self, is_patient: Patience, left: str = "") -> tuple[Answer, int]:
        press = self.hand.button.press()
        self._first = self._first or press
        return _until_taken(lambda: self.hand.publish(press), is_patient)

    def press_again(self, left: str = "") -> Answer:
        return Answer.ACK if self.hand.press() else Answer.SILENCE

    def redeliver(self) -> Answer | None:
        if self.make not in IDENTIFIED_MAKES or not self._first:
            return None
        return Answer.ACK if self.hand.publish(self._first) else Answer.SILENCE


@dataclass
class CallPresser:
    """A button that calls the gateway; it repeats a press under the same key until it is answered."""

    caller: WebhookCaller
    button: str
    make: str = "webhook"
    is_counting: bool = False
    _first: str = ""

    def press(self, is_patient: Patience, left: str = "") -> tuple[Answer, int]:
        key = uuid.uuid4().hex
        self._first = self._first or key
        tries = 0
        while True:
            tries += 1
            answer = self._call(key)
            if answer is not Answer.SILENCE or not is_patient():
                return answer, tries

    def press_again(self, left: str = "") -> Answer:
        return self._call(uuid.uuid4().hex)

    def redeliver(self) -> Answer | None:
        return self._call(self._first) if self._first else None

    def _call(self, key: str) -> Answer:
        try:
            told = self.caller.press(self.button, key=key)
        except WebhookError:
            return Answer.SILENCE
        return Answer.ACK if told.http == 200 else Answer.NAK


@dataclass
class WiredPresser:
    """A contact at an input; nothing keeps a press that nobody could store, so one looks at the light."""

    inputs: ModbusInputs
    address: int
    light: StackLight
    make: str = "modbus"
    is_counting: bool = False

    def press(self, is_patient: Patience, left: str = "") -> tuple[Answer, int]:
        tries = 0
        while True:
            tries += 1
            answer = self.press_again()
            if answer is Answer.ACK or not is_patient():
                return answer, tries

    def press_again(self, left: str = "") -> Answer:
        seen = self.light.verdicts
        try:
            self.inputs.press(self.address)
        except ModbusError:
            return Answer.SILENCE
        verdict = self.light.wait_for_verdict(seen, LOOK_S)
        return {"green": Answer.ACK, "yellow": Answer.ACK, "red": Answer.NAK}.get(verdict, Answer.SILENCE)

    def redeliver(self) -> Answer | None:
        return None


def _until_taken(publish: Callable[[], bool], is_patient: Patience) -> tuple[Answer, int]:
    tries = 1
    while not publish():
        if not is_patient():
            return Answer.SILENCE, tries
        tries += 1
        time.sleep(0.1)
    return Answer.ACK, tries
