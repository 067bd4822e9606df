"""`make bench`: the published figures, measured on this machine, as a table.

    python -m tests.bench [--only F10,F18] [--rows 10000000] [--backlog 1000000] [--year 10000000] [--directory DIR]

Exit code 1 when something was lost, doubled or could not be measured; a missed target is only marked.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench import (
    backlog,
    backtest,
    baseline,
    dock_door,
    growth,
    rfid,
    rules,
    scan_feedback,
    simulation,
    start,
    throughput,
    wear,
)
from tests.bench.figure import Figure
from tests.bench.table import render

Measure = Callable[[Path], list[Figure]]


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, return the exit code."""
    options = _parse(arguments)
    directory = Path(tempfile.mkdtemp(prefix="kanban-bench-", dir=options.directory))
    failures: list[str] = []
    try:
        figures = _measure_all(directory, options, failures)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    print()
    print(render(figures))
    for failure in failures:
        print(f"NOT MEASURED: {failure}")
    return 1 if failures else 0


def _measure_all(directory: Path, options: argparse.Namespace, failures: list[str]) -> list[Figure]:
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} processors, load {load:.1f} before the start; files in {directory}")
    bare = baseline.measure(directory)
    figures = bare.figures()
    measures: dict[str, Measure] = {
        "F6": simulation.measure,
        "F10": scan_feedback.measure,
        "F11": lambda place: throughput.measure(place, bare),
        "F13": rfid.measure,
        "F15": lambda place: growth.measure(place, options.rows),
        "F16": wear.measure,
        "F17": start.measure,
        "F24": dock_door.measure,
        "F18": lambda place: backlog.measure(place, options.backlog),
        "backtest": lambda place: backtest.measure(place, options.year),
        "F21": lambda place: rules.measure(place, bare),
    }
    wanted = options.only.split(",") if options.only else list(measures)
    for name in wanted:
        place = directory / name
        place.mkdir()
        began = time.monotonic()
        try:
            figures += measures[name](place)
        except Exception as error:  # noqa: BLE001 - the other figures are still worth having
            failures.append(f"{name}: {type(error).__name__}: {error}")
        print(f"{name} took {time.monotonic() - began:.0f} s", flush=True)
        shutil.rmtree(place, ignore_errors=True)
    return figures


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure the published figures.")
    parser.add_argument("--only", default="", help="figures to measure, comma-separated, e.g. F10,F18")
    parser.add_argument("--rows", type=int, default=200_000, help="journal rows for F15")
    parser.add_argument("--backlog", type=int, default=100_000, help="events for F18")
    parser.add_argument("--year", type=int, default=300_000, help="journal rows of the year that is back-tested")
    parser.add_argument("--directory", default=None, help="where to put the files; default: the system's")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
