"""Notes for the sync thread from other threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from gateway.wake import Wake


class NoteBox:
    """Functions that other threads want the sync thread to run. One per intake at the writer, so
    it holds no more than those."""

    def __init__(self, wake: Wake) -> None:
        self._wake = wake
        self._notes: deque[Callable[[], None]] = deque()

    def leave(self, note: Callable[[], None]) -> None:
        """From any thread; never blocks."""
        self._notes.append(note)
        self._wake.set()

    def read(self) -> None:
        """In the sync thread: run what was left."""
        while self._notes:
            self._notes.popleft()()
