"""Somebody who counts a shelf from which parts get lost, without being shown what should be there.

A count is three scans: place, part, quantity. When the station's screen asks for a second count it is made; when a scan
was not answered, or the screen says nothing because the gateway has just been killed, all begins again with CANCEL.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from firmware_sim.codes import print_place
from firmware_sim.dock_label import CODE_128, command_card
from firmware_sim.errand import Errand, IsPatient
from firmware_sim.gateway_config import COMMAND_SECRET
from firmware_sim.goods import ON_SHELF, PART, SHELF
from firmware_sim.layout import SHELF_SCANNER
from firmware_sim.plant import REPEAT_WINDOW_MS, SITE
from firmware_sim.port import wait_until
from firmware_sim.scanner import Answer, Scanner
from firmware_sim.truth import Truth

WALK_S = REPEAT_WINDOW_MS / 1000 + 0.3  # so that no scan of a second count passes for one of the first
GLANCE_S = 1.0  # at the screen
COUNTED, COUNT_AGAIN = "COUNTED", "COUNT_AGAIN"

Screen = Callable[[], str]  # the code of what the station's screen says, "" when it is dark


class StockTaker:
    """Works at one scanner; what is on the shelf is known to nobody else."""

    def __init__(self, scanner: Scanner, truth: Truth, screen: Screen) -> None:
        self._scanner = scanner
        self._truth = truth
        self._screen = screen
        self._chance = random.Random("shelf")
        self._left = ON_SHELF
        self._cancel = command_card(SITE, "CANCEL", COMMAND_SECRET.encode())

    def errand(self) -> Errand:
        return Errand(SHELF_SCANNER, 2.0, 6.0, self.work)

    def work(self, is_patient: IsPatient) -> None:
        """Count; before every second time somebody has taken parts without a word."""
        if self._chance.random() < 0.5:
            taken = self._chance.randint(1, 5)
            self._left -= taken
            self._truth.record("strayed", item=PART, place=SHELF, quantity=str(taken))
        rounds, says = 0, ""
        while says != COUNTED and (not rounds or is_patient()):
            rounds += 1
            says = self._count(is_patient)
        told = Answer.ACK if says == COUNTED else Answer.SILENCE
        self._truth.record("counted", item=PART, place=SHELF, quantity=str(self._left), rounds=rounds, told=told)

    def _count(self, is_patient: IsPatient) -> str:
        """One round; what the screen says at its end."""
        time.sleep(WALK_S)
        for text in (print_place(SITE, SHELF), f"P{PART}", f"Q{self._left}"):
            if self._scanner.scan(text, CODE_128) is not Answer.ACK:
                self._scanner.scan_until_green(self._cancel, is_patient, aim=CODE_128)
                return ""
        wait_until(lambda: self._screen() in (COUNTED, COUNT_AGAIN), GLANCE_S)
        return self._screen()
