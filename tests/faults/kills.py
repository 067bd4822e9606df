"""kill -9 of gateway, ERP and broker at random moments while people scan, by either carrier (figure F2).

The people keep scanning a card until the scanner shows green. What was green must be one order and
one booking in the ERP, whatever was killed in between.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from firmware_sim.port import wait_until
from firmware_sim.scanner import Answer, Scanner
from tests.end_to_end.floor import QUANTITY, Floor

PATIENCE_S = 60.0
COMMIT_WAIT_S = 5.0
SNAPSHOT_WAIT_S = 60.0
GATEWAY, ERP, BROKER, LINK = "gateway", "ERP", "broker", "link"
AT_ITS_COMMIT = "ERP at its commit"
VICTIMS = {  # the gateway twice: it has the most to lose
    "mqtt": (GATEWAY, GATEWAY, ERP, BROKER),
    "rest": (GATEWAY, GATEWAY, ERP, AT_ITS_COMMIT, LINK),
}


@dataclass
class Tally:
    """What people did and saw."""

    emptied: list[str] = field(default_factory=list)  # cards, green
    filled: list[str] = field(default_factory=list)
    tries: int = 0
    kills: int = 0
    victims: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)
    green: threading.Event = field(default_factory=threading.Event)  # somebody saw green since it was cleared


def run_kills(directory: Path, seed: int, kills: int, *, cards: int = 1000, carrier: str = "mqtt") -> Tally:
    """A floor at work while its parts are killed `kills` times; the tally's differences are empty if R2 holds."""
    chance = random.Random(seed)
    tally = Tally()
    with Floor(directory, cards=cards, carrier=carrier, answer_within_s=0.5) as floor:
        done = threading.Event()
        worker = threading.Thread(target=_work, args=(floor, tally, done), daemon=True)
        worker.start()
        pause = threading.Event()
        for _ in range(kills):
            tally.green.clear()
            if not tally.green.wait(PATIENCE_S):
                tally.differences.append("nobody saw green after the last kill")
                break
            pause.wait(chance.uniform(0.0, 0.15))
            victim = chance.choice(VICTIMS[carrier])
            _kill(floor, victim, chance)
            tally.victims[victim] += 1
            tally.kills += 1
        done.set()
        worker.join(120)
        if worker.is_alive():
            tally.differences.append("the worker never saw green again")
        floor.settle()
        _compare(floor, tally)
    return tally


def _kill(floor: Floor, victim: str, chance: random.Random) -> None:
    """It is back when this returns."""
    if victim == LINK:
        floor.proxy.reset_all()
    elif victim == AT_ITS_COMMIT:
        floor.erp.control(do="die", when=chance.choice(("before_commit", "after_commit")))
        wait_until(lambda: not floor.erp.is_running, COMMIT_WAIT_S)  # whoever scans makes it commit, once it is met
        floor.erp.restart()
    else:
        restart = {GATEWAY: floor.gateway.restart, ERP: floor.erp.restart, BROKER: floor.broker.restart}
        restart[victim]()


def _work(floor: Floor, tally: Tally, done: threading.Event) -> None:
    """Empty full bins and refill empty ones, each card once, until `done` or no card is left."""
    cards = sorted(floor.cards())
    full = [card for card in cards if card.startswith("K-")]
    empty = [card for card in cards if card.startswith("E-")]
    for used, filled in zip(full, empty, strict=True):
        if done.is_set():
            return
        if _until_green(floor.consume, floor.code(used), tally):
            tally.emptied.append(used)
        if _until_green(floor.receive, floor.code(filled), tally):
            tally.filled.append(filled)


def _until_green(scanner: Scanner, code: str, tally: Tally) -> bool:
    answer, tries = scanner.scan_until_green(code, pause_s=0.05)
    tally.tries += tries
    if answer is Answer.ACK:
        tally.green.set()
    else:
        tally.differences.append(f"{code}: no green after {tries} tries")
    return answer is Answer.ACK


def _compare(floor: Floor, tally: Tally) -> None:
    """Ledger, gateway and what people saw must agree."""
    orders = floor.orders()
    begun_empty = {card for card in floor.cards() if card.startswith("E-")}  # their order came with the master data
    wanted = {**dict.fromkeys(begun_empty, 1), **dict.fromkeys(tally.emptied, 1)}
    for card in sorted(set(orders) | set(wanted)):
        if orders.get(card, 0) != wanted.get(card, 0):
            tally.differences.append(f"{card}: {orders.get(card, 0)} orders, expected {wanted.get(card, 0)}")
    expected = 1_000_000 + QUANTITY * (len(tally.filled) - len(tally.emptied))
    booked = float(floor.erp_rows("SELECT qty FROM stock WHERE location='LINE1'")[0][0])
    if booked != expected:
        tally.differences.append(f"stock in the ERP is {booked}, expected {expected}")
    wait_until(lambda: floor.gateway_stock() == expected, SNAPSHOT_WAIT_S)  # the last birth's snapshot is on its way
    if floor.gateway_stock() != expected:
        tally.differences.append(f"stock at the gateway is {floor.gateway_stock()}, expected {expected}")
    at_erp = dict(floor.erp_rows("SELECT card, state FROM card"))
    for card, (state, _) in floor.cards().items():
        if card in at_erp and at_erp[card] != state:
            tally.differences.append(f"{card}: {state} at the gateway, {at_erp[card]} at the ERP")
    report = floor.gateway.ask("verify")
    tally.differences += [f"verify: {finding}" for finding in report["findings"]]
