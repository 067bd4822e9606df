"""Hunting mutants: each method, run on mutated code, must report broken promises.

python -m tests.faults.hunt [mutant ...]
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.faults import disk_full, failing_disk, powerloss
from tests.faults.failing_disk import Fault
from tests.faults.mutant import Mutant
from tests.faults.mutants import MUTANTS
from tests.faults.report import Tally, table
from tests.faults.strace_log import ROOT

SEED = 1
STATES = 1500
FLIPS = 1500
FLIP_TIMEOUT_S = 240.0
TESTS_TIMEOUT_S = 240.0

_SYNC_FAILS = Fault("fdatasync", "EIO", forever=True)
_SYNC_FAILS_ONCE = Fault("fdatasync", "EIO", forever=False)


def _power_loss(mutant: str) -> Tally:
    return powerloss.attempt(SEED, STATES, mutant, until_broken=True)


def _bit_flips(mutant: str) -> Tally:
    """In a child process: what is mutated here is what does the checking."""
    arguments = ["tests.faults.mutants", mutant, "tests.faults.bit_flips", str(SEED), str(FLIPS), "until-broken"]
    command = [sys.executable, "-m", *arguments]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=FLIP_TIMEOUT_S, check=False)
    if run.returncode != 0:
        raise RuntimeError(f"the bit flips failed on {mutant}:\n{run.stderr[-2000:]}")
    return Tally.parse(run.stdout)


def _disk_full(mutant: str) -> Tally:
    return disk_full.attempt(SEED, 1, mutant)


def _failing_disk(mutant: str) -> Tally:
    """A few n are enough: the store is open by then, and commits follow."""
    tally = Tally()
    for n in (6, 17, 20, 23):
        for fault in (_SYNC_FAILS, _SYNC_FAILS_ONCE):
            if not tally.broken:
                failing_disk.one(fault, n, mutant, 60, tally)
    return tally


def _tests(path: str, mutant: str) -> Tally:
    """The project's own tests at `path` on mutated code: every failing one is a broken promise."""
    options = ["-q", "-x", "-p", "no:cacheprovider", "--hypothesis-profile=hunt"]
    command = [sys.executable, "-m", "tests.faults.mutants", mutant, "pytest", *options, path]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=TESTS_TIMEOUT_S, check=False)
    if run.returncode not in (0, 1):
        raise RuntimeError(f"{path} could not run on {mutant}:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
    tally = Tally(tried=1)
    if run.returncode:
        failed = [line for line in run.stdout.splitlines() if line.startswith("FAILED")]
        tally.fail((failed or run.stdout.splitlines())[-1])
    return tally


HUNTERS: dict[str, Callable[[str], Tally]] = {
    "power loss": _power_loss,
    "bit flips": _bit_flips,
    "disk full": _disk_full,
    "failing disk": _failing_disk,
}


def hunt(mutant: Mutant) -> Tally:
    """What the mutant's method says about it; `broken` is 0 when it survived."""
    if mutant.hunter.startswith("tests/"):
        return _tests(mutant.hunter, mutant.name)
    return HUNTERS[mutant.hunter](mutant.name)


def hunt_all(mutants: Sequence[Mutant] = MUTANTS, processes: int = 1) -> tuple[str, int]:
    """A table of all mutants with who killed them, and how many survived."""
    rows, survivors = [], 0
    with ProcessPoolExecutor(processes) as pool:
        for mutant, tally in zip(mutants, pool.map(hunt, mutants), strict=True):
            survivors += not tally.broken
            evidence = tally.failures[0][:90] if tally.failures else ""
            rows.append((mutant.name, mutant.breaks, mutant.hunter, "killed" if tally.broken else "SURVIVED", evidence))
    head = ("mutant", "what it breaks", "method", "", "first evidence")
    return f"{table(head, rows)}\n{len(rows)} mutants, {survivors} survived", survivors


if __name__ == "__main__":
    wanted = set(sys.argv[1:])
    text, surviving = hunt_all([mutant for mutant in MUTANTS if not wanted or mutant.name in wanted])
    print(text)
    raise SystemExit(1 if surviving else 0)
