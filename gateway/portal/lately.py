"""The last pallets at a portal: the same one again is the same passage, and the other way soon after cancels it.

A fact by portal, in the journal like everything else, so that a restart between two passages changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gateway.kanban.moment import Moment, Since, elapsed_ms
from gateway.view import View

LATELY_FACT = "portal_lately"  # by portal
KEPT = 40  # passages; older ones are forgotten before their time


@dataclass(frozen=True, slots=True)
class Went:
    """One pallet that went through. `read`: of the booking, "" when nothing was booked; `task`: why not."""

    pallet: str
    direction: str
    since: Since
    passage: str
    read: str = ""
    task: str = ""

    def to_json(self) -> list[Any]:
        return [self.pallet, self.direction, list(self.since), self.passage, self.read, self.task]


def went_lately(portal: str, view: View) -> list[Went]:
    """What is remembered, the oldest first."""
    rows = (view.fact(LATELY_FACT, portal) or {}).get("rows", ())
    return [Went(row[0], row[1], (row[2][0], row[2][1], row[2][2]), row[3], row[4], row[5]) for row in rows]


def within(went: Went, now: Moment, window_ms: int) -> bool:
    """Whether it was so short a time ago; a clock that was set back says yes."""
    passed = elapsed_ms(went.since, now)
    return passed is None or passed < window_ms


def lately_fact(portal: str, rows: Iterable[Went], now: Moment, window_ms: int) -> list[Any]:
    """The rows as a fact, without what is too old to matter."""
    kept = [one for one in rows if within(one, now, window_ms)][-KEPT:]
    return [LATELY_FACT, portal, {"rows": [one.to_json() for one in kept]} if kept else None]
