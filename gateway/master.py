"""Master data as the ERP publishes it: items, locations, loops and cards, parsed and checked.

A row that cannot be used is refused with its id and the reason, never half used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.quantity import parse_quantity

ON_EMPTY = ("none", "issue", "transfer")
ON_FULL = ("none", "receipt", "transfer", "erp_status")
_SHIFT = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
LIVES = ("NEW", "ACTIVE", "HOLD", "SURPLUS", "OBSOLETE", "LOST", "REMOVED", "CLOSED")


class MasterDataError(ValueError):
    """A master-data row that cannot be used: says which row, which member, what was expected."""


@dataclass(frozen=True, slots=True)
class Item:
    """An item (material) with its base unit of measure (UN/ECE Rec. 20 or the ERP's own)."""

    id: str
    name: str
    uom: str

    @classmethod
    def parse(cls, row: Mapping[str, Any]) -> Item:
        return cls(_text(row, "id"), _text(row, "name", ""), _text(row, "uom"))


@dataclass(frozen=True, slots=True)
class Location:
    """A storage location or production supply area."""

    id: str
    name: str

    @classmethod
    def parse(cls, row: Mapping[str, Any]) -> Location:
        return cls(_text(row, "id"), _text(row, "name", ""))


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

    @classmethod
    def parse(cls, row: Mapping[str, Any]) -> Loop:
        replenishment_ms = _count(row, "replenishment_s", 3600) * 1000
        return cls(
            id=_text(row, "id"),
            item=_text(row, "item"),
            quantity=_quantity(row, "quantity"),
            uom=_text(row, "uom"),
            cards=_count(row, "cards", 1),
            consumer=_text(row, "consumer"),
            source=_text(row, "source"),
            replenishment_ms=replenishment_ms,
            # K2: 60 s, and never more than a tenth of the replenishment time
            lock_window_ms=min(_count(row, "lock_window_s", 60) * 1000, 60_000, replenishment_ms // 10),
            on_empty=_choice(row, "on_empty", ON_EMPTY),
            on_full=_choice(row, "on_full", ON_FULL),
            backflush=bool(row.get("backflush", False)),
            trigger_point=max(1, _count(row, "trigger_point", 1)),
            max_wait_ms=_count(row, "max_wait_s", 0) * 1000,
            independent_source=bool(row.get("independent_source", False)),
            deciding_gateway=_text(row, "deciding_gateway", ""),
            demand_per_hour=_quantity(row, "demand_per_hour", "0"),
        )


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
            id=_text(row, "id"),
            loop=_text(row, "loop"),
            revision=_count(row, "revision", 1),
            life=_choice(row, "life", LIVES, "ACTIVE"),
            initial=_choice(row, "initial", ("FULL", "EMPTY", "WAIT"), "FULL"),
            code=_text(row, "code", ""),
        )


OPERATOR, SUPERVISOR, QUALITY = "operator", "supervisor", "quality"
ROLES = (OPERATOR, SUPERVISOR, QUALITY)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a badge (K14). A lost badge is replaced by another `badge` text; the old one is unknown then."""

    id: str  # as it stands in events: `op` is "badge:<id>"
    name: str
    badge: str  # what the badge says
    roles: frozenset[str]
    valid_until: str  # a day or an RFC 3339 time, "" without an end
    shift: tuple[int, int] | None  # minutes of the plant's day, from and to; None: no shift
    blocked: bool

    @classmethod
    def parse(cls, row: Mapping[str, Any]) -> Person:
        return cls(
            id=_text(row, "id"),
            name=_text(row, "name", ""),
            badge=_text(row, "badge"),
            roles=_roles(row),
            valid_until=_day_or_time(row, "valid_until"),
            shift=_shift(row),
            blocked=row.get("blocked", False) is not False,
        )


PARSERS = {
    "items": Item.parse, "locations": Location.parse, "loops": Loop.parse, "cards": CardDefinition.parse,
    "people": Person.parse,
}  # fmt: skip


def _roles(row: Mapping[str, Any]) -> frozenset[str]:
    value = row.get("roles", [OPERATOR])
    if not isinstance(value, list) or not all(role in ROLES for role in value):
        raise _fail(row, "roles", "a list of " + ", ".join(ROLES))
    return frozenset(value)


def _day_or_time(row: Mapping[str, Any], member: str) -> str:
    value = _text(row, member, "")
    try:
        when = datetime.fromisoformat(value) if value else None
    except ValueError:
        raise _fail(row, member, "a day such as 2027-01-31, or a time with its offset") from None
    if when is not None and len(value) > len("2027-01-31") and when.tzinfo is None:
        raise _fail(row, member, "a day such as 2027-01-31, or a time with its offset")
    return value


def _shift(row: Mapping[str, Any]) -> tuple[int, int] | None:
    value = _text(row, "shift", "")
    if not value:
        return None
    found = _SHIFT.fullmatch(value)
    if found is None:
        raise _fail(row, "shift", "two times of the plant's day, e.g. '22:00-06:00'")
    hours = [int(part) for part in found.groups()]
    return hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]


def _fail(row: Mapping[str, Any], member: str, expected: str) -> MasterDataError:
    return MasterDataError(f"row {row.get('id')!r}: {member} is {row.get(member)!r}, expected {expected}")


def _text(row: Mapping[str, Any], member: str, default: str | None = None) -> str:
    value = row.get(member, default)
    if not isinstance(value, str) or (default is None and not value) or len(value) > 200:
        raise _fail(row, member, "a text of 1 to 200 characters" if default is None else "a text up to 200 characters")
    return value


def _count(row: Mapping[str, Any], member: str, default: int) -> int:
    value = row.get(member, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _fail(row, member, "a whole number, 0 or more")
    return value


def _quantity(row: Mapping[str, Any], member: str, default: str | None = None) -> int:
    value = row.get(member, default)
    try:
        micro = parse_quantity(value) if isinstance(value, str) else -1
    except ValueError as error:
        raise _fail(row, member, str(error)) from error
    if micro < 0:
        raise _fail(row, member, "a decimal string, 0 or more, e.g. '40'")
    return micro


def _choice(row: Mapping[str, Any], member: str, choices: tuple[str, ...], default: str | None = None) -> str:
    value = row.get(member, default)
    if value not in choices:
        raise _fail(row, member, "one of " + ", ".join(choices))
    return str(value)
