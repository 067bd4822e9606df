"""An electric contact: from its level over time to presses. Pure; GPIO lines and Modbus inputs share it.

A press is decided when the contact opens again, as only then it is known whether it was long; without a
long press it is decided when the contact closes. A contact that stays closed is no press but stuck.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a contact did."""

    SHORT = "short"
    LONG = "long"
    STUCK = "stuck"  # closed for longer than anybody presses
    CUT = "cut"  # watching ended while it was closed: nobody knows how long it would have been
    LOST = "lost"  # signals were lost, and presses perhaps with them


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a contact did; `count` is the number of lost signals."""

    kind: Kind
    held_ms: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True)
class HoldRule:
    """How long is long; `long_ms` 0: there is no long press."""

    long_ms: int
    stuck_ms: int


class Contact:
    """One contact. It begins open; `begin` says otherwise."""

    def __init__(self, rule: HoldRule) -> None:
        self._rule = rule
        self._closed_ms: int | None = None  # since when it is closed, None while open
        self._is_undecided = False  # a press whose length is not known yet
        self.is_stuck = False

    def begin(self, is_closed: bool, at_ms: int) -> None:
        """Start from this level: how it came to be is not known, so it is no press."""
        self._closed_ms = at_ms if is_closed else None
        self._is_undecided = self.is_stuck = False

    def turn(self, is_closed: bool, at_ms: int) -> Act | None:
        """The contact closed or opened."""
        if is_closed == (self._closed_ms is not None):
            return None
        if is_closed:
            self._closed_ms = at_ms
            self._is_undecided = self._rule.long_ms > 0
            return None if self._is_undecided else Act(Kind.SHORT)
        stuck = self.look(at_ms)
        held_ms = self._held_ms(at_ms)
        was_undecided = self._is_undecided
        self.begin(False, at_ms)
        if stuck or not was_undecided:
            return stuck
        return Act(Kind.LONG if held_ms >= self._rule.long_ms else Kind.SHORT, held_ms)

    def look(self, at_ms: int) -> Act | None:
        """Time has passed; STUCK once when it was too much."""
        if self._closed_ms is None or self.is_stuck or self._held_ms(at_ms) < self._rule.stuck_ms:
            return None
        self.is_stuck, self._is_undecided = True, False
        return Act(Kind.STUCK, self._held_ms(at_ms))

    def end(self, at_ms: int) -> Act | None:
        """Watching ends here."""
        act = Act(Kind.CUT, self._held_ms(at_ms)) if self._is_undecided else None
        self.begin(False, at_ms)
        return act

    def _held_ms(self, at_ms: int) -> int:
        return max(0, at_ms - self._closed_ms) if self._closed_ms is not None else 0
