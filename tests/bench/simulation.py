"""F6: how much of a floor's life the simulation lives through in a second, all faults included."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from tests.bench.figure import Figure, LossError
from tests.simulation.run import live

DAYS = 5.0
SEED = 20_261_122
TARGET_DAYS = 1.0  # per second


def measure(directory: Path) -> list[Figure]:
    """One floor, one thread; the checkers' findings make the figure void."""
    logging.disable()
    try:
        began = time.perf_counter()
        tally = live(SEED, DAYS)
        took_s = time.perf_counter() - began
    finally:
        logging.disable(logging.NOTSET)
    if tally.broken:
        raise LossError(str(tally))
    rate = DAYS / took_s
    what = f"simulated floor, {tally.counts['scans']} scans in {DAYS:g} days, one thread"
    return [Figure("F6", what, f"{rate:.2f} days/s", "", ">= 1 day/s", rate >= TARGET_DAYS)]
