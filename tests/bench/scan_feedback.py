"""F10: from the last byte of a scan on the line to the scanner's ACK, with the commit in between.

A real pty, the real daemon with its serial driver; the scans come one at a time, so each is a
commit of its own. The disk is probed between the scans: both see the same machine.
"""

from __future__ import annotations

import time
from pathlib import Path

from firmware_sim.codes import print_card
from firmware_sim.scanner import Answer, Profile, Scanner
from tests.bench.baseline import SyncProbe
from tests.bench.figure import Figure, LossError, milliseconds, share
from tests.bench.offline import prepare_cards
from tests.bench.plant import SITE, card, write_config
from tests.gateway_process import GatewayProcess

SCANS = 600
WARM_UP = 50
PAUSE_S = 0.01
P50_TARGET, P99_TARGET = 4.0, 15.0


def measure(directory: Path) -> list[Figure]:
    """Two rows: median and 99th percentile."""
    prepare_cards(directory / "data", SCANS + WARM_UP)
    scanner = Scanner(directory, "bench", Profile(sends_aim=False, response_timeout_s=5.0))
    config = write_config(directory, scanner=str(scanner.port), is_synced=False)
    probe, samples = SyncProbe(directory), []
    with GatewayProcess(config):
        for number in range(SCANS + WARM_UP):
            text = print_card(SITE, card(number))
            began = time.perf_counter()
            answer = scanner.scan(text)
            samples.append(time.perf_counter() - began)
            if answer is not Answer.ACK:
                raise LossError(f"scan {number} was answered {answer!r}, expected green")
            time.sleep(PAUSE_S)
            probe.take()
    scanner.close()
    return [_figure("p50", 0.5, samples, probe, P50_TARGET), _figure("p99", 0.99, samples, probe, P99_TARGET)]


def _figure(name: str, part: float, samples: list[float], probe: SyncProbe, target: float) -> Figure:
    taken, sync = share(samples[WARM_UP:], part), share(probe.samples[WARM_UP:], 0.5)
    what = f"read -> fsync -> feedback, {name} of {SCANS} scans"
    ratio = taken / sync
    return Figure("F10", what, milliseconds(taken), f"{ratio:.1f} x fdatasync", f"<= {target:.0f} x", ratio <= target)
