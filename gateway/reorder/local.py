"""The situation of one item at one place, as this gateway's own store has it; asked lazily, answered once.

With `without` the question is what would be if one need had never been asked for: neither its signal nor the
documents it became count. So a need can be judged that is open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeVar

from gateway.counter import RECEIVED, counted
from gateway.kanban.moment import elapsed_ms, wall_ms_of
from gateway.master import Bill, Item, Loop, PurchaseOrder
from gateway.master_order import OrderLine
from gateway.model import Rejection, Signal
from gateway.quantity import MICRO, parse_quantity
from gateway.reorder.bom import Bom, BomLine, WorkOrder
from gateway.reorder.delivery import lead_times
from gateway.reorder.finding import Way
from gateway.reorder.owner import owner_of
from gateway.reorder.plan import Claim, Plan, base_of, open_lines
from gateway.reorder.request import transferred_from
from gateway.reorder.situation import (
    AVAILABLE,
    Demand,
    Elsewhere,
    LotAge,
    OpenSignal,
    Receipt,
    Source,
    Stock,
)
from gateway.reorder.usage import History, watched
from gateway.reorder.working_time import Calendar
from gateway.text.sentence import say
from gateway.view import View

Answer = TypeVar("Answer")


class Local:
    """A `Situation` over the writer's open transaction."""

    def __init__(self, item: str, area: str, view: View, plan: Plan, *, without: tuple[str, ...] = ()) -> None:
        """`without`: the key of a need and the document it became."""
        self.item = item
        self.location = area
        self.now_ms = view.now.wall_ms
        self.view = view
        self._plan = plan
        self._without = frozenset(without) - {""}
        self._answers: dict[str, Any] = {}
        self._faults: dict[str, Rejection] = {}

    # -- where it comes from, and whether it can be trusted ------------------------------------

    def origin(self, fact: str) -> str:
        datasets = _DATASETS.get(fact, ())
        versions = ", ".join(f"{one}@{self.view.master_version(one)[0]}" for one in datasets)
        return f"{fact} {self.location}" + (f" ({versions})" if versions else "")

    def fault(self, fact: str) -> Rejection | None:
        """Found by answering: a unit that cannot be converted, say. What nobody asked for stops nobody."""
        if fact in _NEEDED and fact in self._answers and (uom := self._plan.unreadable(self.item, self.view)):
            self._fault_unit(fact, uom, self.item)
        return self._faults.get(fact)

    # -- stock ---------------------------------------------------------------------------------

    def stock(self) -> tuple[Stock, ...]:
        return self._once("stock", self._stock)

    def _stock(self) -> tuple[Stock, ...]:
        found = []
        for location in self._plan.locations_of(self.location, self.view):
            for (status, lot), (quantity, _) in self.view.stock_of(self.item, location).items():
                if quantity:
                    found.append(Stock(quantity, status, lot, owner_of(self.item, self.location, lot, self.view)))
        return tuple(found)

    def lots(self) -> tuple[LotAge, ...]:
        return self._once("lots", self._lots)

    def _lots(self) -> tuple[LotAge, ...]:
        found: dict[str, tuple[int, int, int]] = {}  # quantity, oldest arrival, journal sequence of the last movement
        for location in self._plan.locations_of(self.location, self.view):
            for (status, lot), (quantity, since_ms) in self.view.stock_of(self.item, location).items():
                if quantity > 0:
                    held, oldest_ms, last_seq = found.get(lot, (0, since_ms, 0))
                    moved_seq = self.view.stock_seq(self.item, location, status, lot)
                    found[lot] = (held + quantity, min(oldest_ms, since_ms), max(last_seq, moved_seq))
        return tuple(
            LotAge(lot, held, since_ms or None, self._moved_ms(last_seq),
                   owner_of(self.item, self.location, lot, self.view))
            for lot, (held, since_ms, last_seq) in sorted(found.items())
        )

    def _moved_ms(self, seq: int) -> int | None:
        event = self.view.event(seq) if seq else None
        return wall_ms_of(event["w"]) if event is not None else None

    def adopted_ms(self) -> int | None:
        """How long ago a snapshot of the ERP last changed stock here; None when something else has changed it since."""
        passed: list[int] = []
        for location in self._plan.locations_of(self.location, self.view):
            for status, lot in self.view.stock_of(self.item, location):
                event = self.view.event(self.view.stock_seq(self.item, location, status, lot))
                if event is not None and event["kind"] == "stock_adopted":
                    since = (wall_ms_of(event["w"]), event["m"], event["boot"])
                    ago = elapsed_ms(since, self.view.now)
                    passed += [] if ago is None else [ago]
        return min(passed, default=None)

    def on_hand_of(self, item: str) -> int:
        return sum(
            quantity
            for location in self._plan.locations_of(self.location, self.view)
            for (status, _), (quantity, _) in self.view.stock_of(item, location).items()
            if status == AVAILABLE
        )

    def elsewhere(self) -> tuple[Elsewhere, ...]:
        """What other places that the ERP plans this item at have above their own safety stock."""
        found = []
        for name in self.view.find("order_points", self.item):
            point = self.view.master("order_points", name)
            area = self.view.area(point.location)
            if area != self.location:
                other = Local(self.item, area, self.view, self._plan)
                kept = parse_quantity(point.given.get("safety_stock", "0")) + self._promised(area)
                free = other.on_hand_of(self.item) - other.allocated() - kept
                if free > 0:
                    found.append(Elsewhere(area, free))
        return tuple(sorted(found, key=lambda one: one.location))

    def _promised(self, area: str) -> int:
        """What open signals have asked another place for: by its loops' cards, or by transfers of rules."""
        return sum(
            self._asked_from(area, one) for one in self.view.signals_of(self.item) if one.key not in self._without
        )

    def _asked_from(self, area: str, signal: Signal) -> int:
        if signal.doc and self.view.master("shipments", signal.doc) is not None:
            return 0  # it is reserved there by that document
        if signal.loop:
            loop: Loop | None = self.view.master("loops", signal.loop)
            return signal.quantity if loop is not None and self.view.area(loop.source) == area else 0
        event = self.view.event(signal.opened_seq) or {}
        return transferred_from(area, event.get("tr", {}))

    def as_if_here(self, coming: int) -> Local:
        """The same with what is on its way in stock."""
        then = Local(self.item, self.location, self.view, self._plan, without=tuple(self._without))
        then._answers |= {**self._answers, "stock": (*self.stock(), Stock(coming))}
        return then

    # -- what is wanted ------------------------------------------------------------------------

    def allocated(self) -> int:
        return self._once("allocated", lambda: sum(self._left(one) for one in self._claims()))

    def demands(self) -> tuple[Demand, ...]:
        return self._once("demands", lambda: tuple(
            Demand(left, self._day_ms(one.due), one.document) for one in self._claims() if (left := self._left(one))
        ))  # fmt: skip

    def _claims(self) -> tuple[Claim, ...]:
        claims = self._plan.claims_on(self.item, self.view)
        return tuple(one for one in claims if self._is_here(one.location))

    def _left(self, claim: Claim) -> int:
        issued = counted(claim.counter, claim.document, claim.line, self.view)
        return max(0, claim.quantity - claim.elsewhere - issued)

    def work_orders(self) -> tuple[WorkOrder, ...]:
        return self._once("work_orders", self._work_orders)

    def _work_orders(self) -> tuple[WorkOrder, ...]:
        """What is to be taken elsewhere is needed there; what a bill says is needed where the item is at home."""
        is_home = self._is_here("")
        found = []
        for order in self._plan.work_orders(self.item, self.view, self._day_ms):
            parts = tuple(
                one for one in order.components
                if (self._is_here(one.location) if one.item == self.item else is_home)
            )  # fmt: skip
            if parts or (is_home and not order.components):
                found.append(replace(order, components=parts))
        return tuple(found)

    def bom(self, item: str) -> Bom | None:
        bill: Bill | None = self.view.master("boms", item)
        if bill is None:
            return None
        lines = []
        for line in bill.lines:
            base = base_of(line.quantity, line.uom, self.view.master("items", line.item), self.view)
            if base is None:
                self._fault_unit("bom", line.uom, line.item)
            else:
                lines.append(BomLine(line.item, base[0], line.scrap_pct * 10_000))
        return Bom(item, bill.quantity, tuple(lines), bill.is_phantom)

    # -- what is coming ------------------------------------------------------------------------

    def receipts(self) -> tuple[Receipt, ...]:
        return self._once("receipts", self._receipts)

    def _receipts(self) -> tuple[Receipt, ...]:
        found = []
        item: Item | None = self.view.master("items", self.item)
        for order, line in open_lines(self.item, self.view):
            if not self._is_here(line.location) or not self._without.isdisjoint((order.id, line.need)):
                continue
            base = base_of(line.quantity, line.uom, item, self.view)
            if base is None:
                self._fault_unit("receipts", line.uom, self.item)
                continue
            left = self._still_open(order, line, item, *base)
            if left > 0:
                found.append(Receipt(left, self._day_ms(line.due, is_end=True), order.id))
        return tuple(found)

    def _still_open(self, order: PurchaseOrder, line: OrderLine, item: Item | None, base: int, factor: int) -> int:
        received = counted(RECEIVED, order.id, line.line, self.view) + line.elsewhere * factor // MICRO
        under_pct = line.under_pct if line.under_pct >= 0 or item is None else item.under_pct
        left = base - received
        return left if left > base * under_pct // 100 else 0

    def open_signals(self) -> tuple[OpenSignal, ...]:
        return self._once("open_signals", self._open_signals)

    def _open_signals(self) -> tuple[OpenSignal, ...]:
        return tuple(
            OpenSignal(one.quantity, None, one.key)
            for one in self.view.signals_of(self.item)
            if one.key not in self._without and self._is_wanted_here(one) and not self._is_document(one)
        )

    def _is_wanted_here(self, signal: Signal) -> bool:
        if not signal.loop:
            return signal.location == self.location
        loop: Loop | None = self.view.master("loops", signal.loop)
        return loop is not None and self.view.area(loop.consumer) == self.location

    def _is_document(self, signal: Signal) -> bool:
        """K7: what the master data show as an order is counted there."""
        return bool(signal.doc) and self.view.master("purchase_orders", signal.doc) is not None

    # -- who and when --------------------------------------------------------------------------

    def usage(self) -> History:
        """What lies here has been watched since it came, whether it was used or not."""
        history = self.view.usage(self.item, self.location)
        came = [one.received_ms for one in self.lots() if one.received_ms is not None]
        return watched(history, min(came)) if came else history

    def calendar(self) -> Calendar:
        return self._once("calendar", self._calendar)

    def _calendar(self) -> Calendar:
        point = self._plan.point(self.item, self.location, self.view)
        return self._plan.calendar(point.calendar if point else "", self.view)

    def sources(self) -> tuple[Source, ...]:
        return self._once("sources", self._sources)

    def _sources(self) -> tuple[Source, ...]:
        found = [
            Source(
                one.supplier, Way.PURCHASE, one.is_preferred, one.planned_ms,
                lead_times(self.item, self.location, one.supplier, self.view), one.minimum_order, one.pack,
                self._plan.calendar(one.calendar, self.view),
            )
            for one in self._plan.sources_of(self.item, self.location, self.view)
        ]  # fmt: skip
        for name in self._plan.loops_to(self.item, self.location, self.view):
            loop: Loop = self.view.master("loops", name)
            fills = self.view.fills(name)
            found.append(Source(name, Way.LOOP, False, loop.replenishment_ms, fills, rounding=loop.quantity))
        return tuple(found)

    def is_custom(self) -> bool:
        item: Item | None = self.view.master("items", self.item)
        return item is not None and item.is_custom

    # -- helpers of the answers ----------------------------------------------------------------

    def _once(self, fact: str, ask: Callable[[], Answer]) -> Answer:
        if fact not in self._answers:
            self._answers[fact] = ask()
        found: Answer = self._answers[fact]
        return found

    def _is_here(self, location: str) -> bool:
        """What does not say where counts where the item is planned first, or everywhere if it is planned nowhere."""
        if location:
            return self.view.area(location) == self.location
        return self._plan.home_of(self.item, self.view) in ("", self.location)

    def _day_ms(self, day: str, *, is_end: bool = False) -> int | None:
        """The start of a day of the plant, or its end: when nobody says the hour, the worse one is meant."""
        if not day:
            return None
        calendar = Calendar(zone=self._plan.zone)
        return calendar.start_of(date.fromisoformat(day) + timedelta(days=is_end))

    def _fault_unit(self, fact: str, uom: str, item: str) -> None:
        text = say("REORDER_UNIT", unit=uom, item=item)
        self._faults.setdefault(fact, Rejection("UNIT_UNKNOWN", text, uom, "a unit of the item"))


# Which master data an answer is made of, for its origin.
_DATASETS = {
    "allocated": ("work_orders", "shipments"), "demands": ("work_orders", "shipments"),
    "receipts": ("purchase_orders",), "sources": ("sources", "loops"), "lots": ("lots",),
    "work_orders": ("work_orders",), "bom": ("boms",), "calendar": ("calendars",), "elsewhere": ("order_points",),
}  # fmt: skip
_NEEDED = frozenset({"allocated", "demands", "work_orders"})
