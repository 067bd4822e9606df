"""Posting periods (K16): on which day a movement is posted, and what becomes of it when that day's period is closed.

Off until `keep` says in which time zone the plant lives. A movement has the plant's local day of its own time. In a
closed period it is held, which the gateway hears as a refusal and puts on its list, or posted on the first open day;
every movement is listed with its day and the day it was posted on.
"""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from firmware_sim.erp.book import PostingError
from firmware_sim.erp.moment import posting_date

HOLD, FIRST_OPEN_DAY = "hold", "first_open_day"


class Periods:
    """Works inside the ledger's open transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        row = db.execute("SELECT zone, closed_to, policy FROM period").fetchone()
        self._zone, self._closed_to, self._policy = map(str, row or ("", "", HOLD))

    def keep(self, zone: str, closed_to: str = "", policy: str = HOLD) -> None:
        """Post by the days of `zone`; all days up to `closed_to` are closed, "" for none. ValueError for nonsense."""
        if policy not in (HOLD, FIRST_OPEN_DAY):
            raise ValueError(f"no such policy {policy!r}, expected {HOLD} or {FIRST_OPEN_DAY}")
        ZoneInfo(zone), date.fromisoformat(closed_to or "1970-01-01")
        self._db.execute("INSERT OR REPLACE INTO period VALUES(1,?,?,?)", (zone, closed_to, policy))
        self._zone, self._closed_to, self._policy = zone, closed_to, policy

    def is_day_unknown(self, event: dict[str, Any], gw: str) -> bool:
        """Whether nobody can say yet when these goods moved."""
        return bool(self._zone and event.get("mv")) and self._day(event, gw) is None

    def post(self, event: dict[str, Any], gw: str) -> None:
        """List the day of a movement; PostingError when its period is closed and movements are held."""
        day = self._day(event, gw) if self._zone and event.get("mv") else None
        if day is None:
            return
        posted = day
        if self._closed_to and day <= (closed := date.fromisoformat(self._closed_to)):
            if self._policy == HOLD:
                raise PostingError("PERIOD_CLOSED", f"{day} is closed, open from {closed + timedelta(1)}")
            posted = closed + timedelta(1)
        self._db.execute("INSERT INTO posted VALUES(?,?,?)", (event["id"], str(day), str(posted)))

    def _day(self, event: dict[str, Any], gw: str) -> date | None:
        """Of an event that was issued again, when it happened."""
        return posting_date(self._db, {**event, **event.get("at", {})}, gw, ZoneInfo(self._zone))
