"""A scripted shift on the real store and the real writer, for processes that will be mistreated.

    python -m tests.faults.workload <data dir> <acked file> <seed> <commits> <life> [threaded] [exit]

Every answer about a stored read is written as one line to the acked file, in the same system call
order in which a person would have seen it: `<read id> <verdict> <card> <action>`.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from random import Random

from gateway.model import Acknowledgement, Action, Decision, Event, Intake, MasterData, Outcome, Scan, Status, Verdict
from gateway.store.chain import ZERO_HASH
from gateway.store.outbox import OutboxReader
from gateway.store.writer import Done, Limits, Request
from gateway.view import View
from tests.store.rig import HandClock, Rig, toggle

CARDS = 12
CHECKPOINT_PAGES = 60
ANSWER_TIMEOUT_S = 20.0

_BEFORE = {Action.EMPTY: "FULL", Action.FULL: "EMPTY"}


def shelf(intake: Intake, view: View) -> Decision:
    """Bins on a shelf: emptying an empty bin changes nothing and is kept as evidence; the rest is `toggle`."""
    if isinstance(intake, MasterData):
        rows = list(intake.rows)
        change = {"dataset": intake.dataset, "version": intake.version, "etag": intake.etag, "set": rows, "del": []}
        return Decision((Event("masterdata_changed", "", "", {"md": change}),), Verdict(Status.OK, "MASTER_DATA"))
    if isinstance(intake, Acknowledgement):
        stream, items = intake.stream, intake.dispositions
        told = [{"st": stream, "n": item.n, "c": item.outcome, "code": item.code} for item in items]
        events = (Event("disposition_noted", "", "", {"dsp": members}) for members in told)
        return Decision(tuple(events), Verdict(Status.OK, "SETTLED"))
    if isinstance(intake, Scan) and intake.action in _BEFORE:
        known = view.card(intake.card)
        if (known.state if known else "FULL") != _BEFORE[intake.action]:
            body = {"card": intake.card}
            verdict = Verdict(Status.ALREADY, "ALREADY", card=intake.card)
            return Decision((Event("scan_duplicate", "", "", body),), verdict)
    return toggle(intake, view)


class Shift:
    """One life of the gateway process: open, work, end."""

    def __init__(self, data_dir: Path, acked: int, seed: int, life: int) -> None:
        clock = HandClock(wall_ms=1_790_000_000_000 + life * 3_600_000, mono_ms=5_000_000)
        clock.boot = f"b007{life:04x}"
        self.random = Random(seed * 1009 + life)
        limits = Limits(checkpoint_pages=CHECKPOINT_PAGES, batch=20)
        self.rig = Rig(data_dir, clock, decide=shelf, limits=limits)
        self.clock = clock
        self._acked = acked
        self._reader = OutboxReader(self.rig.store.database)
        self._version = life * 1000

    def work(self, commits: int) -> None:
        """Drive the writer by hand, one batch after the other."""
        for _ in range(commits):
            self.rig.writer.step(self._next_batch())
            self.clock.pass_time(self.random.randrange(5, 4000))
            if self.random.random() < 0.02:
                self.rig.store.checkpoint(truncate=True)

    def work_threaded(self, intakes: int) -> None:
        """Submit to the running writer, which groups what is queued into commits."""
        stop, answered = threading.Event(), threading.Semaphore(0)
        thread = threading.Thread(target=self.rig.writer.run, args=(stop,))
        thread.start()
        sent = 0
        while sent < intakes:
            for request in self._next_batch():
                self.rig.writer.submit(request.intake, self._count(request, answered))
                sent += 1
            if self.random.random() < 0.4:
                self.clock.pass_time(1200)  # settlements wait for the next commit, at most a second
                if not answered.acquire(timeout=ANSWER_TIMEOUT_S):
                    raise SystemExit("the writer does not answer")
                answered.release()
        stop.set()
        thread.join()

    def end(self, *, orderly: bool) -> None:
        """Close, or just vanish as a killed process does."""
        if orderly:
            self._reader.close()
            self.rig.close()
        os._exit(0)

    def _count(self, request: Request, answered: threading.Semaphore) -> Done:
        def done(outcome: Outcome) -> None:
            if request.done:
                request.done(outcome)
            answered.release()

        return done

    def _next_batch(self) -> list[Request]:
        dice = self.random.random()
        if dice < 0.10:
            return [Request(self._acknowledgement())]
        if dice < 0.13:
            return [Request(Acknowledgement(self.rig.store.view.epoch, "sig", 1_000_000, ZERO_HASH))]
        if dice < 0.17:
            self._version += 1
            row = {"id": f"K-{self.random.randrange(CARDS)}", "loop": "LP-1", "code": f"{self._version}"}
            return [Request(MasterData("cards", self._version, f"v{self._version}", (row,)))]
        batch = [self.scan_request() for _ in range(self.random.choice((1, 1, 1, 2, 3, 8)))]
        if self.random.random() < 0.2:
            batch.insert(self.random.randrange(len(batch) + 1), Request(self._acknowledgement()))
        return batch

    def scan_request(self, scan: Scan | None = None) -> Request:
        """A scan of a random bin whose answer is written down."""
        if scan is None:
            dice = self.random.random()
            card = "BAD" if dice < 0.03 else "SKIP" if dice < 0.06 else f"K-{self.random.randrange(CARDS)}"
            read = self.rig.read(card).read
            scan = Scan(read, self.random.choice((Action.EMPTY, Action.FULL, Action.SCAN)), card)

        def done(outcome: Outcome, scan: Scan = scan) -> None:
            if outcome.seqs or outcome.verdict.is_good:
                line = f"{scan.read.id} {outcome.verdict.code} {scan.card} {scan.action}\n"
                os.write(self._acked, line.encode())

        return Request(scan, done)

    def _acknowledgement(self) -> Acknowledgement:
        state = self._reader.streams()["sig"]
        window = self._reader.window("sig", state.cum, self.random.randrange(1, 9), 1_000_000)
        if window is None:
            return Acknowledgement(state.epoch, "sig", state.cum, state.cum_hash)
        return Acknowledgement(state.epoch, "sig", window.last, window.hash)


def main(arguments: list[str]) -> None:
    data_dir, acked, seed, commits, life, *modes = arguments
    file = os.open(acked, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    shift = Shift(Path(data_dir), file, int(seed), int(life))
    if "threaded" in modes:
        shift.work_threaded(int(commits))
    else:
        shift.work(int(commits))
    shift.end(orderly="exit" not in modes)


if __name__ == "__main__":
    main(sys.argv[1:])
