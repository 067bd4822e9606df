"""What a trigger may ask about one item at one location at one instant, and the same from plain values.

Everything is asked lazily: a rule that needs no work orders never makes anybody read them. Quantities are
micro-units of the item's base unit, instants milliseconds since 1970 UTC, times milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from gateway.model import Rejection
from gateway.reorder.bom import Bom, WorkOrder
from gateway.reorder.finding import Way
from gateway.reorder.usage import History
from gateway.reorder.working_time import ALWAYS, Calendar

AVAILABLE = "available"  # the status of stock that may be used
FACTS = (
    "stock", "allocated", "receipts", "demands", "open_signals", "usage", "calendar", "sources", "lots", "elsewhere",
    "is_custom", "work_orders", "bom", "on_hand_of",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stock:
    """One row of stock at the location."""

    quantity: int
    status: str = AVAILABLE
    lot: str = ""
    owner: str = ""  # "" is ourselves; a supplier whose consignment it is otherwise


@dataclass(frozen=True, slots=True)
class Receipt:
    """What will come by a document of the ERP; a signal that became one stands here and no longer as open (K7)."""

    quantity: int
    at_ms: int | None  # None when nobody said when
    ref: str = ""  # the document


@dataclass(frozen=True, slots=True)
class Demand:
    """What will be used and is known: a reservation, a delivery, a sales order."""

    quantity: int
    at_ms: int | None
    ref: str = ""


@dataclass(frozen=True, slots=True)
class OpenSignal:
    """A replenishment that was asked for and is no document of the ERP yet."""

    quantity: int
    due_ms: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class LotAge:
    """A lot at the location, when it came and when any of it was used last."""

    lot: str
    quantity: int
    received_ms: int | None
    issued_ms: int | None = None  # None: never; where only the last movement is known, that
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Who can deliver the item here."""

    name: str
    way: Way = Way.PURCHASE
    is_preferred: bool = False
    planned_ms: int | None = None  # lead time by master data, in time on the clock; None when unknown
    lead_times_ms: tuple[int, ...] = ()  # from order to receipt, as they were, newest last
    minimum_order: int = 0
    rounding: int = 0  # pack: orders are multiples of it; 0 for any quantity
    calendar: Calendar = ALWAYS


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Stock of the item at another location of the plant that is not needed there."""

    location: str
    free: int
    transfer_ms: int = 0


class Situation(Protocol):
    """One item at one location at one instant."""

    @property
    def item(self) -> str: ...
    @property
    def location(self) -> str: ...
    @property
    def now_ms(self) -> int: ...

    def origin(self, fact: str) -> str:
        """Where a fact comes from, for the explanation; `fact` is the name of a method: "stock" -> "stock WH1 @412"."""

    def fault(self, fact: str) -> Rejection | None:
        """Why a fact cannot be trusted, such as a unit that nobody can convert; None when it can.

        Rules that need the fact (`Kind.facts`) do not fire then and say why.
        """

    def stock(self) -> tuple[Stock, ...]: ...
    def allocated(self) -> int:
        """Reserved for orders and not issued yet."""

    def receipts(self) -> tuple[Receipt, ...]: ...  # all that is on order or on its way
    def demands(self) -> tuple[Demand, ...]: ...
    def open_signals(self) -> tuple[OpenSignal, ...]: ...  # for this item at this location, of any rule
    def usage(self) -> History: ...
    def calendar(self) -> Calendar: ...  # of the location
    def sources(self) -> tuple[Source, ...]: ...
    def lots(self) -> tuple[LotAge, ...]: ...
    def elsewhere(self) -> tuple[Elsewhere, ...]: ...
    def is_custom(self) -> bool:
        """Made for one customer only, so that nobody else can be sold it."""

    def work_orders(self) -> tuple[WorkOrder, ...]:
        """Open orders that are made here and may need the item at any level of their bills of material."""

    def bom(self, item: str) -> Bom | None: ...  # None: bought, or nothing known
    def on_hand_of(self, item: str) -> int:
        """Usable stock here of another item: what is there of a sub-assembly need not be made."""


@dataclass(frozen=True, slots=True)
class Given:
    """A situation from plain values, for tests and for simulated stock."""

    item: str = "ITEM"
    location: str = "WH1"
    now_ms: int = 1_750_000_000_000
    rows: tuple[Stock, ...] = ()
    allocation: int = 0
    coming: tuple[Receipt, ...] = ()
    needed: tuple[Demand, ...] = ()
    signals: tuple[OpenSignal, ...] = ()
    history: History = field(default_factory=History)
    worked: Calendar = ALWAYS
    offered: tuple[Source, ...] = ()
    lot_ages: tuple[LotAge, ...] = ()
    others: tuple[Elsewhere, ...] = ()
    custom: bool = False
    orders: tuple[WorkOrder, ...] = ()
    boms: Mapping[str, Bom] = field(default_factory=dict)
    stocks: Mapping[str, int] = field(default_factory=dict)  # of other items
    origins: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, Rejection] = field(default_factory=dict)

    def origin(self, fact: str) -> str:
        return self.origins.get(fact, f"{fact} {self.location}")

    def fault(self, fact: str) -> Rejection | None:
        return self.faults.get(fact)

    def stock(self) -> tuple[Stock, ...]:
        return self.rows

    def allocated(self) -> int:
        return self.allocation

    def receipts(self) -> tuple[Receipt, ...]:
        return self.coming

    def demands(self) -> tuple[Demand, ...]:
        return self.needed

    def open_signals(self) -> tuple[OpenSignal, ...]:
        return self.signals

    def usage(self) -> History:
        return self.history

    def calendar(self) -> Calendar:
        return self.worked

    def sources(self) -> tuple[Source, ...]:
        return self.offered

    def lots(self) -> tuple[LotAge, ...]:
        return self.lot_ages

    def elsewhere(self) -> tuple[Elsewhere, ...]:
        return self.others

    def is_custom(self) -> bool:
        return self.custom

    def work_orders(self) -> tuple[WorkOrder, ...]:
        return self.orders

    def bom(self, item: str) -> Bom | None:
        return self.boms.get(item)

    def on_hand_of(self, item: str) -> int:
        return self.stocks.get(item, 0)
