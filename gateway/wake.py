"""Waking a thread that waits for a file descriptor (`select`, `poll`) from other threads."""

from __future__ import annotations

import os
import threading


class Wake:
    """An event that `select` and `poll` can wait for. Any number of `set` calls cost one system call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._is_set = False
        self._is_closed = False

    def fileno(self) -> int:
        return self._fd

    def set(self) -> None:
        """Wake the waiting thread; harmless after `close`, since an outcome may come late."""
        if self._is_set:  # whoever waits has not begun to look for work, so it will find ours
            return
        with self._lock:
            if not self._is_closed:
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
