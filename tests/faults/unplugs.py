"""A scanner unplugged in the middle of a frame and plugged in again under another name (figure F8)."""

from __future__ import annotations

import random
from pathlib import Path

from firmware_sim.scanner import Answer
from tests.end_to_end.floor import Floor
from tests.faults.report import Tally


def attempt(directory: Path, seed: int, cycles: int) -> Tally:
    """Every code that was sent whole is one order; half of one is never glued to the next."""
    chance = random.Random(seed)
    tally = Tally()
    with Floor(directory, cards=cycles, answer_within_s=0.5) as floor:
        scanner = floor.consume
        for number in range(cycles):
            frame = scanner.profile.frame(floor.code(f"K-{number:04d}").encode(), "]Q1")
            scanner.send_raw(frame[: chance.randint(0, len(frame) - 1)])
            scanner.unplug()
            scanner.plug()
            answer, _ = scanner.scan_until_green(floor.code(f"K-{number:04d}"), pause_s=0.02)
            tally.tried += 1
            if answer is not Answer.ACK:
                tally.fail(f"cycle {number}: no green after the scanner came back")
        floor.settle()
        orders = floor.orders()
        for number in range(cycles):
            if orders.get(f"K-{number:04d}", 0) != 1:
                tally.fail(f"K-{number:04d}: {orders.get(f'K-{number:04d}', 0)} orders, expected 1")
        tally.counts["refused halves"] = len(floor.events("scan_refused"))
        tally.failures += floor.gateway.ask("verify")["findings"]
    return tally
