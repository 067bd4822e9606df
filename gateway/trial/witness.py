"""Who said what, out of the journal: gathers needs, deeds and traces of one loop or one item. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gateway.kanban.key import EMPTY, is_rule_key, need_key
from gateway.quantity import MICRO, parse_quantity
from gateway.timeline import Timeline
from gateway.trial.need import FILLING, ORDER, RECEIPT, TRAINED, Deed, Need, Trace

Body = dict[str, Any]

# What an event must hold to be of interest here, as it stands in canonical JSON.
WORDS = (
    '"tr":{', '"t":"card_', '"t":"order_confirmed"', '"about":{', '"dataset":"purchase_orders"', '"t":"goods_received"',
    '"t":"scan_refused"', '"t":"training_', '"t":"mode_changed"',
)  # fmt: skip
TRACES_LIMIT = 10_000  # the newest are kept


@dataclass(frozen=True, slots=True)
class Subject:
    """What is on trial: a loop with its item, or with `loop` empty an item."""

    site: str
    item: str
    loop: str = ""
    factors: dict[str, int] = field(default_factory=dict)  # micro base units of one unit of measure
    cards: frozenset[str] = frozenset()


@dataclass(slots=True)
class Statement:
    """All that was said in the period."""

    needs: list[Need] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    undone: int = 0
    first_ms: int = 0
    last_ms: int = 0


class Witness:
    """Takes events in the journal's order."""

    def __init__(self, subject: Subject, *, from_ms: int = 0, to_ms: int = 2**63 - 1) -> None:
        self.said = Statement()
        self._subject = subject
        self._from_ms, self._to_ms = from_ms, to_ms
        self._time = Timeline()
        self._orders: dict[tuple[str, str], int] = {}  # (order, line) -> quantity, of this item
        self._asked: set[str] = set()  # keys of our needs: those of an item are of several loops
        self._at_ms = 0

    def take(self, event: Body) -> bool:
        """One event; False when it lies beyond the period."""
        self._at_ms = self._time.at(event)
        if self._at_ms > self._to_ms:
            return False
        self.said.first_ms = self.said.first_ms or self._at_ms
        self.said.last_ms = self._at_ms
        if "origin" not in event:
            self._hear_us(event, event["t"])
            self._hear_the_erp(event, event["t"])
        return True

    def _hear_us(self, event: Body, kind: str) -> None:
        if kind == "card_undone":
            self._undo(event)
        elif kind == "scan_refused" or kind.startswith("training_"):
            self._trace(event, kind)
        elif signal := event.get("tr") or event.get("would", {}).get("tr"):
            self._need(event, signal)

    def _hear_the_erp(self, event: Body, kind: str) -> None:
        if kind == "card_filled":
            self._filling(event)
        elif kind == "order_confirmed":
            self._order(event["doc"])
        elif kind == "command_done" and "about" in event:
            self._order(event["about"])
        elif event.get("md", {}).get("dataset") == "purchase_orders":
            self._orders_changed(event["md"]["set"])
        elif kind == "goods_received":
            self._receipt(event)

    def _is_now(self) -> bool:
        return self._at_ms >= self._from_ms

    # -- ours ---------------------------------------------------------------------------------

    def _need(self, event: Body, signal: Body) -> None:
        subject = self._subject
        is_ours = event.get("loop") == subject.loop if subject.loop else signal["item"] == subject.item
        if not (is_ours and self._is_now()):
            return
        key, cards = event.get("key", ""), tuple(signal.get("cards", ()))
        if any(one.key == key for one in self.said.needs[-len(subject.cards) - 1 :]):
            return  # told anew when its loop went live, or sent once more
        self._asked.add(key)
        quantity = parse_quantity(signal["qty"])
        rule = str(signal.get("rule", ""))
        self.said.needs.append(Need(key, event["id"], self._at_ms, quantity, rule, cards, "aside" not in event))

    def _undo(self, event: Body) -> None:
        before = len(self.said.needs)
        self.said.needs = [one for one in self.said.needs if one.event != event.get("ref")]
        self.said.undone += before - len(self.said.needs)

    def _trace(self, event: Body, kind: str) -> None:
        card = str(event.get("card", ""))
        if card in self._subject.cards and self._is_now():
            code = TRAINED if kind.startswith("training_") else str(event["code"])
            self.said.traces.append(Trace(self._at_ms, card, code))
            del self.said.traces[:-TRACES_LIMIT]

    # -- the ERP's ----------------------------------------------------------------------------

    def _deed(self, deed: Deed) -> None:
        if self._is_now():
            self.said.deeds.append(deed)

    def _order(self, told: Body) -> None:
        """An order number for a need: of ours if a card of the loop, or a signal of the item, has this key."""
        key, doc = str(told["key"]), str(told["doc"])
        if self._is_about(key) and not any(one.ref == doc and one.key == key for one in self.said.deeds):
            self._deed(Deed(ORDER, doc, self._at_ms, None, key))

    def _is_about(self, key: str) -> bool:
        parts = key.split("/")
        if len(parts) < 3:
            return False
        if parts[0] == "card":
            return parts[2] in self._subject.cards or key in self._asked
        return parts[2] == self._subject.item and not self._subject.loop

    def _filling(self, event: Body) -> None:
        """A receipt that the ERP reported by a command: nobody scanned it here."""
        if "dev" in event or "inferred" in event or event.get("loop") != self._subject.loop:
            return
        key = need_key(self._subject.site, event["card"], event["cycle"], EMPTY)
        self._deed(Deed(FILLING, f"{event['card']}/{event['cycle']}", self._at_ms, None, key))

    def _orders_changed(self, rows: list[Body]) -> None:
        for order in rows:
            for line in order.get("lines", ()):
                place = (str(order["id"]), str(line["line"]))
                if line["item"] == self._subject.item and place not in self._orders:
                    self._orders[place] = self._base(str(line["quantity"]), str(line["uom"]))
                    need = str(line.get("need", ""))
                    if self._subject.loop and is_rule_key(need):  # for another place than the loop's bins
                        continue
                    self._deed(Deed(ORDER, place[0], self._at_ms, self._orders[place], need))

    def _receipt(self, event: Body) -> None:
        """Goods of an order that we never saw as master data."""
        for line in event.get("lines", ()):
            place = (str(line.get("purchase_order", "")), str(line.get("line", "")))
            if line["item"] == self._subject.item and place not in self._orders:
                self._deed(Deed(RECEIPT, place[0], self._at_ms, parse_quantity(line["base"])))

    def _base(self, text: str, uom: str) -> int:
        return parse_quantity(text) * self._subject.factors.get(uom, MICRO) // MICRO
