"""Who works at which scanner: two people a scanner, one for each shift, with badges.

At the change the one signs out, somebody scans a card before anybody has signed in, which must be refused, and the
other's badge begins. Whatever is scanned bears the name of who is signed in; nothing of the shift before is inherited.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from firmware_sim.codes import print_card
from firmware_sim.dock_label import command_card
from firmware_sim.gateway_config import COMMAND_SECRET
from firmware_sim.layout import ScannerPlace, scanner_places
from firmware_sim.plant import REPEAT_WINDOW_MS, SITE, Person, Plant
from firmware_sim.scanner import Scanner
from firmware_sim.truth import Truth

WALK_S = REPEAT_WINDOW_MS / 1000 + 0.3  # so that no scan after the change passes for one before it


@dataclass
class Post:
    """One scanner and whoever works there now."""

    place: ScannerPlace
    people: tuple[Person, ...]
    shift: int = 0

    @property
    def person(self) -> Person:
        return self.people[self.shift % len(self.people)]


class Roster:
    """Every method is called by the one who holds that scanner."""

    def __init__(self, plant: Plant, scanners: dict[str, Scanner], truth: Truth) -> None:
        self._plant = plant
        self._scanners = scanners
        self._sign_out = command_card(SITE, "SIGNOUT", COMMAND_SECRET.encode())
        self._truth = truth
        self._posts = {
            place.device: Post(place, people)
            for place in scanner_places(plant)
            if (people := tuple(one for one in plant.people if one.device == place.device))
        }

    @property
    def devices(self) -> list[str]:
        """Scanners at which people sign in."""
        return list(self._posts)

    def operator(self, device: str) -> str:
        """As events name who works there: "badge:<person>", "" where nobody signs in."""
        return f"badge:{self._posts[device].person.id}" if device in self._posts else ""

    def sign_in(self, device: str, is_patient: Callable[[], bool]) -> None:
        """The one on shift scans the own badge."""
        person = self._posts[device].person
        told, _ = self._scanners[device].scan_until_green(person.badge, is_patient)
        self._truth.record("badge", device=device, person=person.id, told=told)

    def change(self, device: str, chance: random.Random, is_patient: Callable[[], bool]) -> None:
        """The one goes, the other comes."""
        post, scanner = self._posts[device], self._scanners[device]
        leaving = post.person
        told, _ = scanner.scan_until_green(self._sign_out, is_patient)
        self._truth.record("badge", device=device, person="", told=told)
        if post.place.badge == "required":
            time.sleep(WALK_S)
            card = chance.choice(list(self._plant.loop_of))
            told = scanner.scan(print_card(SITE, card))
            self._truth.record("strange", kind="card before a badge, a", text=card, told=told)
        post.shift += 1
        self.sign_in(device, is_patient)
        self._truth.record("shift", device=device, leaves=leaving.id, comes=post.person.id)
