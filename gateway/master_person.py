"""People with badges, what they may do and when (K14)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from gateway.master_row import Row, fail, flag, text

OPERATOR, SUPERVISOR, QUALITY = "operator", "supervisor", "quality"
ROLES = (OPERATOR, SUPERVISOR, QUALITY)
_SHIFT = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_DAY_LENGTH = len("2027-01-31")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a badge. A lost badge is replaced by another `badge` text; the old one is unknown then."""

    id: str  # as it stands in events: `op` is "badge:<id>"
    name: str
    badge: str  # what the badge says
    roles: frozenset[str]
    valid_until: str  # a day or an RFC 3339 time, "" without an end
    shift: tuple[int, int] | None  # minutes of the plant's day, from and to; None: no shift
    blocked: bool

    @property
    def words(self) -> tuple[str, ...]:
        return (self.badge,)

    @classmethod
    def parse(cls, row: Row) -> Person:
        return cls(
            id=text(row, "id"),
            name=text(row, "name", ""),
            badge=text(row, "badge"),
            roles=_roles(row),
            valid_until=_day_or_time(row, "valid_until"),
            shift=_shift(row),
            blocked=flag(row, "blocked"),
        )


def _roles(row: Row) -> frozenset[str]:
    value = row.get("roles", [OPERATOR])
    if not isinstance(value, list) or not all(role in ROLES for role in value):
        raise fail(row, "roles", "a list of " + ", ".join(ROLES))
    return frozenset(value)


def _day_or_time(row: Row, member: str) -> str:
    value = text(row, member, "")
    try:
        when = datetime.fromisoformat(value) if value else None
    except ValueError:
        raise fail(row, member, "a day such as 2027-01-31, or a time with its offset") from None
    if when is not None and len(value) > _DAY_LENGTH and when.tzinfo is None:
        raise fail(row, member, "a day such as 2027-01-31, or a time with its offset")
    return value


def _shift(row: Row) -> tuple[int, int] | None:
    value = text(row, "shift", "")
    if not value:
        return None
    found = _SHIFT.fullmatch(value)
    if found is None:
        raise fail(row, "shift", "two times of the plant's day, e.g. '22:00-06:00'")
    hours = [int(part) for part in found.groups()]
    return hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
