"""F10: from the bytes of a scan on the line to the scanner's ACK, with the commit in between.

A real pty, the real daemon with its serial driver; the scans come one at a time, so each is a
commit of its own. The disk is probed between the scans: both see the same machine.
"""

from __future__ import annotations

import os
import select
import time
import tty
from pathlib import Path

from firmware_sim.codes import print_card
from tests.bench.baseline import SyncProbe, arithmetic
from tests.bench.figure import Figure, LossError, milliseconds, share
from tests.bench.offline import prepare_cards
from tests.bench.plant import SITE, card, write_config
from tests.gateway_process import GatewayProcess

SCANS = 400
WARM_UP = 30
PAUSE_S = 0.05  # people scan far slower, and caches are as cold then as they are here
ANSWER_LIMIT_S = 5.0
FIRST_TRIES = 50
ACK = b"\x06"
P50_TARGET, P99_TARGET = 4.0, 15.0


def measure(directory: Path) -> list[Figure]:
    """Two rows: median and 99th percentile."""
    prepare_cards(directory / "data", SCANS + WARM_UP)
    line, other_end = os.openpty()
    tty.setraw(other_end)
    config = write_config(directory, scanner=os.ttyname(other_end), is_synced=False)
    probe, samples, sums = SyncProbe(directory), [], []
    try:
        with GatewayProcess(config):
            _await_port(line)
            for number in range(SCANS + WARM_UP):
                samples.append(_scan(line, print_card(SITE, card(number)).encode() + b"\r"))
                time.sleep(PAUSE_S)
                probe.take()
                time.sleep(PAUSE_S)
                sums.append(arithmetic())  # what the processor alone makes of 1 ms of work after such a pause
                time.sleep(PAUSE_S)
    finally:
        for descriptor in (line, other_end):
            os.close(descriptor)
        probe.close()
    taken, syncs = samples[WARM_UP:], probe.samples[WARM_UP:]
    sums = sums[WARM_UP:]
    return [
        _figure("p50", 0.5, taken, syncs, P50_TARGET),
        _figure("p99", 0.99, taken, syncs, P99_TARGET),
        _still(sums, syncs),
    ]


def _still(sums: list[float], syncs: list[float]) -> Figure:
    """Bounds what any program can reach here: a sum that touches neither disk nor another thread."""
    late = share(sums, 0.99)
    what = f"the same sum after the same pauses, beside it: p50 {milliseconds(share(sums, 0.5))}, p99"
    return Figure("-", what, milliseconds(late), f"{late / share(syncs, 0.5):.1f} x fdatasync")


def _await_port(line: int) -> None:
    """What is sent before the gateway has opened the port is discarded, so knock until it answers."""
    for _ in range(FIRST_TRIES):
        os.write(line, b"KNOCK\r")
        readable, _, _ = select.select([line], [], [], 0.2)
        if readable:
            os.read(line, 64)
            return
    raise LossError("the gateway never answered on its port")


def _scan(line: int, frame: bytes) -> float:
    """Seconds until the green light."""
    began = time.perf_counter()
    os.write(line, frame)
    readable, _, _ = select.select([line], [], [], ANSWER_LIMIT_S)
    answer = os.read(line, 1) if readable else b""
    ended = time.perf_counter()
    if answer != ACK:
        raise LossError(f"{frame!r} was answered {answer!r}, expected ACK")
    return ended - began


def _figure(name: str, part: float, samples: list[float], syncs: list[float], target: float) -> Figure:
    taken, sync = share(samples, part), share(syncs, 0.5)
    what = f"read -> fsync -> feedback, {name} of {SCANS} scans"
    ratio = taken / sync
    beside = f"{ratio:.1f} x fdatasync (its own {name}: {share(syncs, part) / sync:.1f} x)"
    return Figure("F10", what, milliseconds(taken), beside, f"<= {target:.0f} x", ratio <= target)
