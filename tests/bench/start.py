"""F17: from the start of the process to green, and what it needs of memory then."""

from __future__ import annotations

import time
from pathlib import Path

from firmware_sim.broker import Broker
from firmware_sim.scanner import Profile, Scanner
from tests.bench.figure import Figure, share
from tests.bench.offline import prepare_cards
from tests.bench.plant import write_config
from tests.bench.process import resident_bytes
from tests.gateway_process import GatewayProcess

CARDS = 1000
BUTTONS = 100
STARTS = 5
SETTLE_S = 1.0
TARGET_S, TARGET_BYTES = 2.0, 100_000_000


def measure(directory: Path) -> list[Figure]:
    """Two rows: a gateway with a scanner, buttons, sync and page, on a store that has data."""
    prepare_cards(directory / "data", CARDS)
    scanner = Scanner(directory, "bench", Profile())
    seconds, memory = [], []
    with Broker() as broker:
        config = write_config(directory, broker=broker.port, buttons=BUTTONS, scanner=str(scanner.port))
        for _ in range(STARTS):
            gateway = GatewayProcess(config)
            began = time.perf_counter()
            with gateway:
                seconds.append(time.perf_counter() - began)
                time.sleep(SETTLE_S)
                memory.append(resident_bytes(gateway.pid))
    scanner.close()
    taken, resident = share(seconds, 0.5), max(memory)
    return [
        Figure("F17", f"start to green, median of {STARTS}", f"{taken:.2f} s", "", "<= 2 s", taken <= TARGET_S),
        Figure("F17", "resident memory", f"{resident / 1e6:.0f} MB", "", "<= 100 MB", resident <= TARGET_BYTES),
    ]
