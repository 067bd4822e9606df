"""One commit: decide and append a batch of intakes in a single transaction.

Two scans of the same card in one batch are serialised: the second sees what the first did. Once
anything raises, the batch is rolled back and taken again with a savepoint each: the one that
raised is undone alone, kept with its raw bytes and answered red.
"""

from __future__ import annotations

import logging
import sqlite3
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.clock import Clock
from gateway.errors import StoreError
from gateway.ids import derive_id, new_id, parse_id
from gateway.model import (
    Acknowledgement,
    Decision,
    Event,
    FeedPage,
    Instruction,
    Intake,
    Notice,
    Outcome,
    Read,
    Scan,
    Stamp,
    Status,
    Tick,
    Verdict,
)
from gateway.store.epoch import stamp_members
from gateway.store.journal import Heads
from gateway.store.outbox import Settled, settle
from gateway.store.store import Store, stamp
from gateway.view import View

_LOG = logging.getLogger(__name__)

Decider = Callable[[Intake, View], Decision]
# After each append: what follows from it, given the bodies of the events and what they came with.
Follower = Callable[[Intake, Sequence[dict[str, Any]], View], tuple[Event, ...]]
Take = Callable[[Intake, list[Notice]], Outcome]
Warn = Callable[[str, str], None]

ROUNDS_LIMIT = 100  # of what follows from one intake; then the rest waits for the next one


def nothing_follows(intake: Intake, bodies: Sequence[dict[str, Any]], view: View) -> tuple[Event, ...]:
    """Of a store without rules."""
    return ()


_NOBODY = Tick()
_STORED = Verdict(Status.OK, "ALREADY_STORED", "This read is stored already.")
_KEPT = Verdict(Status.FAILED, "KEPT", "This read is kept as evidence, it changed nothing: scan again.")
_FAILED = Verdict(Status.FAILED, "INTERNAL", "The gateway could not process this; it is kept for repair.")


@dataclass(frozen=True, slots=True)
class Committed:
    """What one commit did: an outcome per intake, the streams that grew, who else should hear."""

    outcomes: list[Outcome]
    streams: frozenset[str]
    notices: tuple[Notice, ...]


