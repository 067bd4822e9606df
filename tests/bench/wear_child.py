"""What F16 watches under strace: scans one commit each, each settled by the commit after it.

python -m tests.bench.wear_child <data directory> <scans>
"""

from __future__ import annotations

import sys
from pathlib import Path

from gateway.model import Acknowledgement, Action
from gateway.store.writer import Request
from tests.bench.offline import Desk

CARDS = 1000


def main(data_dir: Path, scans: int) -> None:
    """As at a few scans a second: the acknowledgement of one is there when the next comes."""
    desk = Desk(data_dir)
    desk.load(CARDS)
    settled: list[Request] = []
    for number in range(scans):
        turn, place = divmod(number, CARDS)
        card = place * 389 % CARDS  # people do not scan in the order of the card numbers
        scan = desk.scan(f"K-{card:06d}", Action.FULL if turn % 2 else Action.EMPTY)
        desk.commit([*settled, scan])
        head, digest = desk.store.journal.streams["sig"]
        settled = [Request(Acknowledgement(desk.store.epoch, "sig", head, digest))]
    desk.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
