"""How a loop's bins turned: what the line used, and how long a bin took to come back. Pure.

Bins turn in shadow as they do when the loop is live, so both count; in training nothing real happened.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.backtest.demand import TAKEN_BACK, Body
from gateway.quantity import parse_quantity
from gateway.timeline import HOUR_MS, Timeline

# What an event must hold to be of interest here, as it stands in canonical JSON.
WORDS = (
    '"t":"card_emptied"', '"t":"card_opened"', '"t":"quantity_withdrawn"', '"t":"card_filled"', '"t":"card_undone"',
    '"t":"card_superseded"',
)  # fmt: skip


@dataclass(slots=True)
class Turning:
    """The record of one loop. Times in milliseconds since 1970, quantities in micro-units."""

    seqs: array[int] = field(default_factory=lambda: array("q"))
    times: array[int] = field(default_factory=lambda: array("q"))
    used: array[int] = field(default_factory=lambda: array("q"))
    fills_ms: list[int] = field(default_factory=list)
    first_ms: int = 0
    last_ms: int = 0

    def total(self) -> int:
        """Micro-units used."""
        return sum(self.used)

    def bins(self, container: int) -> list[int]:
        """When the line finished each whole container, had they all held `container` micro-units."""
        found, sum_so_far, next_bin = [], 0, container
        for at_ms, quantity in zip(self.times, self.used, strict=True):
            sum_so_far += quantity
            while sum_so_far >= next_bin:
                found.append(at_ms)
                next_bin += container
        return found

    def hourly(self) -> list[int]:
        """Micro-units used in each hour of the record, hours without use included."""
        hours = [0] * max(1, (self.last_ms - self.first_ms) // HOUR_MS)
        for at_ms, quantity in zip(self.times, self.used, strict=True):
            hours[min(len(hours) - 1, (at_ms - self.first_ms) // HOUR_MS)] += quantity
        return hours


class TurningRecorder:
    """Takes events in the journal's order."""

    def __init__(
        self, loop: str, find: Callable[[str], Body | None], *, from_ms: int = 0, to_ms: int = 2**63 - 1
    ) -> None:
        self.turning = Turning()
        self._loop = loop
        self._find = find
        self._from_ms, self._to_ms = from_ms, to_ms
        self._time = Timeline()

    def take(self, event: Body) -> bool:
        """One event; False when it lies beyond the period."""
        at_ms = self._time.at(event)
        if at_ms > self._to_ms:
            return False
        if at_ms < self._from_ms or "origin" in event or event.get("loop") != self._loop:
            return True
        turning = self.turning
        turning.first_ms, turning.last_ms = turning.first_ms or at_ms, at_ms
        if event["t"] in TAKEN_BACK:
            self._forget(event)
        elif event["t"] == "card_filled":
            if "fill" in event:
                turning.fills_ms.append(int(event["fill"]["ms"]))
        elif quantity := used_of(event):
            turning.seqs.append(event["seq"])
            turning.times.append(at_ms)
            turning.used.append(quantity)
        return True

    def _forget(self, event: Body) -> None:
        first = self._find(event.get("ref", ""))
        if first is None:
            return
        row = bisect_left(self.turning.seqs, first["seq"])
        if row < len(self.turning.seqs) and self.turning.seqs[row] == first["seq"]:
            self.turning.used[row] = 0


def used_of(event: Body) -> int:
    """Micro-units that the line took: what was in the bins before, less what is in them now."""
    if "was" not in event or "after" not in event:  # more than the bins held
        return parse_quantity(event.get("taken", "0"))
    after = sum(parse_quantity(row["qty"]) for row in event["after"])
    return parse_quantity(event["was"]["qty"]) - after
