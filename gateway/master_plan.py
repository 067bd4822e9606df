"""What planning needs: reorder parameters by item and place, who delivers, who works when, what is made of what."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.master_row import Row, amount, count, day, fail, flag, percent, quantity, rows, text, unique, words

LINES_LIMIT = 500  # components of one bill
DAYS_LIMIT = 1000  # holidays and shifted workdays of one calendar
SHIFTS_LIMIT = 12
SLOTS_LIMIT = 200
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Quantities of a row of `order_points`, named as the parameters of reorder rules.
POINT_QUANTITIES = (
    "safety_stock", "reorder_point", "minimum", "maximum", "lot", "order_quantity", "minimum_order", "rounding",
    "maximum_order",
)  # fmt: skip

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00", re.ASCII)


@dataclass(frozen=True, slots=True)
class OrderPoint:
    """Reorder parameters of an item at a location or an area (SAP: MRP area data; Odoo: reordering rule)."""

    id: str
    item: str
    location: str
    given: dict[str, str]  # of POINT_QUANTITIES, as decimal strings
    class_: str  # such as A, B or C; "" for none
    deciding_gateway: str  # who decides here (K10); "" = every gateway
    takeover_ms: int  # how long the others wait for it before they decide themselves; 0: for ever
    calendar: str  # of the place, "" works always
    owner: str  # a supplier whose consignment the stock here is; "" is our own
    is_blocked: bool  # nothing is ordered here

    @property
    def words(self) -> tuple[str, ...]:
        return (self.item, point_word(self.item, self.location))

    @classmethod
    def parse(cls, row: Row) -> OrderPoint:
        given = {name: text(row, name) for name in POINT_QUANTITIES if name in row and quantity(row, name) >= 0}
        return cls(
            text(row, "id"), text(row, "item"), text(row, "location"), given, text(row, "class", ""),
            text(row, "deciding_gateway", ""), count(row, "takeover_s", 0) * 1000, text(row, "calendar", ""),
            text(row, "owner", ""), flag(row, "blocked"),
        )  # fmt: skip


def point_word(item: str, location: str) -> str:
    """What the row of an item at a place is found by; a line feed stands in no id."""
    return f"{item}\n{location}"


@dataclass(frozen=True, slots=True)
class SupplySource:
    """Who delivers an item, and how (SAP: purchasing info record with its source list entry)."""

    id: str
    item: str
    supplier: str
    location: str  # "" for every place
    is_preferred: bool
    planned_ms: int | None  # lead time on the clock; None when nobody said
    minimum_order: int  # micro base units
    pack: int  # orders are multiples of it, micro base units; 0 for any quantity
    calendar: str

    @property
    def words(self) -> tuple[str, ...]:
        return (self.item,)

    @classmethod
    def parse(cls, row: Row) -> SupplySource:
        planned_ms = count(row, "lead_time_h", 0) * 3_600_000 if "lead_time_h" in row else None
        return cls(
            text(row, "id"), text(row, "item"), text(row, "supplier"), text(row, "location", ""),
            flag(row, "preferred"), planned_ms, quantity(row, "minimum_order", "0"), quantity(row, "pack", "0"),
            text(row, "calendar", ""),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Working days with holidays and shifted workdays, shifts, and slots in which deliveries arrive (K17)."""

    id: str
    week: tuple[bool, ...]  # Monday first
    holidays: tuple[str, ...]  # days
    workdays: tuple[str, ...]  # worked although weekday or holiday says no
    shifts: tuple[tuple[int, int], ...]  # minutes of the day; an end below its start is on the next day
    slots: tuple[tuple[int, int | None], ...]  # minute of the day, weekday or None for every working day

    @classmethod
    def parse(cls, row: Row) -> WorkCalendar:
        week = _weekdays(row)
        return cls(
            text(row, "id"), week, _days(row, "holidays"), _days(row, "workdays"),
            rows(row, "shifts", SHIFTS_LIMIT, _shift) or ((0, 1440),), rows(row, "slots", SLOTS_LIMIT, _slot),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class BillLine:
    """One component of a bill of material."""

    item: str
    quantity: int  # micro-units of `uom`
    uom: str  # "" for the base unit
    scrap_pct: int  # lost on the way

    @classmethod
    def parse(cls, row: Row) -> BillLine:
        return cls(text(row, "item"), amount(row, "quantity"), text(row, "uom", ""), percent(row, "scrap_pct", 0))


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill of material: what `quantity` of an item is made of. Its id is the item."""

    id: str
    quantity: int  # micro base units
    lines: tuple[BillLine, ...]
    is_phantom: bool  # never stocked: its components are used directly

    @classmethod
    def parse(cls, row: Row) -> Bill:
        lines = rows(row, "lines", LINES_LIMIT, BillLine.parse)
        unique(row, "item", [one.item for one in lines])
        return cls(text(row, "id"), amount(row, "quantity"), lines, flag(row, "phantom"))


def _weekdays(row: Row) -> tuple[bool, ...]:
    told = words(row, "days") if "days" in row else WEEKDAYS
    if not set(told) <= set(WEEKDAYS):
        raise fail(row, "days", "weekdays: " + ", ".join(WEEKDAYS))
    return tuple(name in told for name in WEEKDAYS)


def _days(row: Row, member: str) -> tuple[str, ...]:
    told = row.get(member, [])
    if not isinstance(told, list) or len(told) > DAYS_LIMIT:
        raise fail(row, member, f"a list of up to {DAYS_LIMIT} days")
    return tuple(day({"id": row.get("id"), member: one}, member) for one in told)


def _minute(row: Row, member: str) -> int:
    told = text(row, member)
    if not _TIME.fullmatch(told):
        raise fail(row, member, "a time of day such as '06:00'")
    return int(told[:2]) * 60 + int(told[3:])


def _shift(row: Row) -> tuple[int, int]:
    start, end = _minute(row, "from"), _minute(row, "to")
    return (start, end if end > start else end + 1440)


def _slot(row: Row) -> tuple[int, int | None]:
    named = text(row, "day", "")
    if named and named not in WEEKDAYS:
        raise fail(row, "day", "a weekday: " + ", ".join(WEEKDAYS))
    return (_minute(row, "at"), WEEKDAYS.index(named) if named else None)
