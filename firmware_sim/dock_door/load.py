"""Pallets with tags: where each tag sits on the pallet, how well it works, and what the goods swallow."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from firmware_sim.dock_door.place import Array

LENGTH_M, WIDTH_M = 1.2, 0.8
SWALLOWS_DB_M = {"paper": 4.0, "plastic": 7.0, "liquid": 55.0, "metal": 70.0}  # on the way through the goods
SHARE = {"paper": 0.58, "plastic": 0.22, "liquid": 0.12, "metal": 0.08}
TAG_GAIN_DB, TAG_SPREAD_DB = -5.5, 2.0  # of a tag on a carton, against an ideal dipole
DETUNED_DB = {"paper": 0.0, "plastic": -0.5, "liquid": -3.0, "metal": -4.0}
DEAD_SHARE = 0.015  # of all tags; they are never read


@dataclass(frozen=True, slots=True)
class Load:
    """One pallet. Places of tags from its middle in metres: along, across, above the floor."""

    name: str  # its SSCC, 18 digits
    epcs: tuple[str, ...]  # the first one is the pallet's own
    spots: Array  # tags x 3
    gains_db: Array  # of each tag; a dead one has -99
    height_m: float
    material: str


def build(name: str, pallet_tag: str, case_tags: list[str], chance: random.Random) -> Load:
    """A pallet as somebody packs it: tags mostly on the faces, its own label on one long side."""
    material = chance.choices(list(SHARE), list(SHARE.values()))[0]
    height = chance.uniform(0.5, 1.8)
    spots = [_label_spot(height, chance), *(_case_spot(height, chance) for _ in case_tags)]
    gains = [_gain(material, chance) for _ in spots]
    gains[0] += 2.0  # a logistic label is stuck where it can be read
    return Load(
        name, (pallet_tag, *case_tags), np.array(spots, dtype=np.float32), np.array(gains, dtype=np.float32), height,
        material,
    )  # fmt: skip


def _gain(material: str, chance: random.Random) -> float:
    if chance.random() < DEAD_SHARE:
        return -99.0
    return chance.gauss(TAG_GAIN_DB + DETUNED_DB[material], TAG_SPREAD_DB)


def _label_spot(height: float, chance: random.Random) -> tuple[float, float, float]:
    side = chance.choice((-1.0, 1.0))
    return (chance.uniform(-0.5, 0.5), side * WIDTH_M / 2, min(height, 0.15 + 0.4 + chance.uniform(0, 0.4)))


def _case_spot(height: float, chance: random.Random) -> tuple[float, float, float]:
    """Four of five labels are on a face of the pallet, the others look at another carton."""
    x, y = chance.uniform(-LENGTH_M / 2, LENGTH_M / 2), chance.uniform(-WIDTH_M / 2, WIDTH_M / 2)
    z = 0.15 + chance.uniform(0, height)
    if chance.random() < 0.8:
        face = chance.randrange(4)
        if face < 2:
            y = WIDTH_M / 2 * (1 if face else -1)
        else:
            x = LENGTH_M / 2 * (1 if face == 2 else -1)
    return x, y, z
