"""The workload: bins are used up and refilled, and people scan that, mostly as they should."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from gateway.model import Action, Status, Verdict
from tests.simulation.site import BIN, CARDS, LOOPS, A, B, Site

MINUTE_MS = 60_000
PATIENCE = 8  # tries until somebody gives up


@dataclass
class Bin:
    card: str
    line: str  # the gateway where it is emptied
    dock: str  # and where it is filled
    is_full: bool = True


class People:
    """Every bin takes its turn for ever; about 2,000 scans a day in all."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._dice = site.world.dice
        for loop in range(1, LOOPS + 1):
            line = A if loop % 3 else B
            dock = B if loop % 3 == 1 else line
            for number in range(CARDS):
                one = Bin(f"C{loop}-{number}", line, dock)
                site.agenda.after(self._dice.uniform(0, 120) * MINUTE_MS, partial(self._use_up, one))

    # -- what happens to a bin ---------------------------------------------------------------

    def _use_up(self, one: Bin) -> None:
        remainder = str(self._dice.randrange(1, BIN // 2)) if self._chance(0.02) else ""
        if self._chance(0.01):
            self._say(one.line, "OTHER", one.card, Action.SCAN)  # at the wrong station first
        one.is_full = False
        self._say(one.line, "LINE", one.card, Action.EMPTY, remainder)
        if self._chance(0.03):
            self._later(self._dice.uniform(0.3, 25), lambda: self._say(one.line, "LINE", one.card, Action.EMPTY))
        if one.line == one.dock and self._chance(0.01):  # elsewhere the bin must be looked at, see table.py
            self._later(30, lambda: self._take_back(one))
        wait = self._dice.uniform(25, 110)
        self._site.agenda.after(wait * MINUTE_MS, lambda: self._refill(one))

    def _take_back(self, one: Bin) -> None:
        """It was the wrong card: the bin is full, and will be emptied in its time."""
        self._site.counts["undos"] += 1
        self._say(one.line, "LINE", one.card, Action.UNDO)

    def _refill(self, one: Bin) -> None:
        one.is_full = True
        if self._chance(0.01):
            self._site.counts["forgotten FULL"] += 1
        else:
            late_ms = self._dice.uniform(5, 20) * MINUTE_MS if self._chance(0.01) else 0
            self._later(late_ms / 1000, lambda: self._say(one.dock, "DOCK", one.card, Action.FULL))
            if self._chance(0.03):
                again_s = late_ms / 1000 + self._dice.uniform(0.3, 25)
                self._later(again_s, lambda: self._say(one.dock, "DOCK", one.card, Action.FULL))
        wait = self._dice.uniform(25, 110)
        self._site.agenda.after(wait * MINUTE_MS, lambda: self._use_up(one))

    # -- scanning ----------------------------------------------------------------------------

    def _say(
        self, gateway: str, station: str, card: str, action: Action, remainder: str = "", tries: int = PATIENCE
    ) -> None:
        """Scan until the answer is not red; no answer is a reason to scan again too."""

        def answered(verdict: Verdict | None) -> None:
            if tries > 1 and (verdict is None or verdict.status is Status.FAILED):
                wait_s = self._dice.uniform(1, 3) if verdict else self._dice.uniform(2, 20)
                self._later(wait_s, lambda: self._say(gateway, station, card, action, remainder, tries - 1))

        self._site.scan(gateway, station, card, action, remainder, answered)

    def _later(self, seconds: float, act: object) -> None:
        self._site.agenda.after(seconds * 1000, act)  # type: ignore[arg-type]

    def _chance(self, likelihood: float) -> bool:
        return self._dice.random() < likelihood
