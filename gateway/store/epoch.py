"""Epochs: one unbroken history of this store, as the ERP knows it.

A new one begins when the store is created, when its tail is found missing, and when the ERP's
acknowledgement shows that it remembers another history (a restored image, a cloned card).
"""

from __future__ import annotations

import sqlite3
from typing import Any

from gateway.clock import iso_utc
from gateway.ids import new_epoch, new_id
from gateway.model import Read, Stamp
from gateway.store.journal import Journal
from gateway.store.outbox import put_back, resequence


def begin_epoch(
    connection: sqlite3.Connection,
    journal: Journal,
    now: Stamp,
    reason: str,
    *,
    lost: tuple[int, int] | None = None,
    resend_from: int = 0,
) -> str:
    """Start a new epoch inside the caller's transaction; returns it.

    Everything unsettled is numbered from 1 again under the same ids. `lost` are journal sequences
    that are gone for good; the journal goes on behind them, since a sequence is never used twice.
    `resend_from`: what was settled from this journal sequence on is sent again as well; 0 for nothing.
    """
    journal.write()
    epoch = new_epoch(now.wall_ms)
    previous = connection.execute("SELECT value FROM meta WHERE name='epoch'").fetchone()
    connection.execute("INSERT OR REPLACE INTO meta(name,value) VALUES('epoch',?)", (epoch,))
    if resend_from:
        put_back(connection, resend_from)
    resent = resequence(connection)
    seq, digest = journal.seq, journal.hash
    journal.load()
    journal.seq, journal.hash = (lost[1], digest) if lost else (seq, digest)
    told: dict[str, Any] = {"epoch": epoch, "reason": reason, "previous": previous[0] if previous else ""}
    if lost:
        told["lost"] = list(lost)
    if resent:
        told["resent"] = resent
    body = {**stamp_members(now), "id": new_id(now.wall_ms), "t": "epoch_started", "epoch": told}
    journal.append("sys", body)
    return epoch


def stamp_members(now: Stamp | Read) -> dict[str, Any]:
    """The time members that every event carries."""
    return {"w": iso_utc(now.wall_ms), "m": now.mono_ms, "boot": now.boot, "q": now.quality}
