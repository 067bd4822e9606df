"""What the ERP does wrong on request, switched at run time.

Each switch is a small count that is used up, so a test says exactly how often something happens.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from dataclasses import dataclass
from typing import Any

COUNTED = ("lie", "lose", "lower", "repeat", "unknown_epoch")
RULINGS = ("rejected", "parked", "superseded")
DEATHS = ("before_commit", "after_commit")


@dataclass
class Ruling:
    """The next `count` events that match get this outcome instead of being applied."""

    outcome: str  # rejected, parked, superseded
    code: str = ""
    of: str = "posting"  # what a rejection refuses: posting or status
    count: int = 1
    kind: str = ""  # only events of this kind, "" for all
    card: str = ""  # only events of this card, "" for all
    then_full: bool = False  # superseded: the other gateway has seen the FULL of that cycle as well

    def matches(self, event: dict[str, Any]) -> bool:
        return self.count > 0 and self.kind in ("", event.get("t")) and self.card in ("", event.get("card"))


class Mischief:
    """All switches; set by the control socket's thread, read by the ledger's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: Counter[str] = Counter()
        self._rulings: list[Ruling] = []
        self._deaths: Counter[str] = Counter()
        self.is_stalled = False

    def arm(self, name: str, count: int) -> None:
        """The next `count` acknowledgements are treated as `name` says (see COUNTED)."""
        if name not in COUNTED:
            raise ValueError(f"no such mischief {name!r}, expected one of {COUNTED}")
        with self._lock:
            self._left[name] = count

    def take(self, name: str) -> bool:
        """Use one up; False when none is left."""
        with self._lock:
            if self._left[name] <= 0:
                return False
            self._left[name] -= 1
            return True

    def decree(self, ruling: Ruling) -> None:
        """Give the next matching events another outcome."""
        if ruling.outcome not in RULINGS:
            raise ValueError(f"no such outcome {ruling.outcome!r}, expected one of {RULINGS}")
        with self._lock:
            self._rulings.append(ruling)

    def rule(self, event: dict[str, Any]) -> Ruling | None:
        """The ruling that hits this event, used up by one; None to treat it normally."""
        if not self._rulings:
            return None
        with self._lock:
            self._rulings = [ruling for ruling in self._rulings if ruling.count > 0]
            for ruling in self._rulings:
                if ruling.matches(event):
                    ruling.count -= 1
                    return ruling
        return None

    def condemn(self, moment: str, after: int = 1) -> None:
        """SIGKILL our own process at the `after`-th time this moment comes."""
        if moment not in DEATHS:
            raise ValueError(f"no such moment {moment!r}, expected one of {DEATHS}")
        with self._lock:
            self._deaths[moment] = after

    def die_if_condemned(self, moment: str) -> None:
        """Called by the ledger at each of its crash points."""
        with self._lock:
            if self._deaths[moment] == 0:
                return
            self._deaths[moment] -= 1
            is_due = self._deaths[moment] == 0
        if is_due:
            os.kill(os.getpid(), signal.SIGKILL)

    def calm(self) -> None:
        """Everything off."""
        with self._lock:
            self._left.clear()
            self._rulings.clear()
            self._deaths.clear()
            self.is_stalled = False
