"""F24: passages of a simulated dock door against tracker, decision and store: directions, exceptions, false postings.

The seeds are printed: each day is made again by `tests.portal.dock_day.run_day(seed, EPISODES, …)`.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from tests.bench.figure import Figure, LossError, share
from tests.portal.dock_day import Day, run_day

SEED = 20_261_128
DAYS, EPISODES = 20, 110  # half of the days with light curtains
RIGHT, EXCEPTED, SILENT = 0.99, 0.03, 0.01


def measure(directory: Path) -> list[Figure]:
    """All days, on every core; a false posting makes the figure void."""
    seeds = range(SEED, SEED + DAYS)
    print(f"F24: days of {EPISODES} episodes, seeds {seeds[0]} to {seeds[-1]}, every second one with light curtains")
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        days = list(pool.map(partial(_day, directory), seeds))
    if wrong := [f"seed {day.seed}: {one}" for day in days for one in day.false_postings]:
        raise LossError(f"false postings: {wrong}")
    return _figures(days)


def _day(directory: Path, seed: int) -> Day:
    return run_day(seed, EPISODES, directory / str(seed), has_beams=seed % 2 == 0)


def _figures(days: list[Day]) -> list[Figure]:
    outcomes = [one for day in days for one in day.outcomes]
    clear = [one for day in days for one in day.clear]
    right = sum(one.is_right for one in clear) / len(clear)
    episodes, excepted = sum(day.episodes for day in days), sum(len(day.excepted) for day in days)
    ambiguous = sum(bool(one.fact.ambiguous) for one in outcomes)
    unsure = sum(bool(one.fact.unsure) for one in outcomes if not one.fact.ambiguous)
    silent = sum(len(day.silent) for day in days)
    waits, commits = [one for day in days for one in day.waits_ms], [one for day in days for one in day.commits_ms]
    rates = [one for day in days for one in day.rates_per_s]
    reads, peak = sum(day.reads for day in days), max(day.peak_per_s for day in days)
    what = f"dock door, {len(outcomes)} pallets, {reads} reads ({share(rates, 0.5):.0f}/s, at most {peak}/s)"
    of = f"of {len(clear)}; {ambiguous} more nobody could know"
    left = f"of {episodes} episodes; {unsure} pallets more nobody could name or call whole"
    return [
        Figure("F24", f"{what}: direction right", f"{right:.2%}", of, f">= {RIGHT:.0%}", right >= RIGHT),
        Figure("F24", "dock door: exceptions", f"{excepted / episodes:.2%}", left, f"<= {EXCEPTED:.0%}",
               excepted / episodes <= EXCEPTED),
        Figure("F24", "dock door: went through in silence", f"{silent / len(clear):.2%}", f"{silent} pallets", "<= 1%",
               silent <= SILENT * len(clear)),
        Figure("F24", "dock door: false postings", "0", f"of {len(waits)}", "0", True),
        Figure("F24", "dock door: last read to posting on disk", f"{share(waits, 0.5) / 1000:.1f} s",
               f"95 % {share(waits, 0.95) / 1000:.1f} s; the commit {share(commits, 0.5):.1f} ms"),
    ]  # fmt: skip
