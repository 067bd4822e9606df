"""What the ERP booked, read from its ledger for the audit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from firmware_sim.erp.schema import connect_reader
from firmware_sim.needs import RuleOrder

Turn = tuple[str, int]  # card, cycle
Call = tuple[str, str, str]  # station, who was called, "open" or "ended"
Stock = dict[tuple[str, str], Decimal]  # by item and location
Count = tuple[str, str, Decimal, Decimal | None]  # item, place, what was counted, the difference; None: to be repeated


@dataclass(frozen=True, slots=True)
class Booked:
    """What the ledger says."""

    orders: list[tuple[str, str, list[Turn]]]  # key, quantity, (card, cycle) of each bin it covers
    cards: dict[str, tuple[str, int]]  # state, cycle
    stock: Stock
    events: Counter[tuple[str, str, int]]  # kind, card, cycle of applied events
    outcomes: Counter[str]
    calls: Counter[Call] = field(default_factory=Counter)
    pallets: Counter[tuple[str, str]] = field(default_factory=Counter)  # SSCC and quantity of what was received
    shipped: Counter[tuple[str, str]] = field(default_factory=Counter)  # the same of what left
    counts: list[Count] = field(default_factory=list)  # in the order in which they were made
    rule_orders: list[RuleOrder] = field(default_factory=list)
    operators: dict[tuple[str, str, int], str] = field(default_factory=dict)  # by kind, card, cycle


_PALLETS = "SELECT sscc, base FROM goods WHERE state = 'booked' AND gw <> '' AND kind = ?"

_RULE_ORDERS = "SELECT key, item, qty, state FROM purchase WHERE key LIKE 'rule/%' ORDER BY doc"


def read_ledger(path: Path) -> Booked:
    """Everything the audit needs, from a ledger that may still be in use."""
    db = connect_reader(path)
    stock: Stock = {}
    for item, location, qty in db.execute("SELECT item, location, qty FROM stock"):
        stock[item, location] = stock.get((item, location), Decimal(0)) + Decimal(qty)
    events: Counter[tuple[str, str, int]] = Counter()
    operators: dict[tuple[str, str, int], str] = {}
    counts: list[Count] = []
    for (body,) in db.execute("SELECT body FROM event WHERE outcome = 'applied' ORDER BY rowid"):
        event = orjson.loads(body)
        if event["t"] == "stock_counted":
            counts.append(_counted(event))
        if "card" in event:
            what = (event["t"], event["card"], event.get("cycle", 0))
            events[what] += 1
            operators[what] = event.get("op", "")
    booked = Booked(
        orders=[
            (key, qty, [(card, cycle) for card, cycle in orjson.loads(cards)])
            for key, qty, cards in db.execute("SELECT key, qty, cards FROM purchase WHERE key NOT LIKE 'rule/%'")
        ],
        rule_orders=[RuleOrder(key, item, Decimal(qty), state) for key, item, qty, state in db.execute(_RULE_ORDERS)],
        cards={card: (state, cycle) for card, state, cycle in db.execute("SELECT card, state, cycle FROM card")},
        stock=stock,
        events=events,
        outcomes=Counter(dict(db.execute("SELECT outcome, count(*) FROM event GROUP BY outcome"))),
        counts=counts,
        operators=operators,
        pallets=Counter(map(tuple, db.execute(_PALLETS, ("goods_received",)))),
        shipped=Counter(map(tuple, db.execute(_PALLETS, ("goods_shipped",)))),
        calls=Counter(map(tuple, db.execute("SELECT station, call, state FROM andon"))),
    )
    db.close()
    return booked


def _counted(event: dict[str, Any]) -> Count:
    [line] = event["lines"]
    difference = None if event["is_open"] else Decimal(event["difference"])
    return line["item"], event["place"], Decimal(line["base"]), difference
