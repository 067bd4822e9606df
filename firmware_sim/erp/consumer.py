"""The ERP: takes births and batches, publishes acknowledgements, master data and commands.

One worker thread owns the ledger. The network thread only puts messages into a bounded queue: what does not
fit is dropped, because a gateway resends whatever is not acknowledged.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import orjson

from firmware_sim.erp.clerk import Applied
from firmware_sim.erp.envelope import STREAMS, Batch, EnvelopeError, parse_batch
from firmware_sim.erp.ledger import Ledger
from firmware_sim.erp.link import Link
from firmware_sim.erp.masterdata import ORDERS, publications, snapshots, store_plant
from firmware_sim.erp.mischief import Mischief
from firmware_sim.erp.rest_link import RestLink
from firmware_sim.erp.rest_mischief import RestMischief
from firmware_sim.erp.switchboard import Switchboard

QUEUE_LIMIT = 20_000
GROUP_LIMIT = 64  # batches per transaction
TICK_S = 0.2
SNAPSHOT_INTERVAL_S = 1.0
COMMAND_RETRY_S = 5.0
CALL_TIMEOUT_S = 30.0


class Erp:
    """A running ERP. `start`, then `control` requests (see control.py) until `stop`."""

    def __init__(  # noqa: PLR0913 - one for each option of the command
        self,
        *,
        host: str = "",
        port: int = 0,
        db: Path,
        site: str = "P1",
        plant: dict[str, Any] | None = None,
        protocol: str = "5",
        env: str = "prod",
        confirm_orders: bool = False,
        serves_rest: bool = False,
    ) -> None:
        """Through the broker at `host`; without one, or also when `serves_rest`, gateways come by REST and find
        what is for them in a feed."""
        self.env = env
        self.mischief = Mischief()
        self.rest_mischief = RestMischief()
        self.ledger = Ledger(db, env=env, confirm_orders=confirm_orders, mischief=self.mischief)
        if plant is not None:
            store_plant(self.ledger.db, plant)
            self.ledger.open_stock(plant.get("stock", []))
        self.rest = RestLink(db.with_suffix(".feed")) if serves_rest or not host else None
        link = Link(host=host, port=port, site=site, protocol=protocol, sink=self._receive, mischief=self.mischief)
        self.link: Link | RestLink | Switchboard = link
        if self.rest is not None:
            self.link = Switchboard(link, self.rest) if host else self.rest
        self.failure: BaseException | None = None
        self._queue: queue.Queue[tuple[str, Any]] = queue.Queue(QUEUE_LIMIT)
        self._stop = threading.Event()
        self._worker = threading.Thread(target=self._run, name="erp-ledger", daemon=True)
        self._held: list[tuple[str, Any]] = []  # what came while stalled
        self._online: set[str] = set()
        self._snapshot_due: set[str] = set()
        self._orders_due: set[str] = set()
        self._snapshot_at = 0.0
        self._command_sent: dict[str, float] = {}
        self._command_at = 0.0

    def start(self) -> Erp:
        self._worker.start()
        self.link.start()
        return self

    def stop(self) -> None:
        """Orderly: says offline, finishes what is being taken, closes the ledger."""
        self.link.stop()
        self._stop.set()
        self._worker.join()
        self.ledger.close()

    def __enter__(self) -> Erp:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def call(self, work: Callable[[], Any]) -> Any:
        """Run `work` in the ledger's thread and return its result (or raise its error)."""
        answer: Future[Any] = Future()
        self._queue.put(("call", (work, answer)), timeout=CALL_TIMEOUT_S)
        return answer.result(timeout=CALL_TIMEOUT_S)

    def act_on(self, applied: Applied) -> None:
        """Publish what a transaction led to. Only in the ledger's thread."""
        for ack in applied.acks.values():
            self.link.publish_ack(ack)
        for gw, document in applied.commands:
            self._send_command(gw, document)
        self._snapshot_due |= applied.corrected
        if applied.has_new_orders:
            self._orders_due |= set(self.ledger.gateways())
        gateways = self.ledger.gateways()
        if applied.changed_by and len(gateways) > 1:  # to who told it too: it passes over what is older than that
            self._snapshot_due |= set(gateways)

    def publish_snapshots(self, gw: str) -> None:
        """Card states and stock, retained. Only in the ledger's thread."""
        for dataset, document in snapshots(self.ledger):
            self.link.publish(gw, f"md/{dataset}", document)

    def publish_masterdata(self, gw: str) -> None:
        """All datasets, retained. Only in the ledger's thread."""
        for dataset, document in publications(self.ledger.db, gw):
            self.link.publish(gw, f"md/{dataset}", document)

    def send(self, gw: str, document: dict[str, Any]) -> None:
        """Record a command and send it until its result is back. Only in the ledger's thread."""
        self.ledger.clerk.record_command(gw, document)
        self._send_command(gw, document)

    def welcome(self, gw: str, ep: str, birth: str, *, by_rest: bool) -> bool:
        """A gateway is here; True when its epoch is new to us. Only in the ledger's thread.

        What was published while one of us or the broker went down may have reached nobody: a known epoch hears
        its snapshots again, a new one gets them with its greeting.
        """
        self.ledger.counters["births"] += 1
        if self.rest is not None:
            self.rest.came(gw, by_rest=by_rest)
        self._online.add(gw)
        is_new = self.ledger.greet(gw, ep, birth, is_online=True)
        if not is_new or len(self.ledger.gateways()) > 1:
            self._snapshot_due.add(gw)
        return is_new

    def _receive(self, kind: str, gw: str, payload: bytes) -> None:
        try:
            self._queue.put_nowait((kind, (gw, payload)))
        except queue.Full:
            self.ledger.counters["dropped_messages"] += 1

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._step()
        except BaseException as error:  # a ledger that cannot be kept ends the ERP, loudly
            self.failure = error
            raise

    def _step(self) -> None:
        """One round: everything that waits, at most one transaction of batches, then what time asks for."""
        pending, self._held = (self._held, []) if not self.mischief.is_stalled else ([], self._held)
        pending += self._drain()
        batches: list[Batch] = []
        for kind, content in pending:
            if kind == "call":
                self._answer(*content)
            elif self.mischief.is_stalled:
                self._held = [*self._held, (kind, content)][-QUEUE_LIMIT:]
            elif kind == "up":
                gw, payload = content
                self._gather(gw, payload, batches)
                if len(batches) >= GROUP_LIMIT:
                    self.act_on(self.ledger.apply(batches))
                    batches = []
            else:
                self._greet(*content)
        if batches:
            self.act_on(self.ledger.apply(batches))
        self._tick(time.monotonic())

    def _drain(self) -> list[tuple[str, Any]]:
        pending: list[tuple[str, Any]] = []
        try:
            pending.append(self._queue.get(timeout=TICK_S))
            while len(pending) < GROUP_LIMIT:
                pending.append(self._queue.get_nowait())
        except queue.Empty:
            pass
        return pending

    def _gather(self, gw: str, payload: bytes, batches: list[Batch]) -> None:
        try:
            batch = parse_batch(payload)
        except EnvelopeError:
            self.ledger.counters["bad_messages"] += 1
            return
        if batch.gw == gw:
            batches.append(batch)
        else:
            self.ledger.counters["bad_messages"] += 1

    def _greet(self, gw: str, payload: bytes) -> None:
        """Answer a birth with master data, snapshots for a new epoch, four acknowledgements and open commands."""
        try:
            state = orjson.loads(payload)
            ep, birth, is_online = str(state["ep"]), str(state["birth"]), state["online"] is True
        except (orjson.JSONDecodeError, KeyError, TypeError):
            self.ledger.counters["bad_messages"] += 1
            return
        if not is_online:
            self.ledger.greet(gw, ep, birth, is_online=False)
            self._online.discard(gw)
            return
        if not self.ledger.presence.meet(gw, state):
            self.ledger.counters["held"] += 1
            for ack in self.ledger.hold(gw):
                self.link.publish_ack(ack)
            return
        is_new = self.welcome(gw, ep, birth, by_rest=False)
        self.publish_masterdata(gw)
        if is_new:
            self.publish_snapshots(gw)
        for st in STREAMS:
            self.link.publish_ack(self.ledger.ack(gw, st))
        for document in self.ledger.open_commands(gw):
            self._send_command(gw, document)

    def _send_command(self, gw: str, document: dict[str, Any]) -> None:
        self._command_sent[document["id"]] = time.monotonic()
        self.link.publish(gw, "cmd", orjson.dumps(document), retain=False)

    def publish_orders(self) -> None:
        """The set of orders to every gateway. Only in the ledger's thread."""
        for gw in self.ledger.gateways():
            document = dict(publications(self.ledger.db, gw)).get(ORDERS)
            if document is not None:
                self.link.publish(gw, f"md/{ORDERS}", document)

    def _tick(self, now: float) -> None:
        if self._orders_due and not self.mischief.is_stalled:
            self._orders_due.clear()
            self.publish_orders()
        if self._snapshot_due and now - self._snapshot_at >= SNAPSHOT_INTERVAL_S and not self.mischief.is_stalled:
            self._snapshot_at = now
            for gw in self._snapshot_due:
                self.publish_snapshots(gw)
            self._snapshot_due.clear()
        if self._command_sent and now - self._command_at >= COMMAND_RETRY_S:
            self._command_at = now
            self._retry_commands(now)

    def _retry_commands(self, now: float) -> None:
        still_open: dict[str, float] = {}
        for gw in self._online:
            for document in self.ledger.open_commands(gw):
                still_open[document["id"]] = self._command_sent.get(document["id"], 0.0)
                if now - still_open[document["id"]] >= COMMAND_RETRY_S:
                    self._send_command(gw, document)
                    still_open[document["id"]] = now
        self._command_sent = still_open

    @staticmethod
    def _answer(work: Callable[[], Any], answer: Future[Any]) -> None:
        try:
            answer.set_result(work())
        except Exception as error:  # noqa: BLE001 - belongs to whoever asked
            answer.set_exception(error)