class Committer:
    """Runs the injected decider inside the store's transaction."""

    def __init__(
        self, store: Store, decide: Decider, clock: Clock, warn: Warn, follow: Follower = nothing_follows
    ) -> None:
        self._store = store
        self._decide = decide
        self._follow = follow
        self._follow_failure = ""
        self._clock = clock
        self._warn = warn
        self._witnessed: tuple[int, bytes] | None = None

    def commit(self, intakes: list[Intake]) -> Committed:
        """Store the batch; sqlite3.Error or StoreError when it could not be made durable."""
        store = self._store
        store.view.now = stamp(self._clock)
        notices: list[Notice] = []
        store.connection.execute("BEGIN IMMEDIATE")
        outcomes = self._take_all(intakes, notices)
        streams = store.journal.save_heads()
        store.connection.execute("COMMIT")
        self._witness()
        return Committed(outcomes, streams, tuple(notices))

    def _take_all(self, intakes: list[Intake], notices: list[Notice]) -> list[Outcome]:
        """Savepoints and single writes cost more than half of what a scan does, so they are kept for trouble."""
        store = self._store
        try:
            outcomes = [self._take(intake, notices) for intake in intakes]
            store.journal.write()
            return outcomes
        except (sqlite3.Error, StoreError) as error:
            if not isinstance(error, sqlite3.IntegrityError):
                raise
        except Exception as error:  # noqa: BLE001 - found again below, where it is told and kept
            _LOG.debug("the batch is taken again one by one: %s", error)
        notices.clear()
        store.start_over()
        return [self._take_alone(intake, notices) for intake in intakes]

    def _take(self, intake: Intake, notices: list[Notice]) -> Outcome:
        if isinstance(intake, FeedPage):
            return self._take_page(intake, self._take, notices)
        return self._take_one(intake, notices)

    def _take_page(self, page: FeedPage, take: Take, notices: list[Notice]) -> Outcome:
        """Each part as if it had come alone, the next one sees what it did; then the cursor behind them."""
        outcomes = [take(part, notices) for part in page.parts]
        last = self._take_one(page, notices)
        seqs = tuple(seq for outcome in (*outcomes, last) for seq in outcome.seqs)
        return Outcome(last.verdict, seqs, tuple(outcome.verdict for outcome in outcomes))

    def _take_one(self, intake: Intake, notices: list[Notice]) -> Outcome:
        decision = (
            self._settle(intake) if isinstance(intake, Acknowledgement) else self._decide(intake, self._store.view)
        )
        bodies, seqs = self._append(intake, decision.events)
        notices.extend(decision.notices)
        return Outcome(decision.verdict, (*seqs, *self._append_what_follows(intake, bodies)))

    def _append_what_follows(self, intake: Intake, bodies: list[dict[str, Any]]) -> list[int]:
        """What follows from what was appended, and from that again; no act of whoever was at the device."""
        if not bodies and not isinstance(intake, Tick):
            return []
        seqs: list[int] = []
        for _ in range(ROUNDS_LIMIT):
            events = self._followers(intake, bodies)
            if not events:
                break
            bodies, more = self._append(_NOBODY, events)
            seqs += more
        return seqs

    def _take_alone(self, intake: Intake, notices: list[Notice]) -> Outcome:
        """Take one so that whatever it raises costs the others nothing."""
        if isinstance(intake, FeedPage):
            return self._take_page(intake, self._take_alone, notices)
        store = self._store
        store.journal.write()
        heads = store.journal.heads()
        told = len(notices)
        store.connection.execute("SAVEPOINT scan")
        try:
            outcome = self._take(intake, notices)
            store.journal.write()
        except (sqlite3.Error, StoreError) as error:
            if not isinstance(error, sqlite3.IntegrityError):
                raise
            self._undo(heads)
            del notices[told:]
            return self._stored_before(intake) or self._keep_failed(intake, error)
        except Exception as error:  # noqa: BLE001 - one raising scan must not cost the others of its batch
            _LOG.exception("deciding %r failed", intake)
            self._undo(heads)
            del notices[told:]
            return self._stored_before(intake) or self._keep_failed(intake, error)
        store.connection.execute("RELEASE scan")
        return outcome

    def _followers(self, intake: Intake, bodies: list[dict[str, Any]]) -> tuple[Event, ...]:
        """What follows must never cost what happened: if it cannot be worked out, that is told and the scan stands."""
        try:
            return self._follow(intake, bodies, self._store.view)
        except (sqlite3.Error, StoreError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a rule, people must go on working
            text = f"reorder rules were not looked at: {type(error).__name__}: {error}"
            if text != self._follow_failure:  # once, not with every scan
                self._follow_failure = text
                _LOG.exception("what follows from %s cannot be worked out", type(intake).__name__)
            self._warn("REORDER_FAILED", text)
            return ()

    def _append(self, intake: Intake, events: tuple[Event, ...]) -> tuple[list[dict[str, Any]], list[int]]:
        store = self._store
        read = intake.read if isinstance(intake, Scan) else None
        operator = intake.operator if isinstance(intake, Instruction) else ""
        bodies, seqs = [], []
        for n, event in enumerate(events):
            body = compose(event, n, read, store.view.now)
            if operator:
                body["op"] = operator
            seqs.append(store.journal.append(event.stream, body))
            bodies.append(body)
            if "md" in body:
                store.view.forget_master(body["md"]["dataset"])
            if "anew" in body:
                store.view.epoch = store.begin_epoch(body["anew"]["why"], resend_from=body["anew"].get("from", 0))
            if read is not None and "call" not in body and (event.stream == "sig" or "aside" in body):
                store.view.note_change(read.station, seqs[-1])
        return bodies, seqs

    def _settle(self, ack: Acknowledgement) -> Decision:
        """Delete what the ERP has; a history it does not share starts a new epoch."""
        store = self._store
        store.journal.write()
        result = settle(store.connection, store.view.epoch, ack)
        events: tuple[Event, ...] = ()
        notices: tuple[Notice, ...] = ()
        if result is Settled.MISMATCH:
            store.view.epoch = store.begin_epoch(f"the ERP remembers {ack.stream} {ack.cum} with another hash")
            text = f"the ERP knows another history of stream {ack.stream} at {ack.cum}; new epoch {store.view.epoch}"
            self._warn("EPOCH_CHANGED", text)
        elif ack.dispositions and result is not Settled.UNKNOWN_EPOCH:
            decision = self._decide(ack, store.view)
            events, notices = decision.events, decision.notices
        return Decision(events, Verdict(Status.OK, result.value), notices)

    def _undo(self, heads: Heads) -> None:
        store = self._store
        store.connection.execute("ROLLBACK TO scan")
        store.connection.execute("RELEASE scan")
        store.journal.restore(heads)
        store.projections.forget()
        store.view.forget()
        store.view.epoch = store.epoch

    def _stored_before(self, intake: Intake) -> Outcome | None:
        """The answer for a read that is in the journal already: a commit that failed may have survived.

        Green only for what took effect; a refused read must not turn green by being retried.
        """
        if not isinstance(intake, Scan):
            return None
        query = "SELECT stream, body -> '$.aside' IS NOT NULL FROM journal WHERE id=?"
        row = self._store.connection.execute(query, (parse_id(intake.read.id),)).fetchone()
        if row is None:
            return None
        return Outcome(_KEPT if row[0] in ("", "sys") and not row[1] else _STORED)

    def _keep_failed(self, intake: Intake, error: Exception) -> Outcome:
        """Keep the raw bytes of what could not be decided, and answer red."""
        text = f"{type(error).__name__}: {error}".encode(errors="replace").decode()
        self._warn("DECIDE_FAILED", text)
        body: dict[str, Any] = {"code": "INTERNAL", "msg": text[:500], "intake": type(intake).__name__}
        return Outcome(_FAILED, tuple(self._append(intake, (Event("scan_failed", "sys", "", body),))[1]))

    def _witness(self) -> None:
        """A tick a second that stores nothing must not wear the disk."""
        head = (self._store.journal.seq, self._store.journal.hash)
        if head == self._witnessed:
            return
        try:
            self._store.witness.write(*head)
            self._witnessed = head
        except OSError as error:
            self._warn("WITNESS", f"the head witness cannot be written: {error}")


def compose(event: Event, n: int, read: Read | None, now: Stamp) -> dict[str, Any]:
    """The canonical event: what happened, when, where, and for the first event of a read its raw bytes."""
    body = dict(event.body)
    body["t"] = event.kind
    if event.key:
        body["key"] = event.key
    if read is None:
        body.update(stamp_members(now))
        body["id"] = new_id(now.wall_ms)
        return body
    body.update(stamp_members(read))
    body["id"] = derive_id(read.id, n)
    body["sta"] = read.station
    body["dev"] = read.device
    if read.operator:
        body["op"] = read.operator
    if n == 0:
        body["raw"] = {"b": b64encode(read.data).decode(), "aim": read.aim}
        if read.press is not None:
            body["press"] = {"pid": read.press.packet, "x": read.press.digest}
    return body
