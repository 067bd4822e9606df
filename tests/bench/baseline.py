"""What the machine itself can do, measured in the same run: every figure is told as a multiple of it."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from firmware_sim.broker import Broker
from tests.bench.figure import Figure, milliseconds, share

SYNCS = 500
PUBLISHES = 2000
BATCH_BYTES = 64 * 1024
ANSWER_LIMIT_S = 30.0
ARITHMETIC_S = 5.0


@dataclass(frozen=True, slots=True)
class Baseline:
    """Seconds, and publishes per second."""

    sync_s: float
    sync_p99_s: float
    commit_s: float
    publish_s: float
    publishes_per_s: float
    batches_per_s: float
    arithmetic_s: float
    arithmetic_p99_s: float

    def figures(self) -> list[Figure]:
        """As rows of the table."""
        syncs = f"{milliseconds(self.sync_s)}, {milliseconds(self.sync_p99_s)}"
        ratio = f"{self.commit_s / self.sync_s:.1f} x fdatasync"
        steady = f"p99 is {self.arithmetic_p99_s / self.arithmetic_s:.1f} x p50"
        return [
            Figure("-", "bare arithmetic (how steady the processor is): p50", milliseconds(self.arithmetic_s), steady),
            Figure("-", "bare fdatasync after appending 1 kB: p50, p99", syncs),
            Figure("-", "bare SQLite commit of one row (WAL, FULL): p50", milliseconds(self.commit_s), ratio),
            Figure("-", "bare paho publish, QoS 1: p50, one after the other", milliseconds(self.publish_s)),
            Figure("-", "bare paho publishes, QoS 1, 20 in flight", f"{self.publishes_per_s:,.0f}/s"),
            Figure("-", "the same with 64 KiB each", f"{self.batches_per_s:,.0f}/s"),
        ]


class SyncProbe:
    """Appends 1 kB to a file and syncs it: what the disk costs at this moment."""

    def __init__(self, directory: Path) -> None:
        self._file = os.open(directory / "probe", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.samples: list[float] = []

    def take(self) -> None:
        """One more sample."""
        began = time.perf_counter()
        os.write(self._file, bytes(1024))
        os.fdatasync(self._file)
        self.samples.append(time.perf_counter() - began)

    def close(self) -> None:
        os.close(self._file)

    @classmethod
    @contextmanager
    def beside(cls, directory: Path, pause_s: float) -> Iterator[SyncProbe]:
        """Probe again and again in a thread while the block runs."""
        directory.mkdir(parents=True, exist_ok=True)
        probe, over = cls(directory), threading.Event()

        def take_samples() -> None:
            while not over.wait(pause_s):
                probe.take()

        thread = threading.Thread(target=take_samples)
        thread.start()
        try:
            yield probe
        finally:
            over.set()
            thread.join()
            probe.close()


def measure(directory: Path) -> Baseline:
    """Disk and broker, each alone."""
    probe = SyncProbe(directory)
    for _ in range(SYNCS):
        probe.take()
    probe.close()
    with Broker() as broker:
        single, rate, batches = _publish(broker.port)
    return Baseline(
        sync_s=share(probe.samples, 0.5),
        sync_p99_s=share(probe.samples, 0.99),
        commit_s=_commit(directory / "bare.db"),
        publish_s=single,
        publishes_per_s=rate,
        batches_per_s=batches,
        arithmetic_s=share(sums := _arithmetic(), 0.5),
        arithmetic_p99_s=share(sums, 0.99),
    )


def arithmetic() -> float:
    """Seconds that a sum of about a millisecond takes now."""
    began = time.perf_counter()
    sum(range(50_000))
    return time.perf_counter() - began


def _arithmetic() -> list[float]:
    """The same sum again and again, without a pause."""
    samples = []
    end = time.perf_counter() + ARITHMETIC_S
    while time.perf_counter() < end:
        samples.append(arithmetic())
    return samples


def _commit(path: Path) -> float:
    """Median seconds of a commit that inserts one row."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("page_size=1024", "journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute("CREATE TABLE row(id INTEGER PRIMARY KEY, text TEXT)")
    samples = []
    for _ in range(SYNCS):
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO row(text) VALUES(?)", ("x" * 200,))
        connection.execute("COMMIT")
        samples.append(time.perf_counter() - began)
    connection.close()
    return share(samples, 0.5)


def _publish(port: int) -> tuple[float, float, float]:
    """Median seconds of one publish, small publishes per second, large ones per second."""
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        samples = []
        for _ in range(SYNCS):
            began = time.perf_counter()
            client.publish("bare", b"x" * 40, qos=1).wait_for_publish(ANSWER_LIMIT_S)
            samples.append(time.perf_counter() - began)
        return share(samples, 0.5), _rate(client, PUBLISHES, 40), _rate(client, PUBLISHES // 10, BATCH_BYTES)
    finally:
        client.disconnect()
        client.loop_stop()


def _rate(client: Client, count: int, size: int) -> float:
    confirmed = threading.Semaphore(20)
    client.on_publish = lambda *_: confirmed.release()
    began = time.perf_counter()
    for _ in range(count):
        confirmed.acquire()
        client.publish("bare", bytes(size), qos=1)
    for _ in range(20):
        confirmed.acquire()
    client.on_publish = None
    return count / (time.perf_counter() - began)
