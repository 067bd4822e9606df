"""The durable ledger: each batch takes effect once, in one transaction with its keys and cursors.

What was already seen is recognised three ways, each backed by a unique constraint: by event id, by place
in the stream, and by need key. Acknowledgements are made from what is committed, never before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from firmware_sim.chain import START
from firmware_sim.erp.clerk import Applied, Clerk, Event, Judgement
from firmware_sim.erp.disposition import Dispositions
from firmware_sim.erp.envelope import STREAMS, TOMBSTONE, Ack, Batch, Entry, follow
from firmware_sim.erp.mischief import Mischief
from firmware_sim.erp.presence import PresenceBook
from firmware_sim.erp.rule_orders import deliver
from firmware_sim.erp.schema import connect

MAX_OPEN_DISPOSITIONS = 2000  # beyond it a stream does not advance until the gateway confirms some (dn)


class LedgerError(RuntimeError):
    """A request the ledger cannot follow."""


@dataclass(slots=True)
class Cursor:
    """How far one stream of one epoch has been taken."""

    row: int
    cum: int
    hash: bytes


class Ledger:
    """One connection, one process. Not thread safe: the consumer's worker is its only user."""

    def __init__(
        self, path: Path, *, env: str = "prod", confirm_orders: bool = False, mischief: Mischief | None = None
    ) -> None:
        """`confirm_orders`: answer each order with a command that carries its document number."""
        self.db = connect(path)
        self.presence = PresenceBook(self.db)
        self.counters: Counter[str] = Counter()
        self._env = env
        self._mischief = mischief or Mischief()
        self.clerk = Clerk(self.db, self._mischief, confirm_orders=confirm_orders)
        self._dispositions = Dispositions(self.db)
        self._epochs: dict[str, str] = dict(self.db.execute("SELECT gw, ep FROM gateway"))
        self._cursors = {
            (gw, ep, st): Cursor(row, cum, chain)
            for row, gw, ep, st, cum, chain in self.db.execute("SELECT stream, gw, ep, st, cum, hash FROM stream")
        }

    def close(self) -> None:
        self.db.close()

    def greet(self, gw: str, ep: str, birth: str, *, is_online: bool) -> bool:
        """A gateway's birth or death; True when its epoch is new to us and now known."""
        known = self.db.execute("SELECT birth FROM gateway WHERE gw = ?", (gw,)).fetchone()
        if not is_online:
            if known and known[0] == birth:  # the will of an older connection says nothing about this one
                self.db.execute("UPDATE gateway SET online = 0 WHERE gw = ?", (gw,))
            return False
        is_new = (gw, ep, "sig") not in self._cursors
        with self.db:
            self.db.execute("BEGIN IMMEDIATE")
            self.db.execute("INSERT OR REPLACE INTO gateway VALUES(?,?,?,1)", (gw, ep, birth))
            for st in STREAMS if is_new else ():
                row = self.db.execute("INSERT INTO stream(gw, ep, st, hash) VALUES(?,?,?,?)", (gw, ep, st, START))
                self._cursors[gw, ep, st] = Cursor(int(row.lastrowid or 0), 0, START)
        self._epochs[gw] = ep
        return is_new

    def epoch(self, gw: str) -> str:
        """The epoch a gateway was last born with, "" when it never was."""
        return self._epochs.get(gw, "")

    def gateways(self) -> list[str]:
        return sorted(self._epochs)

    def position(self, gw: str) -> dict[str, int]:
        """How far the stock-bearing streams of a gateway's present epoch are contained in the books."""
        ep = self._epochs[gw]
        return {st: self._cursors[gw, ep, st].cum for st in ("sig", "mov")}

    def open_stock(self, rows: Sequence[dict[str, str]]) -> None:
        """Opening balances, entered once: a ledger that already has stock keeps its own."""
        book = self.clerk.book
        if book.stock:
            return
        for row in rows:
            place = (row["item"], row["location"], row.get("status", "available"), row.get("lot", ""))
            book.add(place, Decimal(row["qty"]))
        self.db.execute("BEGIN IMMEDIATE")
        book.flush(self.db)
        self.db.execute("COMMIT")

    def ack(self, gw: str, st: str, *, gap: bool = False) -> Ack:
        """Where we stand with one stream of a gateway's present epoch."""
        ep = self._epochs[gw]
        cursor = self._cursors[gw, ep, st]
        return Ack(gw, ep, st, cursor.cum, cursor.hash, self._dispositions.open_ones(gw, st), gap)

    def hold(self, gw: str) -> list[Ack]:
        """Word to whoever has this name that nothing is taken, in all streams; none before it was ever born."""
        held = tuple(self.presence.of(gw).held)
        return [replace(self.ack(gw, st), held=held) for st in STREAMS if gw in self._epochs]

    def apply(self, batches: Sequence[Batch]) -> Applied:
        """Take batches in one transaction. After an exception nothing was written and the process must end."""
        applied = Applied()
        told: dict[tuple[str, str], bool] = {}  # (gateway, stream) -> must resend
        self.db.execute("BEGIN IMMEDIATE")
        try:
            for batch in batches:
                if self._is_ours(batch):
                    told[batch.gw, batch.st] = self._take(batch, applied)
            self._finish()
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise
        for (gw, st), gap in told.items():
            applied.acks[gw, st] = self.ack(gw, st, gap=gap)
        return applied

    def settle(self, outcome: str, code: str = "", message: str = "") -> Applied:
        """Give every parked event its late outcome, `applied` or `rejected`."""
        if outcome not in ("applied", "rejected"):
            raise LedgerError(f"a parked event ends as applied or rejected, not as {outcome!r}")
        applied = Applied()
        places: dict[tuple[str, str], None] = {}
        parked = self.db.execute(
            "SELECT id, seq, body, gw, st FROM event JOIN stream USING(stream)"
            " WHERE outcome = 'parked' ORDER BY stream, seq"
        ).fetchall()
        self.db.execute("BEGIN IMMEDIATE")
        for event_id, seq, body, gw, st in parked:
            if outcome == "applied":
                self.clerk.carry_out(orjson.loads(body), gw, st, applied, is_late=True)
            self.db.execute("UPDATE event SET outcome = ?, code = ? WHERE id = ?", (outcome, code, event_id))
            self._dispositions.add(gw, st, {"s": seq, "id": event_id, "c": outcome, "code": code, "msg": message})
            places[gw, st] = None
        self._finish()
        applied.acks = {place: self.ack(*place) for place in places}
        return applied

    def deliver(self, name: str) -> Event:
        """An order of a rule arrives and is booked here, in one transaction; see rule_orders.deliver."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            told = deliver(self.db, self.clerk.book, name)
        except KeyError:
            self.db.execute("ROLLBACK")
            raise
        self._finish()
        return told

    def open_commands(self, gw: str) -> list[Event]:
        """Commands without a result, oldest first: sent again at every birth."""
        rows = self.db.execute("SELECT doc FROM command WHERE gw = ? AND result = '' ORDER BY rowid", (gw,))
        return [orjson.loads(doc) for (doc,) in rows]

    def stats(self) -> dict[str, Any]:
        """Counters since start, cursors of the present epochs, number of orders and unanswered commands."""
        streams = {
            gw: {st: self._cursors[gw, ep, st].cum for st in STREAMS} | {"ep": ep} for gw, ep in self._epochs.items()
        }
        orders = self.db.execute("SELECT count(*) FROM purchase").fetchone()[0]
        waiting = self.db.execute("SELECT count(*) FROM command WHERE result = ''").fetchone()[0]
        return {"counters": dict(self.counters), "streams": streams, "orders": orders, "open_commands": waiting}

    def _finish(self) -> None:
        """Flush and commit; the two moments around the commit are where a kill tells most."""
        self.clerk.book.flush(self.db)
        self._dispositions.flush()
        self._mischief.die_if_condemned("before_commit")
        self.db.execute("COMMIT")
        self._mischief.die_if_condemned("after_commit")

    def _is_ours(self, batch: Batch) -> bool:
        """From the environment we serve, and from the epoch the gateway was last born with."""
        if batch.env != self._env:
            self.counters["foreign_env"] += 1
        elif self._epochs.get(batch.gw) != batch.ep:
            self.counters["unknown_epoch"] += 1
        elif not self.presence.may_speak(batch.gw, batch.run):
            self.counters["not_the_one"] += 1
        else:
            return True
        return False

    def _take(self, batch: Batch, applied: Applied) -> bool:
        """One batch inside the open transaction; returns whether the gateway must resend from `cum + 1`."""
        self.counters["batches"] += 1
        open_count = self._dispositions.confirm(batch.gw, batch.st, batch.dn)
        cursor = self._cursors[batch.gw, batch.ep, batch.st]
        if batch.last <= cursor.cum:
            self.counters["repeated_batches"] += 1
            return False
        if batch.first > cursor.cum + 1:
            self.counters["gaps"] += 1
            return True
        if open_count > MAX_OPEN_DISPOSITIONS:
            self.counters["held_back"] += 1
            return True
        entries = follow(batch, cursor.cum, cursor.hash)
        if entries is None:
            self.counters["hash_mismatches"] += 1
            return False
        self._enter(batch, cursor, entries, applied)
        cursor.cum, cursor.hash = batch.last, batch.hash
        self.db.execute("UPDATE stream SET cum = ?, hash = ? WHERE stream = ?", (cursor.cum, cursor.hash, cursor.row))
        return False

    def _enter(self, batch: Batch, cursor: Cursor, entries: list[Entry], applied: Applied) -> None:
        """Judge each event once and write the batch's rows in one go."""
        self.counters["events"] += len(entries)
        known = self._known(entries)
        holders = self._holders(entries)
        rows: list[tuple[Any, ...]] = []
        for entry in entries:
            event = entry.event
            if event["t"] == TOMBSTONE:  # nothing to book, but its place is taken
                self.counters["tombstones"] += 1
                name = f"{batch.gw}/{batch.ep}/{batch.st}/{entry.seq}"
                rows.append((name, cursor.row, entry.seq, TOMBSTONE, "", False, "dropped", "", entry.body))
                continue
            if event["id"] in known:
                self._answer_again(batch, entry, known[event["id"]], applied)
                continue
            judgement = self.clerk.judge(event, batch.gw, batch.st, holders, known, applied)
            key = event.get("key", "")
            holds = judgement.holds_key and key != ""
            if holds:
                holders[key] = event
            known[event["id"]] = judgement.outcome
            place = (event["id"], cursor.row, entry.seq)
            rows.append((*place, event["t"], key, holds, judgement.outcome, judgement.code, entry.body))
            self._tell(batch, entry, judgement)
        self.db.executemany("INSERT INTO event VALUES(?,?,?,?,?,?,?,?,?)", rows)

    def _known(self, entries: list[Entry]) -> dict[str, str]:
        """Outcome by id of the events that the ledger already has."""
        ids = [entry.event.get("id", "") for entry in entries]
        query = f"SELECT id, outcome FROM event WHERE id IN ({_places(ids)})"  # noqa: S608 - question marks
        return dict(self.db.execute(query, ids))

    def _holders(self, entries: list[Entry]) -> dict[str, Event]:
        """Events that hold one of the need keys of these entries."""
        keys = [key for entry in entries if (key := entry.event.get("key"))]
        if not keys:
            return {}
        rows = self.db.execute(
            "SELECT key, body, gw FROM event JOIN stream USING(stream)"  # noqa: S608 - question marks
            f" WHERE holds = 1 AND key IN ({_places(keys)})",
            keys,
        )
        return {key: {**orjson.loads(body), "gw": gw} for key, body, gw in rows}

    def _tell(self, batch: Batch, entry: Entry, judgement: Judgement) -> None:
        if judgement.told is None:
            return
        self.counters[judgement.outcome] += 1
        place = {"s": entry.seq, "id": entry.event["id"], "c": judgement.outcome}
        self._dispositions.add(batch.gw, batch.st, {**place, **judgement.told})

    def _answer_again(self, batch: Batch, entry: Entry, outcome: str, applied: Applied) -> None:
        """An id that came before, under another epoch: the answer it got, with its new sequence number."""
        self.counters["duplicate"] += 1
        applied.corrected.add(batch.gw)
        earlier = None if outcome in ("applied", "replaced") else self._dispositions.last_of(entry.event["id"])
        told = earlier or {"id": entry.event["id"], "c": "duplicate"}
        self._dispositions.add(batch.gw, batch.st, {**told, "s": entry.seq})


def _places(values: Sequence[str]) -> str:
    """A question mark for each: a batch has fewer events than SQLite takes values."""
    return ",".join("?" * len(values))
