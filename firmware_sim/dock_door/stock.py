"""Pallets for the door: of the plant, of its other doors, and of nobody it knows; and what stands around."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from firmware_sim.dock_door.day import Yard
from firmware_sim.dock_door.epc import sgtin_tag, sscc_tag, with_check_digit
from firmware_sim.dock_door.episode import Episode, Mover
from firmware_sim.dock_door.load import Load, build
from firmware_sim.dock_door.way import Way

PREFIX, STRANGE_PREFIX = "0614141", "9521321"
ITEMS = 12  # kinds of goods, so that many pallets hold the same
CASES = (20, 400)
KNOWN_SHARE = 0.5  # of the pallets that pass beside the door: announced to this plant, for another door
LISTED_SHARE = 0.6  # of the ship notices: with the tag of each case; the others say only how many
STRAY_PALLETS, STRAY_LABELS = (2, 5), (1, 3)
FOR_EVER_S = 10.0**7


@dataclass(frozen=True, slots=True)
class Announced:
    """What a ship notice says of a pallet."""

    pallet: str
    item: int
    gtin: str
    cases: int
    epcs: tuple[str, ...]  # () when it only says how many


@dataclass(slots=True)
class Stock:
    """What was built so far. `inside` may leave, oldest first."""

    chance: random.Random
    announced: dict[str, Announced] = field(default_factory=dict)
    leaving: list[str] = field(default_factory=list)  # pallets that were taken out, or were to be
    listed: set[str] = field(default_factory=set)
    _built: dict[str, Load] = field(default_factory=dict)
    _inside: list[str] = field(default_factory=list)

    def yard(self) -> Yard:
        """A yard that takes its pallets from here; strays stand about."""
        yard = Yard(self.chance, self._arriving, self._leaving, self._of_plant, self._beside)
        yard.standing += self._strays()
        return yard

    def epcs(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The tags of every pallet, its own first."""
        for name, load in self._built.items():
            yield name, load.epcs

    def mark(self, script: Iterable[Episode]) -> None:
        """Note in the truth whose cases are listed."""
        for fact in (fact for episode in script for fact in episode.facts):
            fact.is_listed = fact.pallet in self.listed

    def _arriving(self) -> Load:
        load = self._of_plant()
        self._inside.append(load.name)
        return load

    def _leaving(self) -> Load | None:
        """What has been inside for a while."""
        if len(self._inside) < 6:
            return None
        self.leaving.append(self._inside.pop(0))
        return self._built[self.leaving[-1]]

    def _beside(self) -> Load:
        return self._of_plant() if self.chance.random() < KNOWN_SHARE else self._strange(CASES[1])

    def _of_plant(self) -> Load:
        item = self.chance.randrange(ITEMS)
        load = self._build(PREFIX, gtin_of(item), self._count(CASES[1]))
        listed = load.epcs[1:] if self.chance.random() < LISTED_SHARE else ()
        if listed:
            self.listed.add(load.name)
        self.announced[load.name] = Announced(load.name, item, gtin_of(item), len(load.epcs) - 1, listed)
        return load

    def _strange(self, most: int) -> Load:
        gtin = with_check_digit(f"1{STRANGE_PREFIX}{self.chance.randrange(100_000):05d}")
        return self._build(STRANGE_PREFIX, gtin, self._count(most))

    def _count(self, most: int) -> int:
        return min(most, max(min(most, CASES[0]), int(self.chance.lognormvariate(4.1, 0.7))))

    def _build(self, prefix: str, gtin: str, cases: int) -> Load:
        number = len(self._built) + 1
        name = with_check_digit(f"3{prefix}{number:09d}")
        tags = [sgtin_tag(gtin, number * 1000 + serial, len(prefix)) for serial in range(1, cases + 1)]
        load = self._built[name] = build(name, sscc_tag(name, len(prefix)), tags, self.chance)
        return load

    def _strays(self) -> list[Mover]:
        """Pallets beside the way inside, and labels that somebody lost at the door frame."""
        chance = self.chance
        found = []
        for _ in range(chance.randint(*STRAY_PALLETS)):
            place = chance.uniform(2.2, 7), chance.choice((-1, 1)) * chance.uniform(2.2, 5)
            found.append(_parked(self._strange(40), *place))
        for _ in range(chance.randint(*STRAY_LABELS)):
            place = chance.uniform(-1.5, 2.5), chance.choice((-1, 1)) * chance.uniform(1.5, 3)
            found.append(_parked(self._strange(1), *place))
        return found


def gtin_of(item: int) -> str:
    """The number of a case of these goods."""
    return with_check_digit(f"1{PREFIX}{item + 100:05d}")


def _parked(load: Load, x: float, y: float) -> Mover:
    return Mover(load, Way(((0.0, x, y), (FOR_EVER_S, x, y))), has_truck=False)
