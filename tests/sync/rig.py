"""A whole gateway without devices: the real store, writer and sync in their threads, on a real broker."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from firmware_sim.broker import Broker
from firmware_sim.erp.process import ErpProcess
from firmware_sim.erp.schema import connect_reader
from firmware_sim.port import wait_until
from gateway.clock import SystemClock
from gateway.decide import Decider
from gateway.ids import format_id, new_id
from gateway.master import PARSERS
from gateway.model import Decision, Intake, Outcome, Read, Scan
from gateway.store.connection import open_reader
from gateway.store.outbox import OutboxReader
from gateway.store.store import Store
from gateway.store.writer import Writer
from gateway.view import View
from sync.engine import Identity, SyncEngine
from sync.rest.engine import RestEngine
from sync.settings import SyncSettings, TlsSettings
from sync.status import StreamStatus
from tests.store.rig import toggle

SITE, GATEWAY = "P1", "G1"
TIMEOUT_S = 30.0
_DECIDER = Decider({})


def decide(intake: Intake, view: View) -> Decision:
    """Scans turn any card; everything else is decided as in earnest."""
    return toggle(intake, view) if isinstance(intake, Scan) else _DECIDER(intake, view)


def plain_settings(port: int, protocol: str = "5", **options: Any) -> SyncSettings:
    """Settings for a broker on this machine."""
    return SyncSettings.model_validate(
        {"host": "127.0.0.1", "port": port, "protocol": protocol, "tls": TlsSettings(enabled=False), **options}
    )


def rest_settings(port: int, **options: Any) -> SyncSettings:
    """Settings for an ERP on this machine that is reached by REST."""
    members = {"carrier": "rest", "base_url": f"http://127.0.0.1:{port}", "tls": TlsSettings(enabled=False)}
    return SyncSettings.model_validate({**members, "feed_wait_s": 2, **options})


class GatewayRig:
    """Started by `with`; `stop` is orderly and may be followed by another rig on the same directory."""

    def __init__(
        self,
        data_dir: Path,
        settings: SyncSettings,
        *,
        resend_ms: int = 1_000,
        credentials: Path = Path("/nonexistent"),
        gateway: str = GATEWAY,
    ) -> None:
        self.clock = SystemClock()
        self.data_dir = data_dir
        self.warnings: dict[str, list[str]] = {}
        self.store = Store(data_dir, self.clock, PARSERS, site=SITE, gateway=gateway, ballast_kib=0)
        self.writer = Writer(self.store, decide, self.clock)
        self.outbox_class = OutboxReader
        whole = partial(SyncEngine, resend_ms=resend_ms) if settings.carrier == "mqtt" else RestEngine
        self.engine: SyncEngine | RestEngine = whole(
            settings,
            Identity(SITE, gateway, "prod"),
            self._open_outbox,
            self.writer.submit,
            self.clock,
            lambda code, text: self.warnings.setdefault(code, []).append(text),
            credential=lambda name: credentials / name,
        )
        self.writer.listen(lambda report: self.engine.wake(report.streams))
        self._stop = threading.Event()
        self._stop_writer = threading.Event()
        self.failures: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._guard, args=(run, self._stop), name=name) for name, run in self.engine.threads
        ]
        self._threads.append(
            threading.Thread(target=self._guard, args=(self.writer.run, self._stop_writer), name="writer")
        )

    def _open_outbox(self) -> OutboxReader:
        return self.outbox_class(self.store.database)

    def _guard(self, run: Any, stop: threading.Event) -> None:
        try:
            run(stop)
        except BaseException as error:
            self.failures.append(error)
            raise

    def __enter__(self) -> GatewayRig:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Sync first, as in earnest; nothing may have failed in a thread. Once more is harmless."""
        if self._stop.is_set():
            return
        self._stop.set()
        self.engine.wake()
        for thread in self._threads[:-1]:
            thread.join(TIMEOUT_S)
        self._stop_writer.set()
        self._threads[-1].join(TIMEOUT_S)
        self.store.close()
        assert self.failures == []
        assert not any(thread.is_alive() for thread in self._threads)

    def scan(self, *cards: str) -> list[str]:
        """Scan cards and wait until they are on disk; returns the events' ids."""
        done = threading.Semaphore(0)
        outcomes: list[Outcome] = []

        def finish(outcome: Outcome) -> None:
            outcomes.append(outcome)
            done.release()

        ids = []
        for card in cards:
            wall, mono = self.clock.wall_ms(), self.clock.mono_ms()
            read = Read(new_id(wall), "scan-1", "S1", card.encode(), "]d2", wall, mono, self.clock.boot, "ntp")
            self.writer.submit(Scan(read, card=card), finish)
            ids.append(read.id)
        for _ in cards:
            assert done.acquire(timeout=TIMEOUT_S)
        assert all(outcome.verdict.is_good for outcome in outcomes)
        return ids

    def stream(self, name: str = "sig") -> StreamStatus | None:
        """The status of one stream, None before the first was made."""
        return next((one for one in self.engine.status().streams if one.stream == name), None)

    def is_settled(self) -> bool:
        """Everything stored is acknowledged, and the store knows it."""
        reader = OutboxReader(self.store.database)
        try:
            return all(state.head == state.cum for state in reader.streams().values())
        finally:
            reader.close()

    def await_settled(self) -> None:
        assert wait_until(self.is_settled, TIMEOUT_S), self.engine.status()

    def await_session(self) -> None:
        assert wait_until(self._is_answered, TIMEOUT_S), self.engine.status()

    def _is_answered(self) -> bool:
        status = self.engine.status()
        return status.is_connected and all(stream.is_known for stream in status.streams)

    def await_warning(self, code: str) -> str:
        assert wait_until(lambda: code in self.warnings, TIMEOUT_S), (self.warnings, self.engine.status())
        return self.warnings[code][0]

    def count(self, code: str) -> int:
        return self.engine.status().counts.get(code, 0)

    def epoch(self) -> str:
        return self.engine.status().epoch

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the gateway's own database."""
        reader = open_reader(self.store.database)
        try:
            return reader.execute(sql).fetchall()
        finally:
            reader.close()

    def sent_ids(self) -> list[str]:
        """Ids of all journal events that belong to the ERP, in order."""
        return [format_id(row[0]) for row in self.rows("SELECT id FROM journal WHERE stream='sig' ORDER BY seq")]


