"""F11: a press by MQTT, decided and durable, delivered to the central broker, booked and acknowledged by
the ERP; everything on this machine, the load included.
"""

from __future__ import annotations

from pathlib import Path

from tests.bench.baseline import Baseline, SyncProbe
from tests.bench.figure import Figure, LossError, milliseconds, share
from tests.bench.line import Line
from tests.bench.presser import Presser

CARDS = 4000
WARM_UP_S = 1.0
FLOOD_S, FLOOD_SKIP_S = 12.0, 2.0
PACED_S, PACED_RATE, PACED_SKIP = 6.0, 1000.0, 1000
PROBE_PAUSE_S = 0.03
RATE_TARGET, RECORDER_TARGET = 5000.0, 8000.0
P50_TARGET_S, P99_TARGET_S = 0.008, 0.020


def measure(directory: Path, baseline: Baseline) -> list[Figure]:
    """Five rows: with the ERP the sustained rate and the latency, and the rate into a recorder."""
    with Line(directory / "erp", cards=CARDS) as line:
        line.presser.begin()
        line.presser.press(WARM_UP_S)
        with SyncProbe.beside(directory, PROBE_PAUSE_S) as probe:
            paced = line.presser.press(PACED_S, rate=PACED_RATE).latencies()[PACED_SKIP:]
        rate = _flood(line.presser)
        events, presses = line.booked_events(), line.presser.heard["sig"]
        if events < presses:
            raise LossError(f"the ERP has {events} events for {presses} presses")
    with Line(directory / "recorder", cards=CARDS, is_recorded=True) as line:
        line.presser.begin()
        recorded = _flood(line.presser)
    return [
        _rate("presses to the ERP's acknowledgement, sustained", rate, RATE_TARGET, baseline),
        _latency("p50", 0.5, paced, P50_TARGET_S, baseline),
        _latency("p99", 0.99, paced, P99_TARGET_S, baseline),
        _disk(probe),
        _rate("presses delivered to a plain recorder, sustained", recorded, RECORDER_TARGET, baseline),
    ]


def _flood(presser: Presser) -> float:
    return presser.press(FLOOD_S).rate(FLOOD_SKIP_S)


def _rate(what: str, rate: float, target: float, baseline: Baseline) -> Figure:
    ratio = f"{rate / baseline.publishes_per_s:.2f} x bare publishes"
    return Figure("F11", what, f"{rate:,.0f}/s", ratio, f">= {target:,.0f}/s", rate >= target)


def _disk(probe: SyncProbe) -> Figure:
    """Bounds the latency above: each event waits for two of these, the gateway's and the ERP's."""
    syncs = milliseconds(share(probe.samples, 0.5)), milliseconds(share(probe.samples, 0.99))
    return Figure("-", "bare fdatasync of another file at the same time: p50, p99", ", ".join(syncs))


def _latency(name: str, part: float, samples: list[float], target_s: float, baseline: Baseline) -> Figure:
    taken = share(samples, part)
    ratio = f"{taken / baseline.sync_s:.0f} x fdatasync"
    what = f"press to acknowledgement at {PACED_RATE:,.0f}/s, {name}"
    return Figure("F11", what, milliseconds(taken), ratio, f"<= {milliseconds(target_s)}", taken <= target_s)
