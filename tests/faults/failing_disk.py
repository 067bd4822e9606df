"""The n-th sync, write or truncation fails, once or from then on (n-th failure, power cut included).

The real writer runs under strace, which answers the n-th call of a kind with an error instead of
making it. A second life on a sound disk follows. Then: whoever was told "stored" was told the
truth, every bin has exactly one event however often it was scanned again, the store verifies, and
no power cut at any point of both lives takes anything back: a failed sync leaves its pages in
doubt for ever, whatever later syncs of the same file say.

    python -m tests.faults.failing_disk <kind> <error> <once|forever> <n>
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import orjson

from gateway.store.verify import verify
from tests.faults.content import read_content
from tests.faults.mutants import NONE
from tests.faults.powerloss import IGNORED, Judge, crashes, scratch
from tests.faults.report import Tally
from tests.faults.rescans import tasks
from tests.faults.strace_log import Call, parse, run_traced

LIMIT_N = 2000
EVENT_OF = {"empty": "card_emptied", "full": "card_filled"}


@dataclass(frozen=True)
class Fault:
    """Which system call fails how, from the n-th on or only then."""

    kind: str  # fdatasync, pwrite64, ftruncate, fsync, unlink
    error: str  # EIO, ENOSPC
    forever: bool

    def expression(self, n: int) -> str:
        """In strace's own words."""
        return f"{self.kind}:error={self.error}:when={n}{'+' if self.forever else ''}"

    def __str__(self) -> str:
        return f"{self.kind} {self.error} {'from then on' if self.forever else 'once'}"


FAULTS = (
    Fault("fdatasync", "EIO", forever=False), Fault("fdatasync", "EIO", forever=True),
    Fault("pwrite64", "EIO", forever=False), Fault("pwrite64", "EIO", forever=True),
    Fault("pwrite64", "ENOSPC", forever=False), Fault("pwrite64", "ENOSPC", forever=True),
    Fault("ftruncate", "EIO", forever=False), Fault("ftruncate", "EIO", forever=True),
    Fault("unlink", "EIO", forever=False), Fault("fsync", "EIO", forever=True),
)  # fmt: skip


def one(fault: Fault, n: int, mutant: str, cuts: int, tally: Tally) -> bool:
    """One n: live, live again, judge. False when there was no n-th call to fail."""
    place = scratch()
    where = f"{fault}, n={n}"
    try:
        data_dir, acked, calls = place / "data", place / ".acked", list[Call]()
        injected = False
        for life, inject in enumerate(((fault.expression(n),), ())):
            log = place / f"life-{life}.log"
            modes = ["exit"] if (n + life) % 3 else []
            arguments = [str(data_dir), str(acked), str(life), *modes]
            run = run_traced(log, "tests.faults.rescans", arguments, mutant=mutant, inject=inject)
            if run.returncode != 0:
                tally.fail(f"{where}: life {life} ended with {run.returncode}: {run.stderr[-500:]}")
                return True
            injected = injected or "(INJECTED)" in log.read_text(encoding="ascii")
            calls += parse(log, data_dir, acked, IGNORED)
            if not fault.forever and (owed := _owed(acked)):
                tally.fail(f"{where}: not green again in the same life, {owed} bins were given up")
        tally.tried += 1
        for problem in _problems(data_dir, acked):
            tally.fail(f"{where}: {problem}")
        _cut_power(calls, place, Random(n), cuts, where, tally)
        return injected
    finally:
        shutil.rmtree(place)


def _owed(acked: Path) -> int:
    """How many bins the worker never got a good answer for."""
    lines = acked.read_text(encoding="utf-8").splitlines() if acked.exists() else []
    return len({f"{card} {action}" for card, action in tasks()} - {" ".join(line.split(" ")[2:]) for line in lines})


def _problems(data_dir: Path, acked: Path) -> Iterator[str]:
    """What is wrong after both lives."""
    try:
        content = read_content(data_dir)
        findings = verify(data_dir).findings
    except sqlite3.Error as error:
        yield f"unreadable: {error}"
        return
    if content is None:
        yield "there is no store"
        return
    if findings:
        yield f"verify: {findings}"
    told = {line.split(" ")[0] for line in acked.read_text(encoding="utf-8").splitlines()}
    if not told <= content.ids:
        yield f"lost what was answered: {sorted(told - content.ids)[:3]}"
    bodies = (orjson.loads(row[6]) for row in content.tables["journal"] if row[2] == "sig")
    happened = Counter((body["card"], body["t"]) for body in bodies)
    expected = Counter((card, EVENT_OF[action]) for card, action in tasks())
    if happened != expected:
        yield f"not exactly once: {dict(happened - expected)} too many, {dict(expected - happened)} missing"


def _cut_power(calls: Sequence[Call], place: Path, random: Random, cuts: int, where: str, tally: Tally) -> None:
    """Judge some of the disks that power cuts would have left."""
    found = Tally()
    judge = Judge(place, found, random)
    chance = cuts / (2.5 * len(calls))  # each call leaves two or three disks
    for made, image, told in crashes(calls, random, 1):
        if random.random() < chance:
            judge.look(image, told, f"{where}, power cut after call {made}")
    tally.counts["power cuts"] += found.tried
    tally.broken += found.broken
    tally.failures += found.failures[:3]


def attempt(
    faults: Sequence[Fault] = FAULTS, mutant: str = NONE, *, first: int = 1, step: int = 1, cuts: int = 25
) -> Tally:
    """n = first, first+step, ... for every fault, until there is no n-th call any more."""
    tally = Tally()
    for fault in faults:
        for n in range(first, LIMIT_N, step):
            if not one(fault, n, mutant, cuts, tally):
                break
            tally.counts[str(fault)] += 1
    return tally


if __name__ == "__main__":
    kind, error, mode, number = sys.argv[1:]
    total = Tally()
    one(Fault(kind, error, mode == "forever"), int(number), NONE, 200, total)
    print(total)
