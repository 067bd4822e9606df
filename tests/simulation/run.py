"""Days on the simulated floor: workload, faults and checkers share one seed.

python -m tests.simulation.run [days] [seed]
"""

from __future__ import annotations

import logging
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from gateway.collector import relieve_collector
from tests.faults.report import Tally
from tests.simulation.checker import findings, sound
from tests.simulation.people import People
from tests.simulation.site import Site
from tests.simulation.trouble import Trouble
from tests.simulation.world import DAY_MS

SHM = "/dev/shm"
CAMPAIGN_DAYS = 5
FLOORS_OF_A_YEAR = -(-365 // CAMPAIGN_DAYS)


def live(seed: int, days: float) -> Tally:
    """One floor for so many days; every broken promise is a failure."""
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
            tally.fail(one)
        tally.counts = site.counts
    return tally


def attempt(seed: int) -> Tally:
    """For the long campaign, in a process of its own, with the daemon's settings of the collector."""
    relieve_collector()
    began = time.process_time()
    tally = live(seed, CAMPAIGN_DAYS)
    used_ms = int((time.process_time() - began) * 1000)
    tally.counts = Counter({"days": CAMPAIGN_DAYS, "processor ms": used_ms}) + tally.counts
    return tally


def show(tally: Tally, took_s: float) -> str:
    """How much of a floor's life was lived through; floors share nothing, so each core has its own."""
    days, used_s = tally.counts["days"], tally.counts["processor ms"] / 1000
    return (
        f"F6: {days:,} days of a floor ({days / 365:.2f} years) with {tally.counts['scans']:,} scans in {took_s:.0f} s,"
        f" one process per core: {days / took_s:.2f} days per second,"
        f" {days / used_s:.2f} per second that a processor worked"
    )


def main(arguments: list[str]) -> int:
    logging.disable()
    relieve_collector()
    days = float(arguments[0]) if arguments else 1.0
    seed = int(arguments[1]) if len(arguments) > 1 else int(time.time())
    print(f"seed {seed}")
    began, worked = time.monotonic(), time.process_time()
    tally = live(seed, days)
    took_s, used_s = time.monotonic() - began, time.process_time() - worked
    print(f"{tally}\n{days:g} days in {took_s:.1f} s: {days / took_s:.2f} days per second", end=", ")
    print(f"{days / used_s:.2f} per second that the processor worked")
    return 1 if tally.broken else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
