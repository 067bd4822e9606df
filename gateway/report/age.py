"""How long goods have been lying, and which of them are dead (A11, A81).

A row of stock is as old as the last time there was none of it. Dead is what is older than DEAD_DAYS while nothing of
the item was used at the place in the last IDLE_DAYS: both strict, as 超过 and 过去30天内无任何领用 say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.quantity import format_quantity
from gateway.report.answer import Answer, Cell, percent
from gateway.timeline import DAY_MS

BUCKETS = (30, 60, 90, 180)  # days, each up to and with
DEAD_DAYS, IDLE_DAYS = 180, 30
NAMES = tuple(f"{start + 1}-{end}" if start else f"0-{end}" for start, end in zip((0, *BUCKETS), BUCKETS, strict=False))
AGEING = ("item", "location", "status", "lot", "qty", "days", *(f"{name} d" for name in NAMES), f">{BUCKETS[-1]} d")
DEAD = ("item", "location", "lot", "qty", "days", "last used")


@dataclass(frozen=True, slots=True)
class Held:
    """One row of stock."""

    item: str
    location: str
    status: str
    lot: str
    quantity: int
    since_ms: int  # 0 when nobody knows
    used_ms: int = 0  # when the item was last used in the area, 0 for never


def ageing(rows: Iterable[Held], now_ms: int) -> Answer:
    """Every row of stock in its bucket; in all, how many rows each bucket has."""
    found: list[tuple[Cell, ...]] = []
    counts = [0] * (len(BUCKETS) + 1)
    for one in sorted(rows, key=lambda row: (row.since_ms, row.item, row.location, row.lot)):
        if one.quantity <= 0:
            continue
        days = age_days(one, now_ms)
        bucket = None if days is None else next((n for n, most in enumerate(BUCKETS) if days <= most), len(BUCKETS))
        if bucket is not None:
            counts[bucket] += 1
        quantity = format_quantity(one.quantity)
        cells = tuple(quantity if number == bucket else None for number in range(len(counts)))
        found.append((one.item, one.location, one.status, one.lot, quantity, days, *cells))
    total: dict[str, Cell] = dict(zip(AGEING[6:], counts, strict=True))
    return Answer("age of stock", AGEING, found, total=total)


def dead_stock(rows: Iterable[Held], now_ms: int) -> Answer:
    """What is dead, and its share of all rows and of all items that are there."""
    there = [one for one in rows if one.quantity > 0]
    dead = [one for one in there if is_dead(one, now_ms)]
    found: list[tuple[Cell, ...]] = [
        (one.item, one.location, one.lot, format_quantity(one.quantity), age_days(one, now_ms), _last(one, now_ms))
        for one in sorted(dead, key=lambda row: (row.since_ms, row.item, row.location, row.lot))
    ]
    items = {one.item for one in there}
    total: dict[str, Cell] = {
        "rows": len(there), "dead rows": len(dead), "dead rows %": percent(len(dead), len(there)),
        "items": len(items), "items with dead stock": len({one.item for one in dead}),
    }  # fmt: skip
    return Answer(f"dead stock: older than {DEAD_DAYS} days, unused for {IDLE_DAYS}", DEAD, found, total=total)


def age_days(one: Held, now_ms: int) -> int | None:
    """Whole days, rounded down; what came by a clock that was ahead came now."""
    return max(0, now_ms - one.since_ms) // DAY_MS if one.since_ms else None


def is_dead(one: Held, now_ms: int) -> bool:
    """A11; what nobody knows the age of is not dead."""
    is_old = bool(one.since_ms) and now_ms - one.since_ms > DEAD_DAYS * DAY_MS
    return is_old and now_ms - one.used_ms > IDLE_DAYS * DAY_MS


def _last(one: Held, now_ms: int) -> str:
    return f"{(now_ms - one.used_ms) // DAY_MS} days ago" if one.used_ms else "never"


def held_of(
    rows: Iterable[Mapping[str, object]], used_ms: Mapping[tuple[str, str], int], areas: Mapping[str, str]
) -> list[Held]:
    """Rows of the stock table with when their item was last used in their area."""
    found = []
    for row in rows:
        item, location = str(row["item"]), str(row["location"])
        place = (item, areas.get(location) or location)
        quantity, since_ms = row["quantity"], row["since_ms"]
        assert isinstance(quantity, int) and isinstance(since_ms, int)
        status, lot, last_ms = str(row["status"]), str(row["lot"]), used_ms.get(place, 0)
        found.append(Held(item, location, status, lot, quantity, since_ms, last_ms))
    return found
