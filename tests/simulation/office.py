"""The ERP in this thread: the simulator's durable ledger behind the in-memory network.

What firmware_sim.erp.consumer does with threads and a broker, in steps that a test makes.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson

from firmware_sim.erp.clerk import Applied
from firmware_sim.erp.envelope import STREAMS, Ack, Batch, parse_batch
from firmware_sim.erp.ledger import Ledger
from firmware_sim.erp.masterdata import publications, snapshots, store_plant
from firmware_sim.erp.mischief import Mischief
from tests.simulation.wire import Wire

COMMAND_RETRY_MS = 5_000
SNAPSHOT_MS = 1_000  # at most one set of snapshots in this time


class Office:
    """Take what arrived with `step`; `restart` begins again from what is on disk."""

    def __init__(self, wire: Wire, path: Path, plant: dict[str, Any], *, confirm_orders: bool = False) -> None:
        self.wire = wire
        self.path = path
        self.snapshot_every_ms = SNAPSHOT_MS
        self._confirm_orders = confirm_orders
        self._plant = plant
        self._copy = path.with_suffix(".copy")
        self.mischief = Mischief()
        self.is_down = False
        self.open()
        store_plant(self.ledger.db, plant)
        self.ledger.open_stock(plant.get("stock", []))

    def open(self) -> None:
        self.ledger = Ledger(self.path, confirm_orders=self._confirm_orders, mischief=self.mischief)
        self.snapshot_due: set[str] = set()
        self._snapshot_ms = 0
        self._command_ms = 0

    def restart(self) -> None:
        """A kill: nothing but the database survives."""
        self.ledger.close()
        self.open()
        for topic, payload in list(self.wire.retained.items()):
            if topic.endswith("/state"):
                self._greet(topic.split("/")[3], payload)

    def back_up(self) -> None:
        """A copy of the ledger, as of now."""
        with closing(sqlite3.connect(self._copy)) as copy:
            self.ledger.db.backup(copy)

    def go_back(self, journals: Mapping[str, Sequence[bytes]]) -> None:
        """The copy takes the ledger's place; what gateways have settled since is brought in from their journals,
        before sending goes on, and every gateway gets a snapshot. `journals` holds batches of one event each.
        """
        self.ledger.close()
        for ending in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
        shutil.copy(self._copy, self.path)
        self.open()
        for topic, payload in list(self.wire.retained.items()):
            if topic.endswith("/state"):
                state = orjson.loads(payload)
                self.ledger.greet(topic.split("/")[3], state["ep"], state["birth"], is_online=state["online"])
        batches = [parse_batch(payload) for payloads in journals.values() for payload in payloads]
        for batch in sorted(batches, key=lambda one: str(one.events[0]["w"])):
            self.ledger.apply([batch])
        self.restart()
        for gateway in self.ledger.gateways():
            self.publish_snapshots(gateway)

    def step(self) -> bool:
        """One round; True when something came."""
        if self.is_down:
            return False
        arrived = self.wire.for_erp()
        batches: list[Batch] = []
        for topic, payload in arrived:
            _, _, _, gateway, *level = topic.split("/")
            if level[0] == "up":
                batches.append(parse_batch(payload))
            else:
                batches = self._take(batches)
                self._greet(gateway, payload)
        self._take(batches)
        self._tick()
        return bool(arrived)

    def _take(self, batches: list[Batch]) -> list[Batch]:
        if batches:
            self._act_on(self.ledger.apply(batches))
        return []

    def _act_on(self, applied: Applied) -> None:
        for ack in applied.acks.values():
            self._publish(ack)
        for gateway, document in applied.commands:
            self.wire.down(gateway, "cmd", orjson.dumps(document), is_retained=False)
        self.snapshot_due |= applied.corrected
        if applied.changed_by:
            self.snapshot_due |= {one for one in self.ledger.gateways() if applied.changed_by - {one}}

    def settle_parked(self, outcome: str) -> None:
        self._act_on(self.ledger.settle(outcome, "LATE", "finished later"))

    def _publish(self, ack: Ack) -> None:
        if self.mischief.take("lose"):
            return
        for _ in range(3 if self.mischief.take("repeat") else 1):
            self.wire.down(ack.gw, f"ack/{ack.st}", ack.document())

    def _greet(self, gateway: str, payload: bytes) -> None:
        state = orjson.loads(payload)
        is_new = self.ledger.greet(gateway, state["ep"], state["birth"], is_online=state["online"])
        if not state["online"]:
            return
        for dataset, document in publications(self.ledger.db, gateway):
            self.wire.down(gateway, f"md/{dataset}", document)
        if is_new:
            self.publish_snapshots(gateway)
        for st in STREAMS:
            self._publish(self.ledger.ack(gateway, st))
        self._send_commands(gateway)

    def publish_snapshots(self, gateway: str) -> None:
        for dataset, document in snapshots(self.ledger):
            self.wire.down(gateway, f"md/{dataset}", document)

    def _send_commands(self, gateway: str) -> None:
        for document in self.ledger.open_commands(gateway):
            self.wire.down(gateway, "cmd", orjson.dumps(document), is_retained=False)

    def _tick(self) -> None:
        now = self.wire.world.now_ms
        if self.snapshot_due and now - self._snapshot_ms >= self.snapshot_every_ms:
            self._snapshot_ms = now
            for gateway in sorted(self.snapshot_due):
                self.publish_snapshots(gateway)
            self.snapshot_due.clear()
        if now - self._command_ms >= COMMAND_RETRY_MS:
            self._command_ms = now
            for gateway in self.wire.sessions:
                if gateway in self.ledger.gateways():
                    self._send_commands(gateway)

    @property
    def is_quiet(self) -> bool:
        return not self.snapshot_due

    def rows(self, query: str, *values: object) -> list[Any]:
        return self.ledger.db.execute(query, values).fetchall()
