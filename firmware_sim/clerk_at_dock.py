"""The receiving clerk: one pallet after the other, now and then one twice, and one that nobody announced."""

from __future__ import annotations

import random

from firmware_sim.dock_label import GS1_128, pallet
from firmware_sim.errand import Errand, IsPatient
from firmware_sim.goods import PALLETS, PER_PALLET, pallet_number
from firmware_sim.layout import DOCK_SCANNER
from firmware_sim.scanner import Scanner
from firmware_sim.truth import Truth


class DockClerk:
    """Works at one scanner; every pallet is received once."""

    def __init__(self, scanner: Scanner, truth: Truth) -> None:
        self._scanner = scanner
        self._truth = truth
        self._chance = random.Random("dock")
        self._received = 0

    def errand(self) -> Errand:
        return Errand(DOCK_SCANNER, 1.5, 2.0, self.work)

    def work(self, is_patient: IsPatient) -> None:
        """The next pallet, or something else."""
        if self._received and self._chance.random() < 0.25:
            self._scan_again()
        elif self._chance.random() < 0.2:
            self._scan_a_stranger()
        elif self._received < PALLETS:
            self._receive(is_patient)

    def _receive(self, is_patient: IsPatient) -> None:
        self._received += 1
        number = pallet_number(self._received)
        told, tries = self._scanner.scan_until_green(pallet(number), is_patient, aim=GS1_128)
        self._truth.record("received", sscc=number, quantity=str(PER_PALLET), told=told, tries=tries)

    def _scan_again(self) -> None:
        number = pallet_number(self._chance.randint(1, self._received))
        told = self._scanner.scan(pallet(number), GS1_128)
        self._truth.record("received again", sscc=number, told=told)

    def _scan_a_stranger(self) -> None:
        number = pallet_number(PALLETS + self._chance.randint(1, 1000))
        told = self._scanner.scan(pallet(number), GS1_128)
        self._truth.record("strange", kind="unannounced pallet's", text=number, told=told)
