"""F16: what a scan costs the disk, counted from the system calls of the real writer.

A disk writes blocks, so what counts is the distinct blocks of 4 KiB dirtied between two syncs of a
file. The kernel's own counter (/proc/self/io) says more than is written when it keeps large
folios. What the file system adds for itself is not counted.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from tests.bench.figure import Figure
from tests.bench.wear_child import CARDS

SCANS = 2 * CARDS
BLOCK_BYTES = 4096
TARGET_BYTES = 30_000
RUN_LIMIT_S = 120.0
ROOT = Path(__file__).resolve().parents[2]

_CALL = re.compile(r"(?P<name>pwrite64|fdatasync|fsync|ftruncate)\(\d+<(?P<path>[^>]*)>(?P<rest>.*)")
_PLACE = re.compile(r", (?P<size>\d+), (?P<offset>\d+)\) += \d+")


def measure(directory: Path) -> list[Figure]:
    """One row: bytes in blocks, and the plain bytes beside them."""
    log = directory / "wear.log"
    calls = "trace=pwrite64,fdatasync,fsync,ftruncate"
    words = ["strace", "--seccomp-bpf", "-f", "-y", "-s", "0", "-e", calls, "-o", str(log), sys.executable]
    words += ["-m", "tests.bench.wear_child", str(directory / "data"), str(SCANS)]
    subprocess.run(words, cwd=ROOT, check=True, timeout=RUN_LIMIT_S)
    blocks, plain = count(log, str(directory / "data"))
    what = f"written per scan at one commit each, settlement and checkpoints included ({plain / 1000:.1f} kB plain)"
    is_met = blocks <= TARGET_BYTES
    return [Figure("F16", what, f"{blocks / 1000:.1f} kB", "", f"<= {TARGET_BYTES // 1000} kB", is_met)]


def count(log: Path, data_dir: str) -> tuple[float, float]:
    """Bytes in blocks and plain bytes per scan."""
    dirty: dict[str, set[int]] = defaultdict(set)
    blocks = plain = 0
    with log.open() as lines:
        for line in lines:
            call = _CALL.search(line)
            if call is None or not call["path"].startswith(data_dir):
                continue
            path = call["path"]
            if call["name"] == "pwrite64":
                place = _PLACE.search(call["rest"])
                if place is None:
                    raise ValueError(f"strace printed a write that says nothing of its place: {line!r}")
                size, offset = int(place["size"]), int(place["offset"])
                plain += size
                dirty[path].update(range(offset // BLOCK_BYTES, (offset + size - 1) // BLOCK_BYTES + 1))
            elif call["name"] != "ftruncate":
                blocks += len(dirty.pop(path, ()))
    return blocks * BLOCK_BYTES / SCANS, plain / SCANS
