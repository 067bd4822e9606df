"""How often the line finds a full bin with so many cards: recorded use, replenishment times drawn from recorded ones.

A bin is needed the moment the one before is empty. With N cards it is there if no more than N - 1 bins are away then,
the one just emptied included. So how many are away at each emptying is counted once, and answers for every N.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.backtest.lead import draw

RUNS = 20  # draws of luck, over which the service is averaged
BINS_LIMIT = 20_000  # the newest count


@dataclass(frozen=True, slots=True)
class Batching:
    """Cards wait until so many of them make one order, or the first has waited so long (0: as long as it takes)."""

    trigger_point: int = 1
    max_wait_ms: int = 0


@dataclass(frozen=True, slots=True)
class Service:
    """`away[k]`: in how many of the `needs` k bins were away when the line needed the next one."""

    needs: int
    away: tuple[int, ...]

    def of(self, cards: int) -> float:
        """Share of needs that found a full bin, in percent; 100 without any need."""
        return round(100 * sum(self.away[:cards]) / self.needs, 2) if self.needs else 100.0

    def cards_for(self, percent: float) -> int:
        """The fewest cards that serve so many percent of the needs, at least one."""
        found, cards = 0, 0
        while found * 100 < percent * self.needs:
            found += self.away[cards]
            cards += 1
        return max(1, cards)


def serve(bins: Sequence[int], fills_ms: Sequence[int], batching: Batching, *, seed: int, loop: str) -> Service:
    """`bins`: when the line finished each; `fills_ms`: times from order to full, not empty."""
    bins = bins[-BINS_LIMIT:]
    starts = released(bins, batching)
    counts: dict[int, int] = {}
    for run in range(RUNS if len(fills_ms) > 1 else 1):
        for away in _away(bins, starts, fills_ms, (seed, f"{loop}\0{run}")):
            counts[away] = counts.get(away, 0) + 1
    rows = tuple(counts.get(away, 0) for away in range(max(counts, default=0) + 1))
    return Service(sum(rows), rows)


def released(bins: Sequence[int], batching: Batching) -> list[int | None]:
    """When the replenishment of each bin was asked for; None for those that still wait."""
    starts: list[int | None] = [None] * len(bins)
    waiting: list[int] = []
    for number, at_ms in enumerate(bins):
        if waiting and batching.max_wait_ms and at_ms - bins[waiting[0]] > batching.max_wait_ms:
            for one in waiting:
                starts[one] = bins[waiting[0]] + batching.max_wait_ms
            waiting = []
        waiting.append(number)
        if len(waiting) >= batching.trigger_point:
            for one in waiting:
                starts[one] = at_ms
            waiting = []
    return starts


def _away(
    bins: Sequence[int], starts: Sequence[int | None], fills_ms: Sequence[int], luck: tuple[int, str]
) -> list[int]:
    """How many bins are away at each emptying, the one just emptied included."""
    seed, name = luck
    back: list[int] = []  # when bins came back or will, of those that were asked for, sorted
    asked, found = 0, []
    for number, at_ms in enumerate(bins):
        while asked <= number:
            start = starts[asked]
            if start is None or start > at_ms:
                break
            insort(back, start + draw(fills_ms, seed, (name, ""), asked))
            asked += 1
        arrived = bisect_right(back, at_ms)
        found.append(number + 1 - arrived)
    return found
