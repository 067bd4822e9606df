"""F6: how much of a floor's life the simulation lives through in a second, all faults included."""

from __future__ import annotations

import logging
import os
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.bench.figure import Figure, LossError
from tests.simulation.run import CAMPAIGN_DAYS, attempt

SEED = 20_261_122
TARGET_DAYS = 1.0  # per second


def measure(directory: Path) -> list[Figure]:
    """A floor per core, each in one thread; the checkers' findings make the figure void."""
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores, initializer=logging.disable) as pool:
        began = time.perf_counter()
        tallies = list(pool.map(attempt, range(SEED, SEED + cores)))
        took_s = time.perf_counter() - began
    if broken := [str(tally) for tally in tallies if tally.broken]:
        raise LossError("; ".join(broken))
    rate = cores * CAMPAIGN_DAYS / took_s
    scans = sum(tally.counts["scans"] for tally in tallies)
    what = f"simulated floor, {scans} scans in {cores * CAMPAIGN_DAYS} days, {cores} floors of one thread each"
    used_s = sum(tally.counts["processor ms"] for tally in tallies) / 1000
    detail = f"{rate / cores:.2f} a floor, {cores * CAMPAIGN_DAYS / used_s:.2f} per second that a processor worked"
    return [Figure("F6", what, f"{rate:.2f} days/s", detail, ">= 1 day/s", rate >= TARGET_DAYS)]
