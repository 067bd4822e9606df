"""What a floor's broker carries besides presses: retained presses of yesterday, buttons of nobody, broken messages."""

from __future__ import annotations

import random
from collections.abc import Iterable

from firmware_sim.button import ButtonBridge
from firmware_sim.button_make import MAKES, button_name
from firmware_sim.errand import Errand, IsPatient
from firmware_sim.plant import Plant
from firmware_sim.truth import Truth

_BROKEN = (
    b"", b"{", b"[]", b"null", b"9", b"\xff\xfe\x00", b'{"action": {"single": 1}}', b'{"Button1": {"Action": 7}}',
)  # fmt: skip


class Rubbish:
    """No message of it is a press of a card, and none may cost one."""

    def __init__(self, plant: Plant, bridge: ButtonBridge, truth: Truth) -> None:
        self._bridge = bridge
        self._truth = truth
        self._chance = random.Random("rubbish")
        self._makes = [make for make in dict.fromkeys(plant.buttons.values()) if make in MAKES]

    def leave(self) -> None:
        """Retained presses of each make, which every new subscriber gets: they were somebody else's news."""
        for make in self._makes:
            for one in MAKES[make](button_name(make, 0)).press():
                self._bridge.publish_to(one.topic, one.payload, retain=True)

    def errand(self) -> Errand:
        return Errand("caller", 1.0, 2.0, self.send)

    def send(self, _is_patient: IsPatient) -> None:
        """One message that is no press."""
        chance = self._chance
        make = chance.choice(self._makes)
        kind, messages = chance.choice([("broken", self._broken(make, chance)), ("stranger's", self._strange(make))])
        for topic, payload in messages:
            told = "silence" if self._bridge.publish_to(topic, payload) else "lost"
            self._truth.record("strange", kind=f"{kind} press", text=topic, told=told)

    def _broken(self, make: str, chance: random.Random) -> Iterable[tuple[str, bytes]]:
        yield MAKES[make](button_name(make, 0)).press()[0].topic, chance.choice(_BROKEN)

    def _strange(self, make: str) -> Iterable[tuple[str, bytes]]:
        """A press of a button that is bound to nothing."""
        press = MAKES[make](button_name(make, 800)).press()[0]
        yield press.topic, press.payload
