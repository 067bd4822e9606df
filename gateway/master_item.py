"""Items with their units and other names, units of measure with their aliases, lots with their status (K18)."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.master_row import (
    Row,
    amount,
    choice,
    count,
    day,
    flag,
    gtins,
    percent,
    quantity,
    rows,
    text,
    unique,
    words,
)

UNITS_LIMIT = 20  # packaging units of one item
LOT_STATUS = ("released", "qc", "blocked")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure and what others call it: PCE is PC in one ERP, ST in another, Pcs on a label."""

    id: str
    words: tuple[str, ...]

    @classmethod
    def parse(cls, row: Row) -> Unit:
        return cls(text(row, "id"), words(row, "aliases"))


@dataclass(frozen=True, slots=True)
class Pack:
    """A unit in which an item is handled: one of it is `factor` base units."""

    uom: str
    factor: int  # micro-units of the base unit
    gtins: tuple[str, ...]  # what is printed on such a pack

    @classmethod
    def parse(cls, row: Row) -> Pack:
        return cls(text(row, "uom"), amount(row, "factor"), gtins(row, "gtins"))


@dataclass(frozen=True, slots=True)
class Item:
    """An item (material) with its base unit of measure (UN/ECE Rec. 20 or the ERP's own)."""

    id: str
    name: str
    uom: str
    gtins: tuple[str, ...] = ()  # of one base unit
    aliases: tuple[str, ...] = ()  # what it was called before, what suppliers call it
    packs: tuple[Pack, ...] = ()
    is_inspected: bool = False  # received into status qc
    has_lots: bool = False  # no receipt without a lot
    is_carrier: bool = False  # an empty: boxes and pallets whose balance is kept with each partner
    shelf_life_days: int = 0  # days that must be left at receipt
    over_pct: int = 0  # of an order line that does not say so itself
    under_pct: int = 0
    count_pct: int = 0  # a count that differs by less is taken over without a second one
    approve_above: int | None = None  # micro-units; a larger posting needs a supervisor
    class_: str = ""  # such as A, B or C: rules may be for a class
    price: int = 0  # micro-units of money for one base unit, 0 = unknown; for ABC only
    is_custom: bool = False  # made for one customer only

    @property
    def words(self) -> tuple[str, ...]:
        """By what else the item is found: other names, and every GTIN of 14 digits."""
        return (*self.aliases, *self.gtins, *(gtin for pack in self.packs for gtin in pack.gtins))

    @classmethod
    def parse(cls, row: Row) -> Item:
        packs = rows(row, "units", UNITS_LIMIT, Pack.parse)
        unique(row, "unit", [text(row, "uom"), *(pack.uom for pack in packs)])
        return cls(
            text(row, "id"), text(row, "name", ""), text(row, "uom"), gtins(row, "gtins"), words(row, "aliases"), packs,
            flag(row, "inspected"), flag(row, "lots"), flag(row, "carrier"), count(row, "shelf_life_days", 0),
            percent(row, "over_pct", 0), percent(row, "under_pct", 0), percent(row, "count_pct", 0),
            quantity(row, "approve_above") if "approve_above" in row else None,
            text(row, "class", ""), quantity(row, "price", "0"), flag(row, "custom"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot (batch) of an item, and whether it may be used."""

    id: str
    item: str
    lot: str
    status: str  # released qc blocked
    expiry: str  # a day, "" when it does not expire
    owner: str = ""  # a supplier whose consignment it is until it is used; "" is our own

    @property
    def words(self) -> tuple[str, ...]:
        return (lot_word(self.item, self.lot),)

    @classmethod
    def parse(cls, row: Row) -> Lot:
        status = choice(row, "status", LOT_STATUS, "released")
        return cls(
            text(row, "id"), text(row, "item"), text(row, "lot"), status, day(row, "expiry"), text(row, "owner", "")
        )  # fmt: skip


def lot_word(item: str, lot: str) -> str:
    """What a lot is found by; a line feed stands in no id."""
    return f"{item}\n{lot}"
