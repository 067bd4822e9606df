"""A worker who scans every bin again until the answer is good, whatever the disk does meanwhile.

    python -m tests.faults.rescans <data dir> <acked file> <life> [exit]

Bins with an even number are emptied, then filled. What earlier lives were told is read from the
acked file, so a later life goes on with what is still owed.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from gateway.errors import GatewayError
from gateway.model import Action, Outcome, Scan
from gateway.store.writer import Limits, Request
from tests.faults.workload import shelf
from tests.store.rig import HandClock, Rig

BINS = 8
TRIES = 8  # then the worker gives up until the next life
STARTS = 6
PAUSE_MS = 300
CHECKPOINT_PAGES = 24

Task = tuple[str, Action]


def tasks() -> Iterator[Task]:
    """Every emptying and filling of the day."""
    for number in range(BINS):
        yield f"K-{number}", Action.EMPTY
        if number % 2 == 0:
            yield f"K-{number}", Action.FULL


def start(data_dir: Path, clock: HandClock) -> Rig | None:
    """Start the store, again and again as a service manager does; None when it never works."""
    for _ in range(STARTS):
        try:
            return Rig(data_dir, clock, decide=shelf, limits=Limits(checkpoint_pages=CHECKPOINT_PAGES))
        except (GatewayError, OSError):
            clock.pass_time(PAUSE_MS)
    return None


def insist(rig: Rig, clock: HandClock, task: Task, acked: int) -> None:
    """Scan until the answer is good; each good answer is written down."""
    for _ in range(TRIES):
        scan = Scan(rig.read(task[0]).read, task[1], task[0])

        def done(outcome: Outcome, scan: Scan = scan) -> None:
            if outcome.seqs or outcome.verdict.is_good:
                line = f"{scan.read.id} {outcome.verdict.code} {scan.card} {scan.action}\n"
                os.write(acked, line.encode())

        (outcome,) = rig.writer.step([Request(scan, done)])
        clock.pass_time(PAUSE_MS)
        if outcome.verdict.is_good:
            return


def main(arguments: list[str]) -> None:
    data_dir, acked, life, *modes = arguments
    path = Path(acked)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    told = {tuple(line.split(" ")[2:]) for line in lines}
    file = os.open(acked, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    clock = HandClock(wall_ms=1_790_000_000_000 + int(life) * 3_600_000)
    clock.boot = f"b007{int(life):04x}"
    rig = start(Path(data_dir), clock)
    if rig is not None:
        for task in tasks():
            if task not in told:
                insist(rig, clock, task, file)
        if "exit" not in modes:
            rig.close()
    os._exit(0)


if __name__ == "__main__":
    logging.disable()
    main(sys.argv[1:])
