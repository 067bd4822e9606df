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
    return tally


def attempt(seed: int, budget_s: float, days: float = 5.0) -> Tally:
    """For the long campaign: floors of some days each until the time is over."""
    tally, began, lived = Tally(), time.monotonic(), 0.0
    while time.monotonic() - began < budget_s:
        tally.add(live(seed * 1000 + tally.tried, days))
        lived += days
    tally.counts = Counter({"days": int(lived), **tally.counts})
    tally.counts["scans"] += 0
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
