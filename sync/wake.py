"""Waking the sync thread, which waits for its socket, from other threads."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable


class Wake:
    """An event that `poll` can wait for. Any number of `set` calls cost one system call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._is_set = False
        self._is_closed = False

    def fileno(self) -> int:
        return self._fd

    def set(self) -> None:
        """Wake the waiting thread; harmless after `close`, since an outcome may come late."""
        with self._lock:
            if not self._is_set and not self._is_closed:
                self._is_set = True
                os.eventfd_write(self._fd, 1)

    def clear(self) -> None:
        """Call before looking for work, so that work which comes meanwhile wakes again."""
        with self._lock:
            if self._is_set and not self._is_closed:
                self._is_set = False
                os.eventfd_read(self._fd)

    def close(self) -> None:
        """Give the file descriptor back."""
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                os.close(self._fd)


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
