"""Repeat filter of one device: the same code twice within a moment is one read.

It ARMS ON COMMIT. A repeat of a read whose outcome is not known yet waits for that outcome; a
repeat of one that failed or was refused is a fresh try (a false green otherwise); only a repeat
of a committed good one is answered "already", and that is counted, never stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from gateway.model import Status, Verdict

Key = tuple[str, bytes]  # (symbology, data) of a read
Waiter = TypeVar("Waiter")

WAITERS_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Fresh:
    """Not a repeat: submit the read, then call `finish` with its verdict whatever happened."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The same code is on its way to the disk; the waiter is handed back by `finish`."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """The same code was committed a moment ago: answer `verdict` and store nothing."""

    verdict: Verdict


@dataclass(slots=True)
class _Committed:
    seen_ms: int
    verdict: Verdict


class RepeatFilter(Generic[Waiter]):
    """Remembers the codes of one device for `window_ms` of monotonic time after their last sighting.

    A card that stays under a presentation scanner therefore re-arms only after it was gone for a
    whole window. Not thread safe: the owner holds its own lock around `begin` and `finish`.
    At most `limit` codes are remembered: the longest unseen one is forgotten first, and a code
    that cannot be remembered, or has WAITERS_LIMIT waiters already, is Fresh: the card's own
    lock window then recognises the repeat, at the price of one stored event.
    """

    def __init__(self, window_ms: int, limit: int = 256) -> None:
        self._window_ms = window_ms
        self._limit = limit
        self._pending: dict[Key, list[Waiter]] = {}
        self._committed: dict[Key, _Committed] = {}  # oldest sighting first
        self.repeats = 0  # how many reads were answered "already" here

    def begin(self, key: Key, mono_ms: int, waiter: Waiter) -> Fresh | Joined | Repeated:
        """Classify one read; `waiter` is kept only when the answer is Joined."""
        if self._window_ms <= 0:
            return Fresh()
        waiters = self._pending.get(key)
        if waiters is not None:
            if len(waiters) >= WAITERS_LIMIT:
                return Fresh()
            waiters.append(waiter)
            return Joined()
        known = self._committed.pop(key, None)
        if known is not None and mono_ms - known.seen_ms < self._window_ms:
            self._committed[key] = _Committed(mono_ms, known.verdict)
            self.repeats += 1
            return Repeated(known.verdict)
        if len(self._pending) < self._limit:
            self._pending[key] = []
        return Fresh()

    def finish(self, key: Key, mono_ms: int, verdict: Verdict) -> tuple[Waiter, ...]:
        """The read became `verdict`; returns the waiters that are to get the same verdict."""
        waiters = tuple(self._pending.pop(key, ()))
        self._committed.pop(key, None)
        if verdict.is_good and self._window_ms > 0:
            already = Verdict(Status.ALREADY, "READ_REPEATED", verdict.text, verdict.card)
            self._committed[key] = _Committed(mono_ms, already)
            self._forget(mono_ms)
        return waiters

    def _forget(self, mono_ms: int) -> None:
        """Sightings are in order of time, so what is out of its window stands at the front."""
        while self._committed:
            oldest = next(iter(self._committed))
            if len(self._committed) <= self._limit and mono_ms - self._committed[oldest].seen_ms < self._window_ms:
                return
            del self._committed[oldest]
