"""The ERP's books: stock as decimals, card states, purchase orders; changed in memory, flushed per transaction.

The process owns its ledger alone, so cards and stock are read once and written back as touched.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

ZERO = Decimal(0)
# How far a container has come within one cycle; only used between gateways that do not know of each other.
PROGRESS = {
    "WAIT": 0, "EMPTY": 1, "ORDERED": 2, "IN_PROCESS": 3, "IN_TRANSIT": 4, "RECEIVED_QC": 5, "FULL": 6, "IN_USE": 7,
}  # fmt: skip

Place = tuple[str, str, str, str]  # item, location, status, lot


class PostingError(ValueError):
    """An event whose stock effect or order the ERP cannot book; `code` goes to the gateway."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a card stands at the ERP, and who said so."""

    state: str
    cycle: int
    undone: int
    gw: str
    w: str = ""  # when that happened by the clock of its gateway, and how far that clock can be trusted
    q: str = ""

    def is_ahead_of(self, state: str, cycle: int, undone: int) -> bool:
        """Whether a report from another gateway tells of something that is already past."""
        if cycle != self.cycle or undone != self.undone:
            return cycle < self.cycle
        return PROGRESS.get(state, 9) < PROGRESS.get(self.state, 9)


class Book:
    """Effects of events, gathered until `flush` writes them into the open transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.stock: dict[Place, Decimal] = {
            (item, location, status, lot): Decimal(qty)
            for item, location, status, lot, qty in db.execute("SELECT item, location, status, lot, qty FROM stock")
        }
        self.cards: dict[str, Standing] = {
            card: Standing(*standing)
            for card, *standing in db.execute("SELECT card, state, cycle, undone, gw, w, q FROM card")
        }
        self._documents: int = db.execute("SELECT count(*) FROM purchase").fetchone()[0]
        self._touched_stock: dict[Place, None] = {}  # in their order, so that the same events give the same tables
        self._touched_cards: dict[str, None] = {}
        self._purchases: list[tuple[str, ...]] = []
        self._closed: list[tuple[str, str]] = []

    def post_stock(self, event: dict[str, Any]) -> None:
        """Book the movements of an event, never clamped; PostingError and no change when one is unusable."""
        moves = [(move, _quantity(move)) for move in event.get("mv", ())]
        for move, quantity in moves:
            status, lot = move.get("status", "available"), move.get("lot", "")
            if move.get("from"):
                self.add((move["item"], move["from"], status, lot), -quantity)
            if move.get("to"):
                self.add((move["item"], move["to"], status, lot), quantity)

    def add(self, place: Place, quantity: Decimal) -> None:
        self.stock[place] = self.stock.get(place, ZERO) + quantity
        self._touched_stock[place] = None

    def turn_cards(self, event: dict[str, Any], gw: str, st: str, *, is_late: bool = False) -> None:
        """Take over the cards as they are after the event, except where later news are known.

        Only one gateway's `sig` stream is in order; between streams and between gateways the state
        that is further along stands.
        """
        for row in event.get("after", ()):
            undone = row.get("undone", 0)
            standing = self.cards.get(row["card"])
            is_in_order = st == "sig" and not is_late and standing is not None and standing.gw == gw
            if standing and not is_in_order and standing.is_ahead_of(row["state"], row["cycle"], undone):
                continue
            self.cards[row["card"]] = Standing(row["state"], row["cycle"], undone, gw, *_moment(event))
            self._touched_cards[row["card"]] = None

    def place_order(self, event: dict[str, Any], gw: str) -> str | None:
        """Open the purchase order an event asks for; its document number, None when it asks for none."""
        trigger = event.get("tr")
        if trigger is None:
            return None
        if not event.get("key"):
            raise PostingError("NO_KEY", "a trigger without a need key cannot become an order")
        if "redrives" in event and self._has_order(event["key"]):
            return None
        self._documents += 1
        is_past = all(
            row["card"] in self.cards
            and self.cards[row["card"]].is_ahead_of(row["state"], row["cycle"], row.get("undone", 0))
            for row in event.get("after", ())
        )
        doc = f"PO-{self._documents:07d}"
        cards = [[row["card"], row["cycle"]] for row in event.get("after", ()) if row["card"] in trigger["cards"]]
        self._purchases.append((
            event["key"], doc, event["id"], gw, trigger.get("item", ""), trigger["qty"], trigger.get("uom", ""),
            orjson.dumps(cards).decode(), "closed" if is_past and event.get("after") else "open",
        ))  # fmt: skip
        return doc

    def _has_order(self, key: str) -> bool:
        waiting = any(found == key for found, *_ in self._purchases)
        return waiting or self._db.execute("SELECT 1 FROM purchase WHERE key = ?", (key,)).fetchone() is not None

    def mark_ordered(self, key: str) -> None:
        """The order that was just placed has a number that its gateway will hear of: its cards are ORDERED."""
        cards = next(cards for found, *_, cards, _ in self._purchases if found == key)
        for card, _ in orjson.loads(cards):
            standing = self.cards[card]
            if standing.state == "EMPTY":
                self.cards[card] = replace(standing, state="ORDERED")

    def close_orders(self, event: dict[str, Any]) -> None:
        """Orders that this event ends: filled, or cancelled by an undo."""
        state = "cancelled" if event.get("t") in ("card_undone", "reorder_withdrawn") else "closed"
        self._closed += [(state, key) for key in event.get("closes", ())]
        self._closed += [("open", signal["key"]) for signal in event.get("reopens", ())]

    def flush(self, db: sqlite3.Connection) -> None:
        """Write what was touched; IntegrityError when an order would exist twice."""
        if self._purchases:
            db.executemany("INSERT INTO purchase VALUES(?,?,?,?,?,?,?,?,?)", self._purchases)
        if self._closed:
            db.executemany("UPDATE purchase SET state = ? WHERE key = ?", self._closed)
        if self._touched_stock:
            rows = [(*place, decimal_text(self.stock[place])) for place in self._touched_stock]
            db.executemany("INSERT OR REPLACE INTO stock VALUES(?,?,?,?,?)", rows)
        if self._touched_cards:
            db.executemany(
                "INSERT OR REPLACE INTO card VALUES(?,?,?,?,?,?,?)", map(self._card_row, self._touched_cards)
            )
        self._purchases, self._closed = [], []
        self._touched_stock.clear()
        self._touched_cards.clear()

    def _card_row(self, card: str) -> tuple[str, str, int, int, str, str, str]:
        standing = self.cards[card]
        return (card, standing.state, standing.cycle, standing.undone, standing.gw, standing.w, standing.q)


def _moment(event: dict[str, Any]) -> tuple[str, str]:
    """When it happened, which for an event that was issued again is not when it was recorded."""
    at = event.get("at", event)
    return at.get("w", ""), at.get("q", "")


def _quantity(move: dict[str, Any]) -> Decimal:
    text = move.get("base", move.get("qty"))
    try:
        quantity = Decimal(text) if isinstance(text, str) else ZERO
    except InvalidOperation:
        quantity = ZERO
    if not quantity.is_finite() or quantity <= 0 or not isinstance(move.get("item"), str):
        raise PostingError("BAD_QUANTITY", f"movement {move!r} has no item with a positive decimal string")
    return quantity


def decimal_text(quantity: Decimal) -> str:
    """Shortest decimal string, never in exponent form."""
    text = f"{quantity:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
