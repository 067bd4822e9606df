"""Master data as the ERP publishes it, parsed and checked: loops and cards here, and the table of all datasets.

A row that cannot be used is refused with its id and the reason, never half used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.master_item import Item, Lot, Unit
from gateway.master_order import PurchaseOrder, ShipNotice
from gateway.master_person import Person
from gateway.master_place import Location, Partner
from gateway.master_plan import Bill, OrderPoint, SupplySource, WorkCalendar
from gateway.master_row import MasterDataError, choice, count, flag, percent, quantity, text
from gateway.master_work import Shipment, WorkOrder

__all__ = [
    "DATASETS", "PARSERS", "Bill", "CardDefinition", "Item", "Location", "Loop", "Lot", "MasterDataError",
    "OrderPoint", "Partner", "Person", "PurchaseOrder", "ShipNotice", "Shipment", "SupplySource", "Unit",
    "WorkCalendar", "WorkOrder",
]  # fmt: skip

ON_EMPTY = ("none", "issue", "transfer")
ON_FULL = ("none", "receipt", "transfer", "erp_status")
LIVES = ("NEW", "ACTIVE", "HOLD", "SURPLUS", "OBSOLETE", "LOST", "REMOVED", "CLOSED")


@dataclass(frozen=True, slots=True)
class Loop:
    """A kanban loop (SAP: control cycle): one item between a source and a consumer."""

    id: str
    item: str
    quantity: int  # micro-units per container
    uom: str
    cards: int  # how many cards circulate
    consumer: str  # location where the bin is emptied
    source: str  # location or supplier that fills it
    replenishment_ms: int  # target time from EMPTY to FULL
    lock_window_ms: int  # repeats within it are the same emptying
    on_empty: str  # who posts what: none issue transfer (K1)
    on_full: str  # none receipt transfer erp_status (K1)
    backflush: bool  # the ERP posts the consumption from production confirmations
    trigger_point: int  # cards that must wait before one signal for all; 1 = at once
    max_wait_ms: int  # release a waiting batch at this age, 0 = never
    independent_source: bool  # EMPTY waits until the source releases it
    deciding_gateway: str  # releases batches (K10); "" = any
    demand_per_hour: int  # micro-units, 0 = unknown; checks that the cards can feed the line
    family: str = ""  # loops of one source that are made with one set-up and collect together; "" for none
    calendar: str = ""  # when the source works and delivers (K17); "" = always
    is_released_when_due: bool = False  # waiting cards go when the source could not deliver in time any later
    pitch_ms: int = 0  # takt x pack of a levelled source, in working time; 0 = it takes what comes
    pitch_cards: int = 1  # most cards it is given in one pitch
    over_pct: int | None = None  # what counts as the quantity asked for; None: as its item says
    under_pct: int | None = None
    approve_above: int | None = None  # micro-units; a larger posting needs a supervisor
    inspected: bool | None = None  # received into inspection; None: as its item says for goods from outside

    @property
    def words(self) -> tuple[str, ...]:
        families = (family_word(self.source, self.family),) if self.family else ()
        return (*families, level_word(self.source)) if self.pitch_ms else families

    @classmethod
    def parse(cls, row: Mapping[str, Any]) -> Loop:
        replenishment_ms = count(row, "replenishment_s", 3600) * 1000
        return cls(
            id=text(row, "id"),
            item=text(row, "item"),
            quantity=quantity(row, "quantity"),
            uom=text(row, "uom"),
            cards=count(row, "cards", 1),
            consumer=text(row, "consumer"),
            source=text(row, "source"),
            replenishment_ms=replenishment_ms,
            # K2: 60 s, and never more than a tenth of the replenishment time
            lock_window_ms=min(count(row, "lock_window_s", 60) * 1000, 60_000, replenishment_ms // 10),
            on_empty=choice(row, "on_empty", ON_EMPTY),
            on_full=choice(row, "on_full", ON_FULL),
            backflush=bool(row.get("backflush", False)),
            trigger_point=max(1, count(row, "trigger_point", 1)),
            max_wait_ms=count(row, "max_wait_s", 0) * 1000,
            independent_source=bool(row.get("independent_source", False)),
            deciding_gateway=text(row, "deciding_gateway", ""),
            demand_per_hour=quantity(row, "demand_per_hour", "0"),
            family=text(row, "family", ""),
            calendar=text(row, "calendar", ""),
            is_released_when_due=flag(row, "release_when_due"),
            pitch_ms=count(row, "pitch_s", 0) * 1000,
            pitch_cards=max(1, count(row, "pitch_cards", 1)),
            over_pct=percent(row, "over_pct", 0) if "over_pct" in row else None,
            under_pct=percent(row, "under_pct", 0) if "under_pct" in row else None,
            inspected=flag(row, "inspected") if "inspected" in row else None,
            approve_above=quantity(row, "approve_above") if "approve_above" in row else None,
        )


def family_word(source: str, family: str) -> str:
    """What the loops of a family are found by; a line feed stands in no id."""
    return f"family\n{source}\n{family}"


def level_word(source: str) -> str:
    """What the loops of a levelled source are found by."""
    return f"level\n{source}"


@dataclass(frozen=True, slots=True)
class CardDefinition:
    """A printed card: which loop it belongs to, which print is valid, what the customer prints on it."""

    id: str
    loop: str
    revision: int
    life: str
    initial: str  # container state when the card first appears: FULL, EMPTY or WAIT
    code: str  # the customer's own code for this card, "" when printed by us

    @classmethod
    def parse(cls, row: Mapping[str, Any]) -> CardDefinition:
        return cls(
            id=text(row, "id"),
            loop=text(row, "loop"),
            revision=count(row, "revision", 1),
            life=choice(row, "life", LIVES, "ACTIVE"),
            initial=choice(row, "initial", ("FULL", "EMPTY", "WAIT"), "FULL"),
            code=text(row, "code", ""),
        )


# In the order in which they refer to each other. What has `words` is found by them as well (View.find).
PARSERS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "units": Unit.parse,
    "items": Item.parse,
    "locations": Location.parse,
    "partners": Partner.parse,
    "loops": Loop.parse,
    "cards": CardDefinition.parse,
    "lots": Lot.parse,
    "purchase_orders": PurchaseOrder.parse,
    "ship_notices": ShipNotice.parse,
    "work_orders": WorkOrder.parse,
    "shipments": Shipment.parse,
    "people": Person.parse,
    "calendars": WorkCalendar.parse,
    "order_points": OrderPoint.parse,
    "sources": SupplySource.parse,
    "boms": Bill.parse,
}
DATASETS = tuple(PARSERS)
