"""The long campaign of faults, with the figures it proves.

    python -m tests.faults.campaign [--minutes N] [--seed S]

Each entry gets its share of the time; a new one is one line in ENTRIES.
"""

from __future__ import annotations

import argparse
import logging
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.faults import bit_flips, disk_full, failing_disk, hunt, kills, links, powerloss, unplugs
from tests.faults.report import FAILURES_KEPT, Tally, table
from tests.simulation import run as simulation
from tests.two_gateways import table as two_gateways

Run = Callable[[int, float], Tally]


@dataclass(frozen=True)
class Entry:
    """One kind of fault: what it is called, which figure it proves, its share of the time, how it runs."""

    name: str
    figure: str
    share: float
    run: Run  # (seed, seconds) -> tally


def _power_loss(seed: int, budget_s: float) -> Tally:
    """One process per core, each with seeds of its own."""
    tally, cores = Tally(), os.cpu_count() or 1
    with ProcessPoolExecutor(cores) as pool:
        for found in pool.map(_power_loss_alone, [(seed * 100 + core, budget_s) for core in range(cores)]):
            tally.add(found)
    return tally


def _power_loss_alone(task: tuple[int, float]) -> Tally:
    return powerloss.attempt(task[0], 100_000_000, deadline_s=task[1])


def _bit_flips(seed: int, budget_s: float) -> Tally:
    return _repeat(lambda number: bit_flips.attempt(seed + number, 3000), budget_s)


def _disk_full(seed: int, budget_s: float) -> Tally:
    return _repeat(lambda number: disk_full.attempt(seed + number, 20), budget_s)


def _failing_disk(seed: int, budget_s: float) -> Tally:
    """Every n once the time allows it: coarse steps first, then the numbers in between."""
    step = 16
    return _repeat(lambda number: failing_disk.attempt(first=1 + (number + seed) % step, step=step), budget_s, step)


def _links(seed: int, budget_s: float) -> Tally:
    def run(number: int) -> Tally:
        with tempfile.TemporaryDirectory() as place:
            passed = links.run_links(Path(place), seed + number, 3)
        bad = passed.differences
        return Tally(passed.schedules, len(bad), bad[:FAILURES_KEPT], Counter(events=passed.events))

    return _repeat(run, budget_s)


def _kills(seed: int, budget_s: float) -> Tally:
    def run(number: int) -> Tally:
        with tempfile.TemporaryDirectory() as place:
            seen = kills.run_kills(Path(place), seed + number, 50)
        bad, counts = seen.differences, Counter(emptied=len(seen.emptied), filled=len(seen.filled), scans=seen.tries)
        return Tally(seen.kills, len(bad), bad[:FAILURES_KEPT], counts)

    return _repeat(run, budget_s)


def _unplugs(seed: int, budget_s: float) -> Tally:
    def run(number: int) -> Tally:
        with tempfile.TemporaryDirectory() as place:
            return unplugs.attempt(Path(place), seed + number, 100)

    return _repeat(run, budget_s)


def _repeat(run: Callable[[int], Tally], budget_s: float, at_most: int = 1_000_000) -> Tally:
    tally, began = Tally(), time.monotonic()
    for number in range(at_most):
        tally.add(run(number))
        if time.monotonic() - began >= budget_s:
            break
    return tally


ENTRIES = (
    Entry("power cuts, disk states", "F1", 0.30, _power_loss),
    Entry("kill -9 of gateway, broker, ERP", "F2", 0.10, _kills),
    Entry("bit flips", "F3", 0.10, _bit_flips),
    Entry("full disk", "F4", 0.05, _disk_full),
    Entry("link faults, seven toxics", "F5", 0.05, _links),
    Entry("scanner unplugged mid-frame", "F8", 0.05, _unplugs),
    Entry("two gateways, one card, every order", "K3", 0.10, two_gateways.attempt),
    Entry("simulated floor, days of five", "F6", 0.15, simulation.attempt),
    Entry("failing disk, n-th call", "R1", 0.10, _failing_disk),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20.0, help="time for all entries together, mutants excluded")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--no-mutants", action="store_true")
    options = parser.parse_args()
    logging.disable()
    print(f"seed {options.seed}")
    rows, failures = [], []
    for entry in ENTRIES:
        began = time.monotonic()
        tally = entry.run(options.seed, options.minutes * 60 * entry.share)
        took = f"{time.monotonic() - began:.0f} s"
        counts = ", ".join(f"{name} {number}" for name, number in tally.counts.most_common(6))
        rows.append((entry.figure, entry.name, f"{tally.tried:,}", str(tally.broken), took, counts))
        failures += [f"{entry.name}: {failure}" for failure in tally.failures]
        print("\t".join(rows[-1]), flush=True)
    print("\n" + table(("figure", "fault", "tried", "broken", "time", "of which"), rows))
    print("\n".join(failures))
    survivors = 0
    if not options.no_mutants:
        text, survivors = hunt.hunt_all()
        print(f"\n{text}")
    return 1 if failures or survivors else 0


if __name__ == "__main__":
    raise SystemExit(main())
