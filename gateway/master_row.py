"""Members of a master-data row, checked one by one: an error says which row, which member, what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from gateway.quantity import parse_quantity

TEXT_LIMIT = 200
WORDS_LIMIT = 50  # other names, numbers and codes of one row
Row = Mapping[str, Any]
Entry = TypeVar("Entry")

_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}", re.ASCII)
_SSCC = re.compile(r"[0-9]{18}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", re.ASCII)


class MasterDataError(ValueError):
    """A master-data row that cannot be used: says which row, which member, what was expected."""


def fail(row: Row, member: str, expected: str) -> MasterDataError:
    return MasterDataError(f"row {row.get('id')!r}: {member} is {row.get(member)!r}, expected {expected}")


def text(row: Row, member: str, default: str | None = None) -> str:
    """A text of at most TEXT_LIMIT characters; empty only where `default` allows it."""
    value = row.get(member, default)
    if not isinstance(value, str) or (default is None and not value) or len(value) > TEXT_LIMIT:
        raise fail(row, member, "a text of 1 to 200 characters" if default is None else "a text up to 200 characters")
    return value


def count(row: Row, member: str, default: int) -> int:
    """A whole number, 0 or more."""
    value = row.get(member, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise fail(row, member, "a whole number, 0 or more")
    return value


def percent(row: Row, member: str, default: int) -> int:
    """A whole number from 0 to 100."""
    value = count(row, member, default)
    if value > 100:
        raise fail(row, member, "a whole number of percent, 0 to 100")
    return value


def flag(row: Row, member: str, *, default: bool = False) -> bool:
    """True or false."""
    value = row.get(member, default)
    if not isinstance(value, bool):
        raise fail(row, member, "true or false")
    return value


def quantity(row: Row, member: str, default: str | None = None) -> int:
    """Micro-units of a decimal string, 0 or more."""
    value = row.get(member, default)
    try:
        micro = parse_quantity(value) if isinstance(value, str) else -1
    except ValueError as error:
        raise fail(row, member, str(error)) from error
    if micro < 0:
        raise fail(row, member, "a decimal string, 0 or more, e.g. '40'")
    return micro


def amount(row: Row, member: str) -> int:
    """Micro-units of a decimal string above 0."""
    micro = quantity(row, member)
    if micro == 0:
        raise fail(row, member, "a decimal string above 0, e.g. '40'")
    return micro


def choice(row: Row, member: str, choices: Sequence[str], default: str | None = None) -> str:
    """One of `choices`."""
    value = row.get(member, default)
    if value not in choices:
        raise fail(row, member, "one of " + ", ".join(choices))
    return str(value)


def day(row: Row, member: str) -> str:
    """A calendar day such as 2026-11-30, "" when absent. Days compare as texts."""
    value = text(row, member, "")
    if value and not _DATE.fullmatch(value):
        raise fail(row, member, "a day such as '2026-11-30'")
    return value


def words(row: Row, member: str) -> tuple[str, ...]:
    """A list of at most WORDS_LIMIT texts, empty when absent."""
    value = row.get(member, [])
    if not isinstance(value, list) or len(value) > WORDS_LIMIT:
        raise fail(row, member, f"a list of up to {WORDS_LIMIT} texts")
    if not all(isinstance(one, str) and 0 < len(one) <= TEXT_LIMIT for one in value):
        raise fail(row, member, "texts of 1 to 200 characters")
    return tuple(value)


def gtins(row: Row, member: str) -> tuple[str, ...]:
    """GTIN-8, -12, -13 or -14, each filled up to 14 digits."""
    found = words(row, member)
    if not all(map(_GTIN.fullmatch, found)):
        raise fail(row, member, "GTINs of 8, 12, 13 or 14 digits")
    return tuple(one.zfill(14) for one in found)


def sscc(row: Row, member: str) -> str:
    """A serial shipping container code of 18 digits, "" when absent."""
    value = text(row, member, "")
    if value and not _SSCC.fullmatch(value):
        raise fail(row, member, "an SSCC of 18 digits")
    return value


def rows(row: Row, member: str, limit: int, parse: Callable[[Row], Entry]) -> tuple[Entry, ...]:
    """A list of up to `limit` objects, each read by `parse`; an error names row and position."""
    value = row.get(member, [])
    if not isinstance(value, list) or len(value) > limit:
        raise fail({"id": row.get("id"), member: f"{type(value).__name__} of {_length(value)}"}, member,
                   f"a list of up to {limit} objects")  # fmt: skip
    entries = []
    for place, inner in enumerate(value):
        if not isinstance(inner, dict):
            raise MasterDataError(f"row {row.get('id')!r}: {member}[{place}] is no JSON object")
        try:
            entries.append(parse(inner))
        except MasterDataError as error:
            fault = str(error).partition(": ")[2]
            raise MasterDataError(f"row {row.get('id')!r}: {member}[{place}]: {fault}") from error
    return tuple(entries)


def _length(value: object) -> int:
    return len(value) if isinstance(value, list | dict | str) else 1


def unique(row: Row, member: str, names: Sequence[str]) -> None:
    """Refuse a row in which a name stands twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise MasterDataError(f"row {row.get('id')!r}: {member} {name!r} stands there twice")
        seen.add(name)
