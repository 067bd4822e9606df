"""The single writer: group commit, `decide` inside the transaction, a savepoint per scan.

Whatever is queued when the previous fsync returns becomes the next commit: no timer when idle,
large batches under load. Under load a few milliseconds lie between two commits, or every read
would keep all threads busy by itself. Answers are given after the commit and never before (promise R1).
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from queue import Empty, SimpleQueue

from gateway.clock import Clock, JumpWatch, SyncWatch
from gateway.errors import BusyError, StoreCorruptError, StoreError
from gateway.model import (
    Acknowledgement,
    Intake,
    Notice,
    Outcome,
    Status,
    Tick,
    Verdict,
)  # fmt: skip
from gateway.store.commit import Committed, Committer, Decider, Follower, nothing_follows
from gateway.store.connection import PAGE_BYTES
from gateway.store.store import Store

_LOG = logging.getLogger(__name__)

Done = Callable[[Outcome], None]

SETTLE_DELAY_MS = 1000  # an acknowledgement rides on the next commit, at most this much later
HEAL_INTERVAL_MS = 250  # how often a full or failing disk is tried again
IDLE_WAIT_S = 0.1
GATHER_MS = 3  # between commits under load; a read that comes after a pause is committed at once
GATHERED_READS = 32  # enough for a commit of their own
FRAME_BYTES = PAGE_BYTES + 24  # one page in the write-ahead log


class Condition(StrEnum):
    """What the disk lets us do."""

    HEALTHY = "healthy"
    FULL = "full"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Request:
    """One intake and who wants to know what became of it."""

    intake: Intake
    done: Done | None = None


@dataclass(frozen=True, slots=True)
class CommitReport:
    """What listeners learn after each commit."""

    streams: frozenset[str]
    notices: tuple[Notice, ...]
    epoch: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Named bounds of the writer (promise R8)."""

    queue: int = 20_000  # more waiting intakes than this are refused at once, red
    batch: int = 500  # intakes per commit
    checkpoint_pages: int = 1000  # write-ahead log pages before a checkpoint
    checkpoint_idle_ms: int = 30_000  # quiet time after which a short log is checkpointed too

    @property
    def wal_bytes(self) -> int:
        """Size of the log's file above which a checkpoint is due; it is shortened to it when the log starts anew."""
        return self.checkpoint_pages * FRAME_BYTES


