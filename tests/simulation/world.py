"""Simulated time, shared by everything on the floor, and the clocks that gateways believe in."""

from __future__ import annotations

import random

START_MS = 1_790_000_000_000
DAY_MS = 86_400_000


class World:
    """True time in milliseconds, and the one source of chance: a seed says everything."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.dice = random.Random(seed)
        self.now_ms = START_MS
        random.seed(seed)  # ids of reads and events

    def pass_time(self, ms: int) -> None:
        self.now_ms += ms

    @property
    def day(self) -> float:
        """Days since the beginning."""
        return (self.now_ms - START_MS) / DAY_MS


class BoxClock:
    """What one machine believes: monotonic since its boot, a wall clock that may be wrong."""

    def __init__(self, world: World, name: str) -> None:
        self._world = world
        self._name = name
        self._boots = 0
        self._booted_ms = 0
        self.offset_ms = 0  # of the wall clock from the truth
        self.known = "ntp:5ms"
        self.reboot()

    def reboot(self) -> None:
        self._boots += 1
        self._booted_ms = self._world.now_ms - 20_000

    @property
    def boot(self) -> str:
        return f"{self._name[-2:]}{self._boots:06x}"

    def wall_ms(self) -> int:
        return self._world.now_ms + self.offset_ms

    def mono_ms(self) -> int:
        return self._world.now_ms - self._booted_ms

    def quality(self) -> str:
        return self.known
