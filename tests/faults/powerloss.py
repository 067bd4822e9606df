"""Cut the power at every point of a real writer's life and look at what is left (figure F1).

The real writer works under strace; its calls are replayed on a model of the disk (disk_model.py).
After each call the possible disks are written out, opened, and judged: everything answered green
is there, the store verifies, nothing is doubled, no sequence has a gap, the tables equal the fold.

    python -m tests.faults.powerloss <seed> <states> [mutant]
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from gateway.errors import GatewayError
from gateway.store.connection import DATABASE
from gateway.store.verify import verify
from gateway.store.witness import read_witness
from tests.faults.content import read_content
from tests.faults.disk_model import Disk, Image
from tests.faults.mutants import NONE
from tests.faults.report import Tally
from tests.faults.strace_log import Call, Op, parse, run_traced
from tests.faults.workload import shelf
from tests.store.rig import HandClock, Rig

IGNORED = ("ballast", "gateway.lock", "-shm", ".acked")  # no content anybody relies on
STATES_PER_RECORDING = 5000
COMMITS = 14  # per life: short lives keep the images small and the replay fast
OPENED_EVERY = 80  # one in so many states goes through a whole start of the store, with a scan
INTEGRITY_EVERY = 12
LIVES = ((), ("exit",), ("threaded",), ("threaded", "exit"), ())


@dataclass(frozen=True)
class Recording:
    """What several lives of the gateway asked the disk to do."""

    calls: list[Call]
    final: Image


def scratch() -> Path:
    """A directory in memory if there is one: the images are many and short-lived."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="kgw-", dir=memory if memory.is_dir() else None))


def record(seed: int, mutant: str = NONE, lives: Sequence[Sequence[str]] = LIVES, commits: int = COMMITS) -> Recording:
    """Let the real writer live several lives in one directory, under strace."""
    place = scratch()
    try:
        data_dir, acked, calls = place / "data", place / ".acked", []
        for life, modes in enumerate(lives):
            log = place / f"life-{life}.log"
            arguments = [str(data_dir), str(acked), str(seed), str(commits), str(life), *modes]
            run = run_traced(log, "tests.faults.workload", arguments, mutant=mutant)
            if run.returncode != 0:
                raise RuntimeError(f"the workload of seed {seed} failed in life {life}:\n{run.stderr[-3000:]}")
            calls += parse(log, data_dir, acked, IGNORED)
        files = (path for path in data_dir.iterdir() if not path.name.endswith(IGNORED))
        return Recording(calls, {path.name: path.read_bytes() for path in files})
    finally:
        shutil.rmtree(place)


def model_error(recording: Recording) -> str:
    """Why the model is wrong about what was really on the disk in the end; empty when it is right."""
    disk = Disk()
    for call in recording.calls:
        disk.apply(call)
    modelled = disk.everything()
    names = modelled.keys() | recording.final.keys()
    differing = [name for name in names if modelled.get(name) != recording.final.get(name)]
    return f"the model differs from the disk in {sorted(differing)}" if differing else ""


def crashes(calls: Sequence[Call], random: Random, selections: int) -> Iterator[tuple[int, Image, list[str]]]:
    """Every prefix of the calls with the disks it may leave: (calls made, image, lines told so far)."""
    disk, told = Disk(), list[str]()
    for made, call in enumerate(calls, 1):
        disk.apply(call)
        if call.op is Op.MARK:
            told += call.data.decode().splitlines()
        if call.op in (Op.SYNC, Op.MARK, Op.UNLINK, Op.CREATE):
            yield made, disk.only_certain(), told
        if disk.is_settled:
            continue
        if call.op is not Op.MARK:
            yield made, disk.everything(), told
        for _ in range(selections):
            yield made, disk.something(random), told


