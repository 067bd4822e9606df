"""What is to arrive: purchase orders with their lines, ship notices with pallets, cases and what is in them."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.codes.epc.epc import parse_text
from gateway.master_row import (
    MasterDataError,
    Row,
    amount,
    choice,
    count,
    day,
    fail,
    flag,
    quantity,
    rows,
    sscc,
    text,
    unique,
)  # fmt: skip

LINES_LIMIT = 999  # of one order
UNITS_LIMIT = 2000  # handling units and contents of one ship notice
EPCS_LIMIT = 2000  # tags of one unit of a ship notice
DEPTH_LIMIT = 5  # pallet, layer, case, box, bag
NO_TOLERANCE = -1  # the line says nothing: the item's tolerance counts


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of a purchase order. `elsewhere` is what was received by any other way than this gateway."""

    line: str
    item: str
    quantity: int  # micro-units of `uom`
    uom: str
    elsewhere: int  # micro-units of `uom`
    over_pct: int  # NO_TOLERANCE: as the item says
    under_pct: int
    due: str  # a day
    is_closed: bool
    location: str = ""  # where it is wanted; "" when the order does not say
    need: str = ""  # key of the need that it answers

    @classmethod
    def parse(cls, row: Row) -> OrderLine:
        return cls(
            line=text(row, "line"),
            item=text(row, "item"),
            quantity=amount(row, "quantity"),
            uom=text(row, "uom"),
            elsewhere=quantity(row, "received_elsewhere", "0"),
            over_pct=count(row, "over_pct", 0) if "over_pct" in row else NO_TOLERANCE,
            under_pct=count(row, "under_pct", 0) if "under_pct" in row else NO_TOLERANCE,
            due=day(row, "due"),
            is_closed=flag(row, "closed"),
            location=text(row, "location", ""),
            need=text(row, "need", ""),
        )


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """An order with a supplier."""

    id: str
    supplier: str
    is_open: bool
    lines: tuple[OrderLine, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """An order is also found by what it is for."""
        return tuple({line.item for line in self.lines})

    def line(self, name: str) -> OrderLine | None:
        return next((line for line in self.lines if line.line == name), None)

    @classmethod
    def parse(cls, row: Row) -> PurchaseOrder:
        lines = rows(row, "lines", LINES_LIMIT, OrderLine.parse)
        unique(row, "line", [line.line for line in lines])
        is_open = choice(row, "status", ("open", "closed"), "open") == "open"
        return cls(text(row, "id"), text(row, "supplier"), is_open, lines)


@dataclass(frozen=True, slots=True)
class NoticeUnit:
    """A handling unit of a ship notice, or goods in one: what has no item only holds others."""

    sscc: str  # "" for goods without a label of their own
    parent: str  # SSCC of the unit it stands in, "" for none
    item: str
    quantity: int  # micro-units of `uom`
    uom: str
    lot: str
    expiry: str  # a day
    order: str
    line: str
    epcs: tuple[str, ...] = ()  # common names of the tags on it and on what stands in it

    @classmethod
    def parse(cls, row: Row) -> NoticeUnit:
        item = text(row, "item", "")
        found = cls(
            sscc=sscc(row, "sscc"),
            parent=sscc(row, "parent"),
            item=item,
            quantity=amount(row, "quantity") if item else 0,
            uom=text(row, "uom", None if item else ""),
            lot=text(row, "lot", ""),
            expiry=day(row, "expiry"),
            order=text(row, "purchase_order", ""),
            line=text(row, "line", ""),
            epcs=_epcs(row),
        )
        if not found.sscc and not (found.parent and found.item):
            raise MasterDataError("unit: has neither an sscc nor an item in a parent, expected one of them")
        return found


@dataclass(frozen=True, slots=True)
class ShipNotice:
    """A despatch advice (ASN): what a supplier says is on its way, pallet by pallet."""

    id: str
    supplier: str
    units: tuple[NoticeUnit, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Found by the numbers of its units and by their tags."""
        found = {unit.sscc: None for unit in self.units if unit.sscc}
        for unit in self.units:
            found |= dict.fromkeys(map(tag_word, unit.epcs))
        return tuple(found)

    def top(self, number: str) -> str:
        """The outermost unit in which this one stands."""
        parents = {unit.sscc: unit.parent for unit in self.units if unit.sscc}
        while parents.get(number):
            number = parents[number]
        return number

    def holder(self, epc: str) -> str:
        """The outermost unit with this tag, "" when none has it."""
        unit = next((one for one in self.units if epc in one.epcs), None)
        return self.top(unit.sscc or unit.parent) if unit is not None else ""

    def unit(self, number: str) -> NoticeUnit | None:
        """The unit with this SSCC."""
        return next((unit for unit in self.units if unit.sscc == number), None)

    def inside(self, number: str) -> tuple[NoticeUnit, ...]:
        """What stands directly in a unit."""
        return tuple(unit for unit in self.units if unit.parent == number)

    def contents(self, number: str) -> tuple[NoticeUnit, ...]:
        """All goods of a unit and of the units in it, each with the SSCC it stands in or ""."""
        own = self.unit(number)
        found: tuple[NoticeUnit, ...] = (own,) if own is not None and own.item else ()
        for one in self.inside(number):
            found += self.contents(one.sscc) if one.sscc else (one,)
        return found

    @classmethod
    def parse(cls, row: Row) -> ShipNotice:
        units = rows(row, "units", UNITS_LIMIT, NoticeUnit.parse)
        labelled = {unit.sscc: unit.parent for unit in units if unit.sscc}
        unique(row, "sscc", [unit.sscc for unit in units if unit.sscc])
        for unit in units:
            if unit.parent and unit.parent not in labelled:
                raise MasterDataError(f"row {row.get('id')!r}: parent {unit.parent!r} is no unit of this notice")
        for number in labelled:
            _check_depth(row, number, labelled)
        return cls(text(row, "id"), text(row, "supplier"), units)


def tag_word(epc: str) -> str:
    """What a document is found by that lists a tag; a line feed stands in no code."""
    return f"epc\n{epc}"


def item_word(item: str) -> str:
    """What a document is found by that has an item."""
    return f"item\n{item}"


def _epcs(row: Row) -> tuple[str, ...]:
    """Tags as URIs or hexadecimal digits."""
    told = row.get("epcs", [])
    if not isinstance(told, list) or len(told) > EPCS_LIMIT or not all(isinstance(one, str) for one in told):
        raise fail(row, "epcs", f"a list of up to {EPCS_LIMIT} EPCs")
    found = [parse_text(one) for one in told]
    if wrong := next((text for text, epc in zip(told, found, strict=True) if not epc.common_name), None):
        raise fail(row, "epcs", f"EPC URIs or hexadecimal digits, {wrong[:60]!r} is neither")
    return tuple(epc.common_name for epc in found)


def _check_depth(row: Row, number: str, parents: dict[str, str]) -> None:
    """Refuse circles, which would have no end, by their depth."""
    depth, at = 1, number
    while at := parents.get(at, ""):
        depth += 1
        if depth > DEPTH_LIMIT:
            raise MasterDataError(
                f"row {row.get('id')!r}: unit {number!r} stands in more than {DEPTH_LIMIT - 1} others, or in itself"
            )
