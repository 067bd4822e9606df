"""Confirming messages in the order in which they came, as MQTT demands, whichever is done first."""

from __future__ import annotations

from collections import deque


class InOrder:
    """Packet identifiers that were received and not yet confirmed."""

    def __init__(self) -> None:
        self._open: deque[int] = deque()
        self._finished: set[int] = set()

    def begin(self, packet: int) -> None:
        """A message came."""
        self._open.append(packet)

    def finish(self, packet: int) -> list[int]:
        """A message is dealt with; returns what may be confirmed now, oldest first."""
        self._finished.add(packet)
        ready: list[int] = []
        while self._open and self._open[0] in self._finished:
            ready.append(self._open.popleft())
            self._finished.discard(ready[-1])
        return ready