class Judge:
    """Writes an image out and tells whether every promise holds on it."""

    def __init__(self, place: Path, tally: Tally, random: Random) -> None:
        self._dir = place / "crash"
        self._tally = tally
        self._random = random
        self._known: dict[object, tuple[str, set[str]]] = {}

    def look(self, image: Image, told: Sequence[str], where: str) -> None:
        """Judge one disk; failures go to the tally."""
        self._write(image)
        self._tally.tried += 1
        for problem in self._problems(image, {line.split(" ")[0] for line in told}):
            self._tally.fail(f"{where}: {problem}")

    def _write(self, image: Image) -> None:
        if self._dir.exists():
            for path in self._dir.iterdir():
                path.unlink()
        else:
            self._dir.mkdir()
        for name, data in image.items():
            (self._dir / name).write_bytes(data)

    def _problems(self, image: Image, told: set[str]) -> Iterator[str]:
        hot = f"{DATABASE}-journal" in image
        try:
            content = read_content(self._dir, writable=hot) if image.get(DATABASE) else None
            if content is not None and self._tally.tried % INTEGRITY_EVERY == 0:
                yield from self._damage()
        except sqlite3.Error as error:
            yield f"unreadable: {error}"
            return
        ids: set[str] = set()
        if content is not None and content.tables["meta"]:
            key = (content.digest, read_witness(self._dir))
            if key not in self._known:
                self._known[key] = ("; ".join(verify(self._dir).findings), content.ids)
            findings, ids = self._known[key]
            if findings:
                yield f"verify: {findings}"
        if not told <= ids:
            yield f"lost what was answered: {sorted(told - ids)[:3]}"
        if self._tally.tried % OPENED_EVERY == 0:
            yield from self._start(ids)

    def _damage(self) -> Iterator[str]:
        connection = sqlite3.connect(f"file:{self._dir / DATABASE}?mode=ro", uri=True)
        try:
            for (text,) in connection.execute("PRAGMA integrity_check(3)").fetchall():
                if text != "ok":
                    yield f"integrity: {text}"
        finally:
            connection.close()

    def _start(self, before: set[str]) -> Iterator[str]:
        """The real start: no false alarm, nothing gone, and the next scan is green."""
        self._tally.counts["started"] += 1
        try:
            rig = Rig(self._dir, HandClock(), decide=shelf, ballast_kib=0)
            notes = [note for note in rig.store.notes if note[0] != "WITNESS_MISSING"]
            (outcome,) = rig.scan(f"K-{self._random.randrange(12)}")
            rig.close()
        except (GatewayError, sqlite3.Error, OSError) as error:
            yield f"does not start: {error!r}"
            return
        if notes:
            yield f"a false alarm at start: {notes}"
        if not outcome.verdict.is_good:
            yield f"the first scan after the start was answered {outcome.verdict}"
        after = read_content(self._dir)
        if after is None or not before <= after.ids:
            yield "the start lost events"
        if findings := verify(self._dir).findings:
            yield f"after a start and a scan: {findings}"


def replay(recording: Recording, seed: int, states: int, tally: Tally, *, until_broken: bool = False) -> None:
    """Judge about `states` disks of a recording, spread over all its calls."""
    random, place = Random(seed), scratch()
    per_call = max(1, round(states / max(1, len(recording.calls))) - 1)
    try:
        judge = Judge(place, tally, random)
        for number, (made, image, told) in enumerate(crashes(recording.calls, random, per_call)):
            if number >= states or (until_broken and tally.broken):
                break
            judge.look(image, told, f"seed {seed}, power cut after call {made}")
    finally:
        shutil.rmtree(place)


def attempt(
    seed: int, states: int, mutant: str = NONE, *, deadline_s: float = 3600.0, until_broken: bool = False
) -> Tally:
    """Record and replay until `states` disks were judged or the time is over, or something is `broken` already."""
    tally, began, round_ = Tally(), time.monotonic(), 0
    while tally.tried < states and time.monotonic() - began < deadline_s:
        recording = record(seed * 1000 + round_, mutant)
        if error := model_error(recording):
            tally.fail(f"seed {seed}: {error}")
        left = min(STATES_PER_RECORDING, states - tally.tried)
        replay(recording, seed * 1000 + round_, left, tally, until_broken=until_broken)
        tally.counts["recordings"] += 1
        tally.counts["answers"] += sum(call.op is Op.MARK for call in recording.calls)
        round_ += 1
        if until_broken and tally.broken:
            break
    return tally


if __name__ == "__main__":
    print(attempt(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:4]))
