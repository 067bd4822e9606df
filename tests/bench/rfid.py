"""F13: from a reader's bytes to a concluded passage on one core; and four readers at full speed over real sockets."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bitstring import BitStream
from pyllrp import pyllrp

from drivers.llrp.frame import Deframer
from drivers.llrp.reader import LlrpReader as Driver
from drivers.llrp.session import Session
from drivers.llrp.settings import LlrpSettings
from firmware_sim.llrp_model import TagSeen
from firmware_sim.llrp_reader import LlrpReader
from firmware_sim.llrp_wire import Content, event, message, tag_report
from gateway.codes.epc.epc import decode
from gateway.passage import Closed
from gateway.portal.rules import INSIDE, OUTSIDE, Antenna, Layout
from gateway.portal.tracker import Tracker
from tests.bench.figure import Figure, LossError
from tests.drivers.llrp.exchange import WISHES, reader_side
from tests.drivers.portal import Portal
from tests.drivers.rig import HoldingSink, Running, wait_until

TARGET_PER_S = 150_000
TAGS, READS_PER_TAG, PASSAGES = 400, 60, 5  # a full pallet five times
CHUNK_BYTES = 65_536  # what one recv gives
ORACLE_READS = 200
READERS, PER_S, SECONDS = 4, 1_000, 60.0
STEP_S = 0.05
GROWTH_LIMIT_KIB = 8_192
UTC_US, BEGAN_MS = 1_790_000_000_000_000, 1_000  # the same instant, for the reader and for us

LAYOUT = Layout("P1", tuple(Antenna("dock", port, OUTSIDE if port < 3 else INSIDE) for port in (1, 2, 3, 4)))


def measure(directory: Path) -> list[Figure]:
    """Both figures; LossError when a read is missing."""
    rates = [(name, _passages(model)) for name, model in (("Zebra", "FX9600"), ("Impinj, with phases", "R420"))]
    bare = _pyllrp_per_s()
    figures = [
        Figure(
            "F13", f"RFID, bytes to concluded passages of {TAGS} tags, one core, {name}", f"{rate:,.0f} reads/s",
            f"{rate / bare:,.0f} x pyllrp's decoding alone", f">= {TARGET_PER_S:,}/s", rate >= TARGET_PER_S,
        )
        for name, rate in rates
    ]  # fmt: skip
    load = run_readers(SECONDS)
    what = f"{READERS} readers at {PER_S:,} reads/s each for {SECONDS:.0f} s over TCP, {load.reads:,} reads, 0 lost"
    growth = f"{load.growth_kib:+,} KiB"
    figures.append(Figure("F13", what, growth, "", f"<= {GROWTH_LIMIT_KIB:,} KiB", load.growth_kib <= GROWTH_LIMIT_KIB))
    return figures


def _passages(model: str) -> float:
    """Reads per second of processor time of this thread; the best of three runs, as the machine has others to do."""
    data = _pallet(model)
    return max(PASSAGES * TAGS * READS_PER_TAG / _conclude(model, data) for _ in range(3))


def _pallet(model: str) -> list[bytes]:
    """The reports of a pallet that is driven in, each read one message, in pieces as a socket gives them."""
    dice, content = random.Random(13), Content(phase=model == "R420", peak=model == "R420")
    epcs = [f"3074257BF7194E4000{n:06X}" for n in range(TAGS)]
    stream = bytearray()
    count = TAGS * READS_PER_TAG
    for n in range(count):
        is_inside = dice.random() < n / count
        at_us = UTC_US + n * 8_000_000 // count
        tag = TagSeen(dice.choice(epcs), dice.choice((3, 4) if is_inside else (1, 2)), -100 * dice.randint(35, 60))
        stream += message(61, n, tag_report(tag, at_us, at_us, content))
    return [bytes(stream[at : at + CHUNK_BYTES]) for at in range(0, len(stream), CHUNK_BYTES)]


def _conclude(model: str, pieces: Sequence[bytes]) -> float:
    """Seconds of processor time for all passages."""
    took_s, found = 0.0, 0
    for _ in range(PASSAGES):
        session, deframer, tracker, now_ms = _session(model), Deframer(), Tracker(LAYOUT), BEGAN_MS
        decode.cache_clear()
        began_s = time.thread_time()
        for piece in pieces:
            now_ms += 8_000 // len(pieces)
            for frame in deframer.feed(piece):
                session.take(frame, now_ms)
            tracker.take("dock", session.take_reads(), now_ms)
            tracker.tick(now_ms)
        news = [one for later_ms in range(0, 4_000, 100) for one in tracker.tick(now_ms + later_ms)]
        took_s += time.thread_time() - began_s
        found += sum(passage.reads for one in news if isinstance(one, Closed) for passage in one.passages)
    if found != PASSAGES * TAGS * READS_PER_TAG:
        raise LossError(f"{found} reads in the passages, expected {PASSAGES * TAGS * READS_PER_TAG}")
    return took_s


def _session(model: str) -> Session:
    session = Session(WISHES, 0)
    said = [*reader_side(model), message(63, 1, event(256, b"\0\0", UTC_US))]  # a greeting at the stream's time
    for frame in Deframer().feed(b"".join(said)):
        session.take(frame, BEGAN_MS)
    session.take_reads()
    return session


def _pyllrp_per_s() -> float:
    frames = Deframer().feed(b"".join(_pallet("FX9600")))[:ORACLE_READS]
    messages = [message(frame.type, frame.id, frame.body) for frame in frames]
    began_s = time.thread_time()
    for one in messages:
        pyllrp.UnpackMessage(BitStream(bytes=one))
    return len(messages) / (time.thread_time() - began_s)


@dataclass(frozen=True, slots=True)
class Load:
    """What a run of several readers came to."""

    reads: int
    growth_kib: int  # of this process's memory, from a fifth of the run to its end


class _Counting(Portal):
    """Keeps no reads, so that only the drivers' memory is measured."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}

    def tags(self, device: str, reads: Sequence[object]) -> None:
        self.counts[device] = self.counts.get(device, 0) + len(reads)


def run_readers(seconds: float, *, readers: int = READERS, per_s: int = PER_S) -> Load:
    """Readers over TCP at full speed; LossError when one read is missing, or a loss was told."""
    portal, growth_from = _Counting(), 0
    with ExitStack() as stack:
        sims = [stack.enter_context(LlrpReader("FX9600")) for _ in range(readers)]
        for n, sim in enumerate(sims):
            keys = {"id": f"r-{n}", "type": "llrp-reader", "station": "S1", "host": "127.0.0.1", "port": sim.port}
            driver = Driver(LlrpSettings.model_validate(keys), portal.context)
            stack.enter_context(Running(driver, HoldingSink()))
        for sim in sims:
            sim.wait_reading()
        steps = round(seconds / STEP_S)
        began_s = time.monotonic()
        for n in range(steps):
            for sim in sims:
                sim.report([TagSeen(f"{number:024X}") for number in range(round(per_s * STEP_S))])
            if n == steps // 5:
                growth_from = _resident_kib()
            threading.Event().wait(max(0.0, began_s + (n + 1) * STEP_S - time.monotonic()))
        sent = steps * round(per_s * STEP_S)
        wait_until(lambda: all(count >= sent for count in portal.counts.values()), f"{sent} reads of each reader")
        growth_kib = _resident_kib() - growth_from
        if set(portal.counts.values()) != {sent} or portal.losses:
            raise LossError(f"sent {sent} each, {portal.counts} came, losses {portal.losses}")
    return Load(sum(portal.counts.values()), growth_kib)


def _resident_kib() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024