class Writer:
    """Owns the store's only writing connection. `step` does one commit and can be driven by a test."""

    def __init__(
        self,
        store: Store,
        decide: Decider,
        clock: Clock,
        *,
        limits: Limits | None = None,
        warn: Callable[[str, str], None] = lambda code, text: None,
        clear: Callable[[str], None] = lambda code: None,
        follow: Follower = nothing_follows,
    ) -> None:
        self._store = store
        self._committer = Committer(store, decide, clock, warn, follow)
        self._clock = clock
        self._limits = limits or Limits()
        self._warn = warn
        self._clear = clear
        self._queue: SimpleQueue[Request] = SimpleQueue()
        self._settlements: list[Request] = []  # acknowledgements waiting for the next commit
        self._settle_by_ms = 0
        self._listeners: list[Callable[[CommitReport], None]] = []
        self._stopped = threading.Event()
        self._epoch = store.epoch
        self._healed_ms = 0
        self._busy_ms = 0
        self._tick_ms = 0
        self._minute = 0
        self._jumps = JumpWatch(clock)
        self._syncs = SyncWatch(clock)
        self.condition = Condition.HEALTHY
        self.progress = 0  # grows with every turn of the loop; the watchdog looks at it

    # -- called from any thread ------------------------------------------------------------

    def submit(self, intake: Intake, done: Done | None = None) -> None:
        """Queue an intake; never blocks. BusyError when the queue is full or the writer stopped."""
        if self._stopped.is_set():
            raise BusyError("the writer has stopped", hint="scan again when the gateway runs")
        if self._queue.qsize() >= self._limits.queue:
            raise BusyError(f"{self._limits.queue} reads wait for the disk already", hint="scan again in a moment")
        self._queue.put(Request(intake, done))

    def listen(self, callback: Callable[[CommitReport], None]) -> None:
        """Call back after each commit, in the writer's thread; must not block."""
        self._listeners.append(callback)

    # -- the loop --------------------------------------------------------------------------

    def run(self, stop: threading.Event) -> None:
        """Commit what comes until `stop` is set, then what is still queued."""
        try:
            while not stop.is_set():
                self.turn(IDLE_WAIT_S)
            while not self._queue.empty() or self._settlements:
                self._settle_by_ms = 0
                self.turn(0.0)
        finally:
            self._stopped.set()

    def turn(self, wait_s: float) -> None:
        """Wait for work, commit it, keep house when there is none."""
        batch = self._collect(wait_s)
        self.progress += 1
        if batch:
            self.step(batch)
        else:
            self._keep_house()

    def _collect(self, wait_s: float) -> list[Request]:
        batch: list[Request] = []
        take, wanted = self._queue.get_nowait, self._limits.batch
        try:
            first = self._queue.get(timeout=wait_s) if wait_s else take()
            if wait_s:
                self._gather()
            while True:
                if not batch and isinstance(first.intake, Acknowledgement) and not first.intake.dispositions:
                    self._postpone(first)
                else:  # with others it keeps its place: a snapshot that came before it does not know it
                    batch.append(first)
                if len(batch) >= wanted:
                    break
                first = take()
        except Empty:
            pass
        now = self._clock.mono_ms()
        if now - self._tick_ms >= SETTLE_DELAY_MS:
            self._tick_ms = now
            jump_ms, minute = self._look_at_the_clock(), self._minute_that_began(now)
            batch.append(Request(Tick(jump_ms, minute, self._syncs.look())))
        if self._settlements and (batch or now >= self._settle_by_ms):
            batch = self._settlements + batch
            self._settlements = []
        return batch

    def _gather(self) -> None:
        """Keep a little distance from the last commit, so that reads which come fast share the next one."""
        left_ms = self._busy_ms + GATHER_MS - self._clock.mono_ms()
        if 0 < left_ms <= GATHER_MS and self._queue.qsize() < GATHERED_READS:
            self._stopped.wait(left_ms / 1000)

    def _minute_that_began(self, now_ms: int) -> int:
        minute = now_ms // 60_000
        if minute == self._minute:
            return 0
        self._minute = minute
        return minute

    def _look_at_the_clock(self) -> int:
        jump_ms = self._jumps.look()
        if jump_ms:
            self._warn(
                "CLOCK_JUMPED", f"the wall clock jumped by {jump_ms / 1000:+.1f} s; order and durations are unharmed"
            )
        return jump_ms

    def _postpone(self, request: Request) -> None:
        if not self._settlements:
            self._settle_by_ms = self._clock.mono_ms() + SETTLE_DELAY_MS
        self._settlements.append(request)

    # -- one commit ------------------------------------------------------------------------

    def step(self, batch: list[Request]) -> list[Outcome]:
        """Commit a batch and answer it; what could not be stored is answered red."""
        if self.condition is not Condition.HEALTHY and not self._heal():
            return self._refuse(batch)
        try:
            committed = self._commit(batch)
        except (sqlite3.Error, StoreError) as error:
            retried = self._retry_after(error, batch)
            if retried is None:
                return self._refuse(batch)
            committed = retried
        self._busy_ms = self._clock.mono_ms()
        self._answer(batch, committed.outcomes)
        self._report(committed)
        if self._store.wal_bytes() > self._limits.wal_bytes:
            self._checkpoint()
        return committed.outcomes

    def _commit(self, batch: list[Request]) -> Committed:
        """Everything of the batch is on disk when this returns; see commit.py."""
        return self._committer.commit([request.intake for request in batch])

    def _answer(self, batch: list[Request], outcomes: list[Outcome]) -> None:
        for request, outcome in zip(batch, outcomes, strict=True):
            if request.done is not None:
                try:
                    request.done(outcome)
                except Exception:  # noqa: BLE001 - whoever waits must not be able to stop the writer
                    _LOG.exception("an answer could not be delivered")

    def _report(self, committed: Committed) -> None:
        epoch = self._store.view.epoch
        if not committed.streams and not committed.notices and epoch == self._epoch:
            return
        self._epoch = epoch
        report = CommitReport(committed.streams, committed.notices, epoch)
        for listener in self._listeners:
            try:
                listener(report)
            except Exception:  # noqa: BLE001
                _LOG.exception("a commit listener failed")

    # -- when the disk fails ---------------------------------------------------------------

    def _refuse(self, batch: list[Request]) -> list[Outcome]:
        why = "The disk is full." if self.condition is Condition.FULL else "The disk has failed."
        text = f"{why} Not stored: keep the card and scan again."
        red = Outcome(Verdict(Status.FAILED, f"STORE_{self.condition.name}", text))
        outcomes = [red] * len(batch)
        self._answer(batch, outcomes)
        return outcomes

    def _retry_after(self, error: Exception, batch: list[Request]) -> Committed | None:
        """Classify a failed commit, try to make it good once; None when it must be answered red."""
        self._roll_back()
        if _is_full(error):
            self.condition = Condition.FULL
            self._warn("STORE_FULL", "the disk is full; reads are refused until there is space")
            ready = self._store.ballast.release()
        else:
            self.condition = Condition.BROKEN
            self._warn("STORE_BROKEN", f"the disk failed: {error}; reads are refused until the store is sound again")
            ready = self._heal()
        if not ready:
            return None
        try:
            return self._commit(batch)
        except (sqlite3.Error, StoreError) as again:
            _LOG.error("the batch failed twice: %s", again)
            if not _is_full(again):
                self.condition = Condition.BROKEN
            self._roll_back()
            return None

    def _roll_back(self) -> None:
        store = self._store
        try:
            if store.connection.in_transaction:
                store.connection.execute("ROLLBACK")
            store.reload()
        except sqlite3.Error as error:
            _LOG.error("rolling back failed: %s", error)
            self.condition = Condition.BROKEN

    def _heal(self) -> bool:
        """Try to become healthy; at most every `HEAL_INTERVAL_MS`."""
        now = self._clock.mono_ms()
        if now - self._healed_ms < HEAL_INTERVAL_MS:
            return False
        self._healed_ms = now
        try:
            if self.condition is Condition.FULL:
                healthy = self._store.ballast.take()
            else:
                self._store.reopen()
                healthy = True
        except StoreCorruptError as error:
            self._warn("STORE_CORRUPT", str(error))
            return False
        except (sqlite3.Error, StoreError, OSError) as error:
            _LOG.error("the store is not usable yet: %s", error)
            return False
        if healthy:
            self.condition = Condition.HEALTHY
            self._clear("STORE_FULL")
            self._clear("STORE_BROKEN")
        return healthy

    # -- housekeeping ----------------------------------------------------------------------

    def _keep_house(self) -> None:
        if self.condition is not Condition.HEALTHY:
            self._heal()
        elif self._busy_ms and self._clock.mono_ms() - self._busy_ms > self._limits.checkpoint_idle_ms:
            self._busy_ms = 0
            self._checkpoint()

    def _checkpoint(self) -> None:
        """Keep the un-checkpointed tail short: a flipped bit in it would drop everything behind."""
        try:
            self._store.checkpoint(keep_bytes=self._limits.wal_bytes)
        except (sqlite3.Error, StoreError, OSError) as error:
            self._warn("CHECKPOINT", f"checkpoint failed: {error}")


def _is_full(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
