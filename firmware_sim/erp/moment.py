"""When an event happened: as it was stamped, or corrected once its gateway had learnt the time."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

TRUSTED = "ntp"


def corrected_time(db: sqlite3.Connection, event: dict[str, Any], gw: str) -> datetime | None:
    """The event's time; None when its clock was not synchronised and nobody has said since what the time was.

    The reference is the gateway's first `clock_corrected`, or any event stamped by a synchronised clock, of the
    same boot: the monotonic clocks of two moments of one boot say how far apart they are.
    """
    if is_trusted(event):
        return datetime.fromisoformat(event["w"])
    rows = db.execute(
        "SELECT body FROM event JOIN stream USING(stream) WHERE gw = ? AND json_extract(body, '$.boot') = ?"
        " AND json_extract(body, '$.q') LIKE 'ntp%' ORDER BY kind <> 'clock_corrected', event.rowid LIMIT 1",
        (gw, event["boot"]),
    ).fetchall()
    if not rows:
        return None
    reference = orjson.loads(rows[0][0])
    return datetime.fromisoformat(reference["w"]) - timedelta(milliseconds=reference["m"] - event["m"])


def posting_date(db: sqlite3.Connection, event: dict[str, Any], gw: str, zone: ZoneInfo) -> date | None:
    """The day on which a movement is posted: the plant's local date of the event's time (K16).

    07:30 on 1 December in Shanghai is still November in UTC. None as for `corrected_time`: such an event is parked.
    """
    moment = corrected_time(db, event, gw)
    return None if moment is None else moment.astimezone(zone).date()


def is_trusted(event: dict[str, Any]) -> bool:
    """Whether a synchronised clock stamped it."""
    return str(event.get("q", "")).split(":")[0] == TRUSTED
