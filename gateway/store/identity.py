"""A store that gets another gateway id: its history stays, the ERP hears the rest of it under the new name."""

from __future__ import annotations

from pathlib import Path

from gateway.clock import Clock
from gateway.errors import GatewayError
from gateway.ids import new_id
from gateway.store.connection import DATABASE, open_reader
from gateway.store.epoch import stamp_members
from gateway.store.store import Store, stamp

_FORGOTTEN = (["identity", "rival", None], ["identity", "claim", None])


def name_in(data_dir: Path) -> tuple[str, str]:
    """(site, gateway) to which the store belongs."""
    connection = open_reader(data_dir / DATABASE)
    try:
        meta = dict(connection.execute("SELECT name,value FROM meta").fetchall())
    finally:
        connection.close()
    return str(meta.get("site")), str(meta.get("gateway"))


def rename(store: Store, gateway: str, clock: Clock) -> str:
    """Give an open store (under its former id) a new one, in one transaction; returns the new epoch.

    Everything unsettled is numbered from 1 under the new name; the ids stay, so nothing is booked twice.
    """
    if gateway == store.gateway:
        raise GatewayError(f"the store has the id {gateway!r} already", hint="set [gateway] id to a free one first")
    connection, journal = store.connection, store.journal
    now = stamp(clock)
    body = {"t": "identity_changed", "from": store.gateway, "to": gateway, "facts": list(_FORGOTTEN)}
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE meta SET value=? WHERE name='gateway'", (gateway,))
    journal.append("sys", {**body, **stamp_members(now), "id": new_id(now.wall_ms)})
    epoch = store.begin_epoch("renamed")
    connection.execute("COMMIT")
    store.witness.write(journal.seq, journal.hash)
    return epoch
