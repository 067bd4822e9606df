"""Master data and snapshots that the ERP publishes to each gateway, retained and versioned."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

import orjson

from firmware_sim.erp.book import decimal_text
from firmware_sim.erp.ledger import Ledger
from firmware_sim.erp.rule_orders import fingerprint, order_rows

DATASETS = (
    "units", "items", "locations", "partners", "loops", "cards", "lots", "purchase_orders", "ship_notices",
    "work_orders", "shipments", "people",
    "calendars", "order_points", "sources", "boms",
)  # fmt: skip
ORDERS = "purchase_orders"
_NO_ORDERS = "[[],[]]"
ALWAYS = ("items", "locations", "loops", "cards")  # published even when empty
Row = dict[str, Any]


def store_plant(db: sqlite3.Connection, plant: dict[str, list[Row]]) -> None:
    """Keep the datasets of a plant; a changed one gets the next version, an unchanged one stays as it is."""
    for dataset in DATASETS:
        if dataset not in plant and dataset not in ALWAYS:
            continue
        rows = orjson.dumps(plant.get(dataset, []), option=orjson.OPT_SORT_KEYS)
        etag = blake2b(rows, digest_size=8).hexdigest()
        known = db.execute("SELECT version, etag FROM masterdata WHERE dataset = ?", (dataset,)).fetchone()
        if known is None or known[1] != etag:
            version = known[0] + 1 if known else 1
            db.execute("INSERT OR REPLACE INTO masterdata VALUES(?,?,?,?)", (dataset, version, etag, rows.decode()))


def publications(db: sqlite3.Connection, gw: str) -> Iterable[tuple[str, bytes]]:
    """(dataset, document) for a gateway, in the order in which they refer to each other."""
    _renew_orders(db)
    for dataset in DATASETS:
        row = db.execute("SELECT version, etag, rows FROM masterdata WHERE dataset = ?", (dataset,)).fetchone()
        if row:
            rows = orjson.loads(row[2]) + (order_rows(db, gw) if dataset == ORDERS else [])
            body = {"v": 1, "dataset": dataset, "version": row[0], "etag": row[1], "rows": rows}
            yield dataset, orjson.dumps(body)


def _renew_orders(db: sqlite3.Connection) -> None:
    """The set of orders has another version once an order of a rule is another one."""
    now = fingerprint(db)
    known = db.execute("SELECT version, etag, rows FROM masterdata WHERE dataset = ?", (ORDERS,)).fetchone()
    if known is None and now == _NO_ORDERS:
        return
    version, etag, rows = known or (0, "", "[]")
    wanted = blake2b(f"{rows}{now}".encode(), digest_size=8).hexdigest() if now != _NO_ORDERS else etag
    if wanted != etag:
        db.execute("INSERT OR REPLACE INTO masterdata VALUES(?,?,?,?)", (ORDERS, version + 1, wanted, rows))


def snapshots(ledger: Ledger) -> Iterable[tuple[str, bytes]]:
    """Card states and stock as of what we have taken from every gateway."""
    as_of = {gw: {"ep": ledger.epoch(gw)} | ledger.position(gw) for gw in ledger.gateways()}
    cards = [
        {"card": card, "state": standing.state, "cycle": standing.cycle}
        for card, standing in ledger.clerk.book.cards.items()
    ]
    stock = [
        {"item": item, "location": location, "status": status, "lot": lot, "qty": decimal_text(quantity)}
        for (item, location, status, lot), quantity in ledger.clerk.book.stock.items()
    ]
    for dataset, rows in (("cardstate", cards), ("stock", stock)):
        version = _next_version(ledger.db, dataset)
        yield dataset, orjson.dumps({"v": 1, "dataset": dataset, "version": version, "as_of": as_of, "rows": rows})


def _next_version(db: sqlite3.Connection, dataset: str) -> int:
    db.execute("INSERT INTO masterdata VALUES(?,1,'','') ON CONFLICT DO UPDATE SET version = version + 1", (dataset,))
    return int(db.execute("SELECT version FROM masterdata WHERE dataset = ?", (dataset,)).fetchone()[0])
