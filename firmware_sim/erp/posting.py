"""Postings that come more than once: refused ones sent again, and such that are taken back.

A posting is named by its first event, the root. Whatever comes of it, it is booked once at most: the table
`posting` says which roots are settled, and is unique on them.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

Event = dict[str, Any]
BOOKED, VOIDED = "booked", "voided"


@dataclass(frozen=True, slots=True)
class Objection:
    """Why an event about an earlier posting is not carried out."""

    outcome: str
    code: str
    message: str


class Postings:
    """Works inside the ledger's open transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._settled: dict[str, str] = dict(db.execute("SELECT root, outcome FROM posting"))

    def objection(self, event: Event, known: dict[str, str]) -> Objection | None:
        """Of an event that repeats or takes back another one, or whose posting was settled by a later one."""
        root = event.get("redrives") or event.get("voids")
        state = self._state(root or event["id"], known, is_first=root is None)
        if state == "":
            return None
        if event.get("voids"):
            if state == VOIDED:
                return Objection("duplicate", "", "")
            return Objection("rejected", "ALREADY_BOOKED", "this was booked: correct it by a count")
        if root and state == VOIDED:
            return Objection("rejected", "VOIDED", "this posting was taken back")
        if event.get("changed"):
            return Objection("rejected", "ALREADY_BOOKED", "this was booked as it came first: correct it by a count")
        return Objection("duplicate", "", "")

    def settle(self, event: Event, outcome: str) -> None:
        """The event has settled its posting, if it is a later one."""
        root = event.get("redrives") or event.get("voids")
        if not root:
            return
        self._db.execute("INSERT INTO posting VALUES(?,?,?)", (root, outcome, event["id"]))
        self._settled[root] = outcome
        self.replace(root)

    def replace(self, root: str) -> None:
        """What was told of this posting before is not to be finished or told again."""
        query = (
            "UPDATE event SET outcome = 'replaced' WHERE outcome IN ('parked', 'rejected')"
            " AND (id = ? OR body ->> '$.redrives' = ?)"
        )
        self._db.execute(query, (root, root))

    def _state(self, root: str, known: dict[str, str], *, is_first: bool) -> str:
        if is_first or root in self._settled:
            return self._settled.get(root, "")
        row = self._db.execute("SELECT outcome FROM event WHERE id = ?", (root,)).fetchone()
        outcome = known.get(root, row[0] if row else "")
        return BOOKED if outcome == "applied" else ""
