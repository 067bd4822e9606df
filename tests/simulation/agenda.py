"""What will happen when: the simulation jumps from one entry to the next."""

from __future__ import annotations

import heapq
from collections.abc import Callable

from tests.simulation.world import World

Act = Callable[[], None]


class Agenda:
    """Entries at the same moment happen in the order in which they were made."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._entries: list[tuple[int, int, Act]] = []
        self._count = 0

    def after(self, ms: float, act: Act) -> None:
        self._count += 1
        heapq.heappush(self._entries, (self._world.now_ms + max(0, int(ms)), self._count, act))

    def run_until(self, until_ms: int) -> None:
        """Everything that is due before `until_ms`, with the world's time set to each."""
        while self._entries and self._entries[0][0] <= until_ms:
            due_ms, _, act = heapq.heappop(self._entries)
            self._world.now_ms = max(self._world.now_ms, due_ms)
            act()
        self._world.now_ms = max(self._world.now_ms, until_ms)
