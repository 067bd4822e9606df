"""What is to be made and to be shipped: work orders with reservations and BOM, shipments to customers."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.master_order import item_word
from gateway.master_row import Row, amount, choice, day, flag, quantity, rows, text, unique, words

COMPONENTS_LIMIT = 500
LINES_LIMIT = 999


@dataclass(frozen=True, slots=True)
class Component:
    """What a work order needs of one item: the reservation, and whether confirmations use it up by themselves."""

    line: str
    item: str
    quantity: int  # micro-units of `uom` for the whole order
    uom: str
    location: str  # where it is taken from when it is back-flushed
    is_backflushed: bool
    elsewhere: int  # issued by any other way than this gateway

    @classmethod
    def parse(cls, row: Row) -> Component:
        return cls(
            text(row, "line"), text(row, "item"), amount(row, "quantity"), text(row, "uom"), text(row, "location", ""),
            flag(row, "backflush"), quantity(row, "issued_elsewhere", "0"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """A production order."""

    id: str
    item: str
    quantity: int  # micro-units of `uom`
    uom: str
    is_released: bool
    receipt: str  # location of what is finished
    lot: str  # of what is made, "" when the item has none
    components: tuple[Component, ...]
    due: str = ""  # a day on which its components are needed

    @classmethod
    def parse(cls, row: Row) -> WorkOrder:
        components = rows(row, "components", COMPONENTS_LIMIT, Component.parse)
        unique(row, "line", [one.line for one in components])
        return cls(
            text(row, "id"), text(row, "item"), amount(row, "quantity"), text(row, "uom"),
            choice(row, "status", ("released", "closed"), "released") == "released",
            text(row, "receipt", ""), text(row, "lot", ""), components, day(row, "due"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShipmentLine:
    """One line of a delivery to a customer."""

    line: str
    item: str
    quantity: int  # micro-units of `uom`
    uom: str

    @classmethod
    def parse(cls, row: Row) -> ShipmentLine:
        return cls(text(row, "line"), text(row, "item"), amount(row, "quantity"), text(row, "uom"))


@dataclass(frozen=True, slots=True)
class Shipment:
    """A delivery that is to leave for a customer."""

    id: str
    customer: str
    is_open: bool
    lines: tuple[ShipmentLine, ...]
    units: tuple[str, ...] = ()  # SSCCs that are to leave with it, where that is settled
    due: str = ""  # a day
    is_made_to_order: bool = False  # a sales order whose goods are made for it: its components are planned from it

    @property
    def words(self) -> tuple[str, ...]:
        """Found by its units, and by its items while it is open."""
        items = tuple({item_word(line.item) for line in self.lines}) if self.is_open else ()
        return (*map(unit_word, self.units), *items)

    @classmethod
    def parse(cls, row: Row) -> Shipment:
        lines = rows(row, "lines", LINES_LIMIT, ShipmentLine.parse)
        unique(row, "line", [line.line for line in lines])
        is_open = choice(row, "status", ("open", "closed"), "open") == "open"
        units = words(row, "units")
        unique(row, "unit", units)
        return cls(
            text(row, "id"), text(row, "customer"), is_open, lines, units, day(row, "due"), flag(row, "made_to_order")
        )


def unit_word(number: str) -> str:
    """What a shipment is found by that a unit is meant for; a line feed stands in no code."""
    return f"unit\n{number}"
