"""Two gateways at one loop that do not hear each other (K3), with bins of the cell between the lines.

Both links are cut. One bin is emptied and scanned at both gateways: one need. Another goes once round at the first
gateway and is emptied again at the second, which has heard of none of it and gives the need an old number: that is a
need of its own, and the ERP's answer must make it one. What both believe in the end is audited.

The first gateway's link heals first and the ERP hears it out before the second comes back. So what is right does not
depend on whether this machine's clock is synchronised, by which gateways else tell one act from two.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from firmware_sim.audit import OPEN_STATES
from firmware_sim.codes import print_card
from firmware_sim.erp.schema import card_standings
from firmware_sim.floor import Floor
from firmware_sim.gateway_process import GatewayProcess
from firmware_sim.layout import cell_scanner
from firmware_sim.link_trouble import LinkTrouble
from firmware_sim.plant import LOCK_S, SITE, Loop
from firmware_sim.port import wait_until
from firmware_sim.scanner import Scanner

MARGIN_S = 0.5
PATIENCE_S = 60.0
POLL_S = 0.1
FULL_STATES = ("FULL",)


@dataclass(frozen=True, slots=True)
class Side:
    """One gateway's part of the cell."""

    gateway: GatewayProcess
    use: Scanner
    fill: Scanner


class Handover:
    """Plays the scene with two more cards of the shared loop each time."""

    def __init__(self, floor: Floor, loop: Loop, trouble: LinkTrouble, calm: threading.Lock) -> None:
        """`calm` is held where nobody may be killed: between the two scans of one emptying."""
        self._floor = floor
        self._loop = loop
        self._trouble = trouble
        self._calm = calm
        self._cycles = dict.fromkeys(loop.cards, 0)
        self._sides = [self._side(gateway) for gateway in floor.gateways.values()]
        self._played = 0

    def play(self) -> None:
        """The whole scene; it takes about twice the lock window."""
        pair = self._played * 2 % (len(self._loop.cards) - 1)
        shared, stale = self._loop.cards[pair : pair + 2]
        self._played += 1
        early, late = self._sides[:2]
        self._apart(shared, stale, early, late)
        one, two = self._cycles[shared], self._cycles[stale]
        first = {shared: (OPEN_STATES, one), stale: (FULL_STATES, two - 1)}
        self._wait_for(f"the ERP has heard {early.gateway.id} out", lambda: self._at_erp(first))
        self._trouble.heal(late.gateway.id)
        both = {shared: (FULL_STATES, one), stale: (OPEN_STATES, two)}
        self._wait_for(f"the ERP has one need of {shared} and the next of {stale}", lambda: self._at_erp(both))
        self._wait_for(f"{early.gateway.id} has heard of the next need of {stale}", lambda: self._knows(early, stale))
        time.sleep(LOCK_S + MARGIN_S)
        self._fill(stale, early)
        self._floor.truth.record("handover", cards=[shared, stale])

    def _apart(self, shared: str, stale: str, early: Side, late: Side) -> None:
        """What happens while the second gateway hears nothing."""
        with self._calm:
            self._wait_for("both gateways run", lambda: all(side.gateway.is_answering for side in (early, late)))
            self._trouble.cut(early.gateway.id)
            self._trouble.cut(late.gateway.id)
            self._empty(shared, early)
            self._scan_too(shared, late)
        self._empty(stale, early)
        self._trouble.heal(early.gateway.id)
        time.sleep(LOCK_S + MARGIN_S)
        self._fill(shared, late)
        self._fill(stale, early)
        time.sleep(MARGIN_S)
        self._empty(stale, late)

    def _empty(self, card: str, side: Side) -> None:
        told, tries = side.use.scan_until_green(print_card(SITE, card), _is_patient())
        self._cycles[card] += 1
        self._floor.truth.record(
            "emptied", card=card, cycle=self._cycles[card], used=str(self._loop.quantity), left=str(Decimal(0)),
            by="scanner", told=told, tries=tries, gateway=side.gateway.id,
        )  # fmt: skip

    def _scan_too(self, card: str, side: Side) -> None:
        """The same emptying at the other gateway, which cannot know and says green too."""
        told, _ = side.use.scan_until_green(print_card(SITE, card), _is_patient())
        self._floor.truth.record(
            "again", card=card, cycle=self._cycles[card], what="empty", by="scanner", told=told, gateway=side.gateway.id
        )

    def _fill(self, card: str, side: Side) -> None:
        told, tries = side.fill.scan_until_green(print_card(SITE, card), _is_patient())
        self._floor.truth.record(
            "filled", card=card, cycle=self._cycles[card], told=told, tries=tries, gateway=side.gateway.id
        )

    def _at_erp(self, wanted: dict[str, tuple[tuple[str, ...], int]]) -> bool:
        """`wanted`: permitted states and the cycle, by card."""
        standings = card_standings(self._floor.erp.db)
        found = {card: standings.get(card, ("", 0)) for card in wanted}
        return all(found[card][0] in states and found[card][1] == cycle for card, (states, cycle) in wanted.items())

    def _knows(self, side: Side, card: str) -> bool:
        rows = {row["card"]: row for row in side.gateway.page().get("cards", ())}
        return card in rows and rows[card]["state"] in OPEN_STATES and rows[card]["cycle"] == self._cycles[card]

    def _wait_for(self, what: str, fact: Callable[[], bool]) -> None:
        if not wait_until(fact, PATIENCE_S, POLL_S):
            self._floor.truth.record("stuck", what=what)

    def _side(self, gateway: GatewayProcess) -> Side:
        scanners = self._floor.crowd.scanners
        return Side(gateway, scanners[cell_scanner(gateway.id, "use")], scanners[cell_scanner(gateway.id, "in")])


def _is_patient() -> Callable[[], bool]:
    end = time.monotonic() + PATIENCE_S
    return lambda: time.monotonic() < end
