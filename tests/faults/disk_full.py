"""A real file system without space: red, the last batch still stored, green again by itself (figure F4).

    unshare -Urm python -m tests.faults.disk_full <seed> <rounds>

The process mounts a small file system of its own, which goes away with it.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from random import Random

from gateway.clock import SystemClock
from gateway.errors import GatewayError
from gateway.model import Outcome
from gateway.store.verify import verify
from gateway.store.writer import Condition, Limits, Writer
from tests.faults.content import read_content
from tests.faults.mutants import NONE
from tests.faults.report import Tally
from tests.faults.strace_log import ROOT
from tests.faults.workload import shelf
from tests.store.rig import Rig

DISK_KIB = 3072
ROUND_KIB = 256  # what one round stores at most
BALLAST_KIB = 256
ROOM_KIB = 96  # what the filler leaves at first
RED_WITHIN_S = 1.0
GREEN_WITHIN_S = 1.0
ANSWER_WITHIN_S = 20.0
TIMEOUT_S = 120.0


class Floor:
    """The real writer in its thread on a small disk, and somebody who scans."""

    def __init__(self, data_dir: Path, tally: Tally) -> None:
        self._filler = data_dir.parent / "filler"
        self._tally = tally
        self.stored: set[str] = set()
        limits = Limits(batch=5, checkpoint_pages=300)
        self.rig = Rig(data_dir, SystemClock(), decide=shelf, ballast_kib=BALLAST_KIB, limits=limits)
        self.ballast = data_dir / "ballast"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.rig.writer.run, args=(self._stop,))
        self._thread.start()

    @property
    def writer(self) -> Writer:
        return self.rig.writer

    @property
    def alarms(self) -> int:
        """How often somebody was told that the disk is full."""
        return sum(code == "STORE_FULL" for code, _ in self.rig.warnings)

    def fill(self, leave_kib: int) -> None:
        """Leave so much room on the disk, no more."""
        with self._filler.open("ab") as file:
            while (free := _free_kib(self._filler)) > leave_kib:
                file.write(bytes(min(free - leave_kib, 64) * 1024))
                file.flush()

    def make_space(self) -> None:
        self._filler.unlink()

    def scan(self, card: str) -> tuple[Outcome, float]:
        """One scan and how long its answer took, in seconds."""
        answer: list[Outcome] = []
        answered = threading.Event()
        scan, began = self.rig.read(card), time.monotonic()

        def done(outcome: Outcome) -> None:
            answer.append(outcome)
            answered.set()

        self.writer.submit(scan, done)
        if not answered.wait(ANSWER_WITHIN_S):
            raise RuntimeError("no answer from the writer")
        outcome = answer[0]
        if outcome.seqs or outcome.verdict.is_good:
            self.stored.add(scan.read.id)
        return outcome, time.monotonic() - began

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self.rig.close()


def one_round(floor: Floor, random: Random, tally: Tally) -> None:
    """Fill the disk, scan until red, see that it stays honest, give space back, see green."""
    if not floor.ballast.exists():
        tally.fail("the ballast was not taken")
    floor.fill(ROOM_KIB + random.randrange(0, 64, 4))
    greens = 0
    while True:
        alarms = floor.alarms
        outcome, took_s = floor.scan(f"K-{greens % 7}")
        if not outcome.verdict.is_good:
            if floor.alarms > alarms:
                tally.fail("the batch that found the disk full was not stored in the ballast's room")
            break
        greens += 1
        if greens > 5000:
            tally.fail("never red, although the disk is full")
            return
    if took_s > RED_WITHIN_S:
        tally.fail(f"red only after {took_s:.2f} s")
    if floor.ballast.exists() or not floor.alarms:
        tally.fail("the ballast was not released, or nobody was told that the disk is full")
    reds = sum(not floor.scan("K-1")[0].verdict.is_good for _ in range(20))
    tally.counts["green"] += greens
    tally.counts["red"] += reds + 1
    resume(floor, tally)


def resume(floor: Floor, tally: Tally) -> None:
    """Give the space back and wait for the first green."""
    floor.make_space()
    freed = time.monotonic()
    while not floor.scan("K-1")[0].verdict.is_good:
        if time.monotonic() - freed > 10 * GREEN_WITHIN_S:
            tally.fail("not green again although there is space")
            return
        time.sleep(0.01)
    if time.monotonic() - freed > GREEN_WITHIN_S:
        tally.fail(f"green only {time.monotonic() - freed:.2f} s after there was space")
    if floor.writer.condition is not Condition.HEALTHY or not floor.ballast.exists():
        tally.fail("the ballast was not taken again")


def judge(data_dir: Path, stored: set[str], tally: Tally) -> None:
    """Everything that was answered as stored is there, and the store is sound."""
    content = read_content(data_dir)
    ids = content.ids if content else set()
    if not stored <= ids:
        tally.fail(f"lost what was answered: {len(stored - ids)} of {len(stored)}")
    if findings := verify(data_dir).findings:
        tally.fail(f"verify: {findings}")


def inside(seed: int, rounds: int) -> Tally:
    """Run on a file system of our own; needs the right to mount one."""
    tally, random = Tally(), Random(seed)
    with tempfile.TemporaryDirectory() as place:
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_KIB + rounds * ROUND_KIB}k", "none", place]
        subprocess.run(command, check=True)
        try:
            floor = Floor(Path(place) / "data", tally)
            try:
                for _ in range(rounds):
                    tally.tried += 1
                    one_round(floor, random, tally)
                    if tally.broken:
                        break
            finally:
                floor.close()
            judge(Path(place) / "data", floor.stored, tally)
        except (GatewayError, RuntimeError, OSError) as error:
            tally.fail(f"the gateway gave up: {error!r}")
        finally:
            subprocess.run(["umount", "-l", place], check=True)
    return tally


def attempt(seed: int, rounds: int, mutant: str = NONE) -> Tally:
    """Run `inside` in a mount namespace of its own."""
    spaces = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    module = "tests.faults.disk_full"
    command = [*spaces, sys.executable, "-m", "tests.faults.mutants", mutant, module, str(seed), str(rounds)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    if run.returncode != 0:
        raise RuntimeError(f"the disk-full process failed:\n{run.stderr[-2000:]}")
    return Tally.parse(run.stdout)


def _free_kib(path: Path) -> int:
    space = os.statvfs(path.parent)
    return space.f_bavail * space.f_frsize // 1024


if __name__ == "__main__":
    logging.disable()
    print(inside(int(sys.argv[1]), int(sys.argv[2])).as_json())
