"""Orders that reorder rules of gateways asked for: one for each need, shown to every gateway as master data.

The need's key says what it is for: `rule/<site>/<item>/<location>/<rule>/<episode>`.
"""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import orjson

from firmware_sim.erp.book import Book, decimal_text
from firmware_sim.identity import new_uuid7

NOBODY = "V-ANY"  # whoever buying finds when the gateway knew no source
OURSELVES = ""  # no gateway: booked at the ERP
STATES = ("open", "closed", "cancelled", "deleted")
_RULE = "rule/"
_SELECT = "SELECT key, doc, item, qty, uom, state, (SELECT body FROM event WHERE event.id = purchase.id) FROM purchase"

Row = dict[str, Any]


def is_rule_key(key: str) -> bool:
    return key.startswith(_RULE)


def order_rows(db: sqlite3.Connection, gw: str) -> list[Row]:
    """Rows of `purchase_orders` as `gw` must see them: what it received itself, it counts itself."""
    found = db.execute(f"{_SELECT} WHERE key LIKE 'rule/%' AND state <> 'deleted' ORDER BY doc").fetchall()
    return [_row(db, gw, order) for order in found]


def fingerprint(db: sqlite3.Connection) -> str:
    """Another one whenever any gateway would see other rows."""
    orders = db.execute("SELECT doc, state FROM purchase WHERE key LIKE 'rule/%' ORDER BY doc").fetchall()
    docs = orjson.dumps([doc for doc, _ in orders]).decode()
    goods = db.execute(
        "SELECT id, number, state FROM goods WHERE kind = 'goods_received'"
        " AND doc IN (SELECT value FROM json_each(?)) ORDER BY id, number",
        (docs,),
    ).fetchall()
    return orjson.dumps([orders, goods]).decode()


def note_receipt(db: sqlite3.Connection, event: Row) -> bool:
    """Close the orders that a receipt completes; True when it is about an order of a rule at all."""
    docs = {line.get("purchase_order", "") for line in event.get("lines", ())}
    if event["t"] == "movement_undone":
        docs = {doc for (doc,) in db.execute("SELECT doc FROM goods WHERE id = ?", (event.get("ref", ""),))}
    found = False
    for doc in docs:
        row = db.execute("SELECT qty, state FROM purchase WHERE doc = ? AND key LIKE 'rule/%'", (doc,)).fetchone()
        if row is None:
            continue
        found = True
        state = "closed" if _received(db, doc, but="") >= Decimal(row[0]) else "open"
        if row[1] in ("open", "closed"):
            db.execute("UPDATE purchase SET state = ? WHERE doc = ?", (state, doc))
    return found


def set_state(db: sqlite3.Connection, name: str, state: str) -> str:
    """Cancel, delete or close an order by its key or document; returns its key, KeyError when there is none."""
    if state not in STATES:
        raise ValueError(f"no such state {state!r}, expected one of {STATES}")
    row = db.execute("SELECT key FROM purchase WHERE key = ? OR doc = ?", (name, name)).fetchone()
    if row is None or not is_rule_key(row[0]):
        raise KeyError(f"no order of a rule has the key or number {name!r}")
    db.execute("UPDATE purchase SET state = ? WHERE key = ?", (state, row[0]))
    return str(row[0])


def deliver(db: sqlite3.Connection, book: Book, name: str) -> Row:
    """What is ordered is there, and we book it ourselves; an order that is over is only told again.

    KeyError when there is no such order.
    """
    query = "SELECT key, item, qty, state FROM purchase WHERE doc = ? AND key LIKE 'rule/%'"
    row = db.execute(query, (name,)).fetchone()
    if row is None:
        raise KeyError(f"no order of a rule has the number {name!r}")
    key, item, qty, state = row
    place = unquote(key.split("/")[3])
    if state == "open":
        book.add((item, place, "available", ""), Decimal(qty))
        db.execute(
            "INSERT INTO goods VALUES(?,0,?,'goods_received',?,'1',?,'','',?,'available','booked')",
            (new_uuid7(), OURSELVES, name, item, qty),
        )
        db.execute("UPDATE purchase SET state = 'closed' WHERE key = ?", (key,))
    return {"item": item, "place": place, "quantity": qty}


def now_of(db: sqlite3.Connection, key: str) -> Row:
    """Where a need stands: its last episode, FULL when it is over."""
    family = key.rpartition("/")[0]
    rows = db.execute("SELECT key, state FROM purchase WHERE key GLOB ?", (f"{_literal(family)}/*",)).fetchall()
    last, state = max((int(found.rpartition("/")[2]), state) for found, state in rows)
    return {"cycle": last, "state": "ORDERED" if state == "open" else "FULL"}


def _literal(text: str) -> str:
    return "".join(f"[{one}]" if one in "*?[" else one for one in text)


def _row(db: sqlite3.Connection, gw: str, order: tuple[Any, ...]) -> Row:
    key, doc, item, qty, uom, state, body = order
    trigger = orjson.loads(body)["tr"] if body else {}
    line: Row = {
        "line": "1", "item": item, "quantity": qty, "uom": uom, "need": key,
        "location": unquote(key.split("/")[3]), "closed": state != "open",
        "received_elsewhere": decimal_text(_received(db, doc, but=gw)),
    }  # fmt: skip
    if trigger.get("due"):
        line["due"] = trigger["due"][:10]
    return {"id": doc, "supplier": _supplier(trigger), "lines": [line]}


def _supplier(trigger: Row) -> str:
    """One order stands for all shares of a need, with whoever sells a part of it."""
    bought = [one["source"] for one in trigger.get("shares", ()) if one["way"] == "purchase"]
    return trigger.get("source") or next(iter(bought), "") or NOBODY


def _received(db: sqlite3.Connection, doc: str, *, but: str) -> Decimal:
    rows = db.execute(
        "SELECT base FROM goods WHERE doc = ? AND kind = 'goods_received' AND state = 'booked' AND gw <> ?", (doc, but)
    )
    return sum((Decimal(base) for (base,) in rows), Decimal(0))
