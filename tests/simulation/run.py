"""Days on the simulated floor: workload, faults and checkers share one seed.

python -m tests.simulation.run [days] [seed]
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.faults.report import Tally
from tests.simulation.checker import findings, sound
from tests.simulation.people import People
from tests.simulation.site import Site
from tests.simulation.trouble import Trouble
from tests.simulation.world import DAY_MS

SHM = "/dev/shm"


def live(seed: int, days: float) -> Tally:
    """One floor for so many days; every broken promise is a failure that names the seed."""
    tally = Tally(tried=1)
    with tempfile.TemporaryDirectory(dir=SHM) as place:
        site = Site(Path(place), seed)
        People(site)
        Trouble(site)
        site.agenda.run_until(site.world.now_ms + int(days * DAY_MS))
        site.come_to_rest()
        found = findings(site)
        site.close()
        for one in found + sound(site):
            tally.fail(f"seed {seed}: {one}")
        tally.counts = site.counts
        tally.counts["hours"] = int(days * 24)
    return tally


def attempt(seed: int, budget_s: float, days: float = 5.0) -> Tally:
    """For the long campaign: floors of some days each, one per core, until the time is over."""
    tally, cores = Tally(), os.cpu_count() or 1
    with ProcessPoolExecutor(cores) as pool:
        tasks = [(seed * 1_000_000 + core * 10_000, budget_s, days) for core in range(cores)]
        for found in pool.map(_attempt_alone, tasks):
            tally.add(found)
    return tally


def _attempt_alone(task: tuple[int, float, float]) -> Tally:
    first_seed, budget_s, days = task
    logging.disable()
    tally, began = Tally(), time.monotonic()
    while time.monotonic() - began < budget_s:
        tally.add(live(first_seed + tally.tried, days))
    return tally


def main(arguments: list[str]) -> int:
    logging.disable()
    days = float(arguments[0]) if arguments else 1.0
    seed = int(arguments[1]) if len(arguments) > 1 else int(time.time())
    print(f"seed {seed}")
    began = time.monotonic()
    tally = live(seed, days)
    took_s = time.monotonic() - began
    print(f"{tally}\n{days:g} days in {took_s:.1f} s: {days / took_s:.2f} days per second")
    return 1 if tally.broken else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
