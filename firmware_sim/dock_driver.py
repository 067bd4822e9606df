"""The clerk drives pallets through the door with antennas: in, out, up to it and back; scanned by hand if it stays red.

What the gateway made of a passage is asked at its command line, as a person would who was not there when the light
changed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from firmware_sim.dock_door.epc import sscc_tag
from firmware_sim.dock_door.episode import BACK, IN, OUT, Episode, Fact, Mover
from firmware_sim.dock_door.live import LiveDoor
from firmware_sim.dock_door.load import Load, build
from firmware_sim.dock_door.way import Way, along
from firmware_sim.dock_label import GS1_128, pallet
from firmware_sim.errand import Errand, IsPatient
from firmware_sim.goods import COMPANY, DOOR_PALLETS, PER_PALLET, case_tags, door_pallet, leaves
from firmware_sim.layout import DOCK_SCANNER
from firmware_sim.scanner import Scanner
from firmware_sim.truth import Truth

FROM_M, SPEED_M_S = 5.0, 2.6
TOLD_S = 30.0  # how long somebody waits until the passage is in the list
AGAIN_S = 8.0  # nothing goes out so shortly after it came in: that would take the receipt back
LOOK_S = 0.7
PALLET_TAGS = len(COMPANY)  # digits of the prefix in its EPC

Row = dict[str, Any]


class DockDriver:
    """Every pallet comes in once; some leave again."""

    def __init__(self, door: LiveDoor, scanner: Scanner, truth: Truth, passages: Callable[[], list[Row]]) -> None:
        """`passages`: the list as the gateway's command line tells it, the newest last."""
        self._door = door
        self._scanner = scanner
        self._truth = truth
        self._passages = passages
        self._chance: random.Random = door.chance
        self._loads: dict[int, Load] = {}
        self._came = 0
        self._has_turned = False
        self._inside: list[tuple[int, float]] = []  # pallets that may leave, and since when they are in

    def errand(self) -> Errand:
        return Errand(DOCK_SCANNER, 0.5, 4.0, self.work)

    def work(self, is_patient: IsPatient) -> None:
        """The next pallet, or something else."""
        if self._inside and time.monotonic() - self._inside[0][1] > AGAIN_S and self._chance.random() < 0.6:
            self._take_out(self._inside.pop(0)[0])
        elif self._came and (not self._has_turned or self._chance.random() < 0.15):
            self._turn_back()
        elif self._came < DOOR_PALLETS:
            self._bring_in(is_patient)

    def _bring_in(self, is_patient: IsPatient) -> None:
        number, self._came = self._came, self._came + 1
        row = self._drive(number, along([(-FROM_M, 0), (FROM_M, 0)], 0.0, SPEED_M_S, 0.0), IN)
        by, told, tries = "door", "ack", 1
        if not _is_booked(row, number):
            by = "hand"
            told, tries = self._scanner.scan_until_green(pallet(door_pallet(number)), is_patient, aim=GS1_128)
        self._truth.record(
            "received", sscc=door_pallet(number), quantity=str(PER_PALLET), told=told, tries=tries, by=by
        )
        if leaves(number):
            self._inside.append((number, time.monotonic()))

    def _take_out(self, number: int) -> None:
        """Red at the door: it is brought back."""
        row = self._drive(number, along([(FROM_M, 0), (-FROM_M, 0)], 0.0, SPEED_M_S, 0.0), OUT)
        what = "left" if _is_booked(row, number) else "stopped at the door"
        self._truth.record(what, sscc=door_pallet(number), quantity=str(PER_PALLET))

    def _turn_back(self) -> None:
        """One that is yet to come is driven up to the first light curtain and back."""
        number, self._has_turned = self._came, True
        self._drive(number, along([(-FROM_M, 0), (-0.8, 0.5), (-FROM_M, 0)], 0.0, SPEED_M_S, 0.0), BACK)
        self._truth.record("turned back", sscc=door_pallet(number))

    def _drive(self, number: int, way: Way, direction: str) -> Row:
        """The passage as it is listed then; {} when none is."""
        before = {row["passage"] for row in self._passages()}
        fact = Fact("demo", door_pallet(number), direction, 0.0, way.ends_s)
        self._door.play(Episode("demo", 0.0, way.ends_s + 0.5, [Mover(self._load(number), way)], [fact]))
        end = time.monotonic() + TOLD_S
        while time.monotonic() < end:
            new = [row for row in self._passages() if row["passage"] not in before]
            if new:
                return next((row for row in new if row.get("sscc") == door_pallet(number)), new[-1])
            time.sleep(LOOK_S)
        return {}

    def _load(self, number: int) -> Load:
        known = self._loads.get(number)
        if known is None:
            name = door_pallet(number)
            known = self._loads[number] = build(name, sscc_tag(name, PALLET_TAGS), case_tags(number), self._chance)
        return known


def _is_booked(row: Row, number: int) -> bool:
    return row.get("sscc") == door_pallet(number) and row["code"] in ("GOODS_RECEIVED", "GOODS_SHIPPED")