@dataclass(frozen=True)
class Floor:
    """Broker, ERP and gateway that have met."""

    broker: Broker
    erp: ErpProcess
    gateway: GatewayRig

    def publish(self, topic: str, document: object, *, retain: bool = False) -> None:
        """Say anything in the ERP's name."""
        payload = document if isinstance(document, str) else orjson.dumps(document).decode()
        self.erp.control(do="publish", gw=GATEWAY, topic=topic, payload=payload, retain=retain)

    def assert_exactly_once(self) -> None:
        """Everything that was stored gets into the ERP's ledger, once and in order."""
        assert_exactly_once(self.gateway, self.erp)

    def counter(self, name: str) -> int:
        """One of the ERP's counters."""
        return int(self.erp.control(do="stats")["counters"].get(name, 0))


def assert_exactly_once(gateway: GatewayRig, erp: ErpProcess) -> None:
    """Everything that was stored gets into the ERP's ledger, once and in order."""
    sent = gateway.sent_ids()
    assert wait_until(lambda: len(booked_ids(erp.db)) >= len(sent), TIMEOUT_S), gateway.engine.status()
    assert booked_ids(erp.db) == sent


def booked_ids(ledger: Path) -> list[str]:
    """Ids of the card events in the ERP's ledger, in the order in which it took them."""
    reader = connect_reader(ledger)
    rows = reader.execute(
        "SELECT id FROM event JOIN stream USING(stream) WHERE st='sig' ORDER BY event.rowid"
    ).fetchall()
    reader.close()
    return [row[0] for row in rows]
