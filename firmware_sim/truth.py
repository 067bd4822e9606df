"""The truth file: JSON lines of what physically happened on the floor, and what people were told.

    {"at": 12.031, "fact": "emptied", "card": "K101-03", "cycle": 1, "used": "40", "left": "0", "by": "scanner",
     "told": "ack", "tries": 1}                                                 or "by" a make of button
    {"fact": "filled", "card": …, "cycle": …, "told": "ack" | "forgotten"}      the bin is full again
    {"fact": "shipped", "card": …, "cycle": …, "told": "ack"}                   the source sent it off
    {"fact": "again", "card": …, "cycle": …, "what": "empty" | "full", "told": …}   the same thing scanned twice
    {"fact": "strange", "text": …, "told": "nak"}                               a code that is no card of ours
    {"fact": "redelivered", "card": …, "by": "ttn-v3"}                          a network delivers an old press again
    {"fact": "killed", "side": "L1-01" | "the ERP" | "the broker"}
    {"fact": "link", "gateway": "L1-01", "trouble": "cut" | "stalled" | "slow" | "healed"}
    {"fact": "badge", "device": …, "person": "P011" | "", "told": "ack"}        signed in, or out
    {"fact": "shift", "device": …, "leaves": "P011", "comes": "P012"}           the post at a scanner changed hands
    {"fact": "call", "station": …, "call": "maintenance", "what": "called" | "called again" | "ended"}
    {"fact": "received", "sscc": …, "quantity": "24", "told": "ack"}            a pallet at the dock; "by" the "door",
                                                                                or "hand" if that stayed red
    {"fact": "left" | "stopped at the door" | "turned back", "sscc": …}         out through the door, or not
    {"fact": "received again", "sscc": …, "told": "ack"}                        the same pallet scanned once more
    {"fact": "strayed", "item": …, "place": …, "quantity": "3"}                 taken from the shelf without a word
    {"fact": "counted", "item": …, "place": …, "quantity": "494", "rounds": 2, "told": "ack"}   what lies there
    {"fact": "delivered", "doc": "PO-0000031", "item": …, "place": …, "quantity": "160"}   an order of a rule arrived
    {"fact": "handover", "cards": […]}                                          a scene of two gateways was played
    {"fact": "stuck", "what": …}                                                something never came true: a difference

`cycle` counts how often the bin was emptied. `told` is green (`ack`), red (`nak`) or nothing (`silence`).
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter, deque
from pathlib import Path
from typing import Any

REMEMBERED = 200

Fact = dict[str, Any]


class Truth:
    """Written by everybody on the floor, one line per fact, flushed at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("a")
        self._lock = threading.Lock()
        self._start = time.monotonic()
        self._recent: deque[Fact] = deque(maxlen=REMEMBERED)
        self._numbers: Counter[str] = Counter()

    def recent(self, count: int) -> list[Fact]:
        """The newest facts, newest first, for people who look on."""
        with self._lock:
            return list(self._recent)[: -count - 1 : -1]

    def numbers(self) -> dict[str, int]:
        """How many facts there were of each kind."""
        with self._lock:
            return dict(self._numbers)

    def record(self, fact: str, **members: Any) -> None:
        """Add one fact with the seconds since the day began."""
        entry = {"at": round(time.monotonic() - self._start, 3), "fact": fact, **members}
        line = json.dumps(entry)
        with self._lock:
            self._recent.append(entry)
            self._numbers[fact] += 1
            self._file.write(line + "\n")
            self._file.flush()

    def close(self) -> None:
        self._file.close()


def read_truth(path: Path) -> list[Fact]:
    """All facts in the order in which they were recorded."""
    return [json.loads(line) for line in path.read_text().splitlines()]
