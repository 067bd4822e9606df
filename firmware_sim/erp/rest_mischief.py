"""What the ERP's REST side does wrong on request, switched at run time."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Canned:
    """An answer that is given without looking at the question."""

    status: int
    headers: dict[str, str]
    text: str


class RestMischief:
    """Set by the control socket's thread, read by those of the server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._canned: dict[str, deque[Canned]] = {}
        self._choking: dict[str, int] = {}
        self.body_limit = 0
        self.token = ""
        self._early = 0

    def answer(self, on: str, canned: Canned, count: int) -> None:
        """The next `count` requests of this kind get this answer."""
        with self._lock:
            self._canned.setdefault(on, deque()).extend([canned] * count)

    def take(self, on: str) -> Canned | None:
        with self._lock:
            waiting = self._canned.get(on)
            return waiting.popleft() if waiting else None

    def hurry(self, count: int) -> None:
        """The next `count` batches are answered 200 before they are committed."""
        with self._lock:
            self._early = count

    def is_hurried(self) -> bool:
        """Use one up."""
        with self._lock:
            self._early, is_early = max(0, self._early - 1), self._early > 0
        return is_early

    def choke(self, card: str, status: int) -> None:
        """Batches with an event of this card cannot be read, with status 400 or 422; "" ends it for all."""
        with self._lock:
            if card:
                self._choking[card] = status
            else:
                self._choking.clear()

    def choking(self, card: str) -> int:
        """The status for an event of this card, 0 when it can be read."""
        return self._choking.get(card, 0)

    def calm(self) -> None:
        """Everything off but the token, which is no mischief."""
        with self._lock:
            self._canned.clear()
            self._choking.clear()
            self._early = 0
        self.body_limit = 0
