"""What the people at one place have to do and when; one person works one agenda."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Task = Callable[[], None]


@dataclass
class Agenda:
    """Tasks by due time (monotonic seconds). Anybody may add, one thread works it off."""

    _tasks: list[tuple[float, int, Task]] = field(default_factory=list)
    _order: itertools.count[int] = field(default_factory=itertools.count)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _is_over: bool = False

    def add(self, due: float, task: Task) -> None:
        """Do `task` at `due`, or as soon after as the person is free."""
        with self._changed:
            heapq.heappush(self._tasks, (due, next(self._order), task))
            self._changed.notify()

    def close(self) -> None:
        """The day is over: the task at hand is finished, nothing else is begun."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def work(self) -> None:
        """Do what is due, in order, until `close`."""
        while (task := self._next()) is not None:
            task()

    def _next(self) -> Task | None:
        with self._changed:
            while not self._is_over:
                wait_s = self._tasks[0][0] - time.monotonic() if self._tasks else None
                if wait_s is not None and wait_s <= 0:
                    return heapq.heappop(self._tasks)[2]
                self._changed.wait(wait_s)
        return None
