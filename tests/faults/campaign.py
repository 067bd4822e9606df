"""The long campaign of faults, with the figures it proves.

    python -m tests.faults.campaign [--minutes N] [--seed S] [--only WORD] [--no-mutants]

Each entry gets its share of the time; a new one is one line in ENTRIES. Every attempt has a seed of its own, which
stands before whatever it found: `--only WORD --seed S --minutes 0` makes the first attempts of that entry again.
"""

from __future__ import annotations

import argparse
import logging
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from tests.codes.epc import random_epc
from tests.faults import (
    bit_flips,
    disk_full,
    failing_disk,
    hostile,
    hunt,
    kills,
    links,
    powerloss,
    readers,
    rest_links,
    unplugs,
)
from tests.faults.report import FAILURES_KEPT, Tally, table
from tests.simulation import run as simulation
from tests.two_gateways import table as two_gateways

CORES = os.cpu_count() or 1
WAITERS = 2 * CORES  # processes of an entry that waits more than it computes
MINUTES = 20.0
ATTEMPTS_LIMIT = 1_000_000  # of an entry; keeps the seeds of two campaigns apart
DISK_STATES = 5_000
DISK_STEP = 16  # the n-th call: coarse steps first, then the numbers in between

Attempt = Callable[[int], Tally]


@dataclass(frozen=True)
class Entry:
    """One kind of fault: what it is called, which figure it proves, its share of the time, one attempt with a seed."""

    name: str
    figure: str
    share: float
    attempt: Attempt
    processes: int = CORES
    parts: int = 0  # that many attempts are all there is to try, and all of them are made
    least: int = 1  # so many are made however long they take, when the campaign has its whole length
    show: Callable[[Tally, float], str] = lambda tally, took_s: ""  # what else it has to say


def _power_loss(seed: int) -> Tally:
    return powerloss.attempt(seed, DISK_STATES)


def _bit_flips(seed: int) -> Tally:
    return bit_flips.attempt(seed, 1500)


def _disk_full(seed: int) -> Tally:
    return disk_full.attempt(seed, 10)


def _failing_disk(seed: int) -> Tally:
    return failing_disk.attempt(first=1 + seed % DISK_STEP, step=DISK_STEP)


def _links(seed: int) -> Tally:
    with tempfile.TemporaryDirectory() as place:
        return links.run_links(Path(place), seed, 3)


def _rest_links(seed: int) -> Tally:
    with tempfile.TemporaryDirectory() as place:
        return rest_links.run_rest_links(Path(place), seed)


def _kills(seed: int) -> Tally:
    return _killed(seed, 25, "mqtt")


def _rest_kills(seed: int) -> Tally:
    return _killed(seed, 15, "rest")


def _killed(seed: int, count: int, carrier: str) -> Tally:
    with tempfile.TemporaryDirectory() as place:
        seen = kills.run_kills(Path(place), seed, count, cards=2000, carrier=carrier)
    bad, counts = seen.differences, seen.victims + Counter(greens=len(seen.emptied) + len(seen.filled))
    return Tally(seen.kills, len(bad), bad[:FAILURES_KEPT], counts)


def _unplugs(seed: int) -> Tally:
    with tempfile.TemporaryDirectory() as place:
        return unplugs.attempt(Path(place), seed, 50)


ENTRIES = (
    Entry("simulated floor, floors of five days", "F6", 0.32, simulation.attempt, least=simulation.FLOORS_OF_A_YEAR,
          show=simulation.show),
    Entry("power cuts, disk states", "F1", 0.14, _power_loss),
    Entry("hostile input, mutations", "F7", 0.20, hostile.attempt, least=hostile.ATTEMPTS),
    Entry("RFID readers that misbehave", "R2", 0.015, readers.attempt, WAITERS),
    Entry("random EPCs, another decoder", "F7", 0.0, random_epc.attempt, parts=random_epc.PARTS),
    Entry("kill -9, MQTT", "F2", 0.07, _kills, WAITERS),
    Entry("kill -9, REST", "F2", 0.06, _rest_kills, WAITERS),
    Entry("link faults, MQTT", "F5", 0.04, _links, WAITERS),
    Entry("link faults and false answers, REST", "F5", 0.04, _rest_links, WAITERS),
    Entry("two gateways, one card, every order", "K3", 0.03, two_gateways.attempt, parts=two_gateways.PARTS,
          show=two_gateways.show),
    Entry("bit flips", "F3", 0.03, _bit_flips),
    Entry("full disk", "F4", 0.025, _disk_full),
    Entry("scanner unplugged mid-frame", "F8", 0.025, _unplugs),
    Entry("failing disk, n-th call", "R1", 0.02, _failing_disk),
)  # fmt: skip


def run(entry: Entry, seed: int, minutes: float) -> Tally:
    """Attempts in several processes; none is begun when the time is over, and each that was begun ends."""
    tally = Tally()
    with ProcessPoolExecutor(entry.processes, initializer=logging.disable) as pool:
        waiting, running = _due(entry, seed, minutes), dict[Future[Tally], int]()
        while True:
            while len(running) < entry.processes and (number := next(waiting, None)) is not None:
                running[pool.submit(entry.attempt, number)] = number
            if not running:
                return tally
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                tally.add(_told(future, running.pop(future)))


def _due(entry: Entry, seed: int, minutes: float) -> Iterator[int]:
    """Seeds of attempts as long as there is time, or the numbers of all parts."""
    if entry.parts:
        yield from range(entry.parts)
        return
    end_s = time.monotonic() + minutes * 60 * entry.share
    least = entry.least if minutes >= MINUTES else 1
    for number in range(ATTEMPTS_LIMIT):
        if number >= least and time.monotonic() >= end_s:
            return
        yield seed * ATTEMPTS_LIMIT + number


def _told(future: Future[Tally], seed: int) -> Tally:
    """An attempt that fell over is a broken promise too: the others go on."""
    try:
        tally = future.result()
    except Exception as error:  # noqa: BLE001 - whatever it was, it belongs into the report
        tally = Tally(tried=1)
        tally.fail(f"{type(error).__name__}: {str(error)[:500]}")
    tally.failures = [f"seed {seed}: {failure}" for failure in tally.failures]
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--minutes", type=float, default=MINUTES, help="time for all entries together, mutants excluded"
    )
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", default="", metavar="WORD", help="entries with this word in their name, no mutants")
    parser.add_argument("--no-mutants", action="store_true")
    options = parser.parse_args()
    print(f"seed {options.seed}, {CORES} cores")
    rows, told, failures = [], [], []
    for entry in ENTRIES:
        if options.only not in entry.name:
            continue
        began = time.monotonic()
        tally = run(entry, options.seed, options.minutes)
        took_s = time.monotonic() - began
        counts = ", ".join(f"{name} {number:,}" for name, number in tally.counts.most_common(6))
        counts = "see below" if entry.parts else counts
        rows.append((entry.figure, entry.name, f"{tally.tried:,}", str(tally.broken), f"{took_s:.0f} s", counts))
        told += [text for text in [entry.show(tally, took_s)] if text]
        failures += [f"{entry.name}: {failure}" for failure in tally.failures]
        print("  ".join(rows[-1]), flush=True)
    print("\n" + table(("figure", "fault", "tried", "broken", "time", "of which"), rows))
    print("\n".join(["", *told, *failures]))
    survivors = 0
    if not (options.no_mutants or options.only):
        text, survivors = hunt.hunt_all(processes=CORES)
        print(f"\n{text}")
    return 1 if failures or survivors else 0


if __name__ == "__main__":
    raise SystemExit(main())
