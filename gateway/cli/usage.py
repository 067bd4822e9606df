"""What the journal says was used: `consignment` for suppliers' invoices, `classes` for A, B and C and their counts."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from gateway.cli.option import config_option, json_option
from gateway.cli.period import Period, period_options
from gateway.cli.stored import reading
from gateway.clock import SystemClock
from gateway.errors import GatewayError
from gateway.goods.count_due import PLAN_FACT, CountPlan, day_of, due_places, task_of
from gateway.master import OrderPoint
from gateway.quantity import MICRO, format_quantity, parse_quantity
from gateway.reorder.abc_class import Classified, classified
from gateway.reorder.consumption import used_moves
from gateway.reorder.count_plan import Intervals, due_counts
from gateway.reorder.told import short
from gateway.reorder.vmi import Owners, Withdrawal, settled
from gateway.settings import Settings, load_settings
from gateway.store.reader import StoreReader
from gateway.systemd import boot_id
from gateway.timeline import DAY_MS, Timeline

PRICES_LIMIT = 1_000_000  # rows of a price list
_MOVES, _COUNTS = '"mv":[', '"t":"stock_counted"'
Body = dict[str, Any]


@click.command()
@config_option
@json_option
@period_options
def consignment(config: Path, as_json: bool, **options: Any) -> None:
    """Sum what was used of suppliers' own stock (VMI), by owner and item: the basis of their invoices."""
    settings = load_settings(config)
    period = Period.of(options, settings)
    with reading(settings) as reader:
        owners = Owners(reader.masters("lots"), reader.masters("order_points"), reader.masters("locations"))
        sums = settled(_withdrawals(reader, period, owners))
        units = {row["id"]: row["uom"] for row in reader.masters("items")}
    if as_json:
        rows = [{"owner": owner, "item": item, "qty": format_quantity(sums[owner, item]), "uom": units.get(item, "")}
                for owner, item in sums]  # fmt: skip
        click.echo(json.dumps({"used": rows}, ensure_ascii=False))
        return
    for owner, item in sums:
        click.echo(f"{owner}: {format_quantity(sums[owner, item])} {units.get(item, '')} {item}")
    if not sums:
        click.echo("nothing was used of what belongs to suppliers")


@click.command()
@config_option
@json_option
@click.option("--prices", type=click.Path(path_type=Path, dir_okay=False), help="CSV: item, price of one base unit.")
@click.option("--most", default=0, help="At most so many items to count, 0 for all.")
@period_options
def classes(config: Path, as_json: bool, prices: Path | None, most: int, **options: Any) -> None:
    """Classify items as A, B or C by the value of what was used, and list those whose count is due.

    A class in the master data (order_points) is kept while the item lies near the border. Without prices every unit
    counts the same. With counts in the configuration ([goods] count_days) also what the gateway asks to count where.
    """
    settings = load_settings(config)
    period = Period.of(options, settings)
    priced = read_prices(prices) if prices else {}
    with reading(settings) as reader:
        before = {row["item"]: row["class"] for row in reader.masters("order_points") if row.get("class")}
        used = dict.fromkeys(reader.master_ids("items"), 0)
        for one in _withdrawals(reader, period, Owners()):
            used[one.item] = used.get(one.item, 0) + one.quantity
        places = _counts_asked(reader, settings)
        counted = {item: at_ms // DAY_MS for item, at_ms in _counts(reader)}
    found = classified({item: used[item] * priced.get(item, MICRO) // MICRO for item in used}, before)
    due = {one.item: one.late_days for one in due_counts(
        found, counted, SystemClock(boot_id()).wall_ms() // DAY_MS, most=most)}  # fmt: skip
    rows = [_row(one, before.get(one.item, ""), due.get(one.item)) for one in found]
    if as_json:
        click.echo(json.dumps({"items": rows, "counts": places}, ensure_ascii=False))
        return
    for row in rows:
        change = f" (now {row['now']})" if row["now"] not in ("", row["class"]) else ""
        count = f", count it: {row['late_days']} days late" if row["late_days"] is not None else ""
        click.echo(f"{row['class']} {row['item']:<20} {row['value']:>14}{change}{count}")
    for row in places:
        click.echo(f"to count: {row['item']} at {row['place']}{'' if row['is_asked'] else ', not asked for yet'}")


def _counts_asked(reader: StoreReader, settings: Settings) -> list[Body]:
    """What the gateway has asked to count, and what it will ask for today or, when that is too much, later."""
    areas = {row["id"]: row.get("area") or row["id"] for row in reader.masters("locations")}
    stocked = {(row["item"], areas.get(row["location"], row["location"])) for row in reader.ages() if row["quantity"]}
    planned = (OrderPoint.parse({**row, "location": areas.get(row["location"], row["location"])})
               for row in reader.masters("order_points"))  # fmt: skip
    points = [one for one in planned if (one.item, one.location) in stocked]
    today = day_of(SystemClock(boot_id()).wall_ms(), ZoneInfo(settings.gateway.timezone))
    plan = CountPlan(Intervals(*settings.goods.count_days), settings.goods.counts_a_day)
    asked = {task["id"] for task in reader.resolve() if task["code"] == "COUNT_DUE"}
    due = {task_of(*one.item.split("\n")) for one in due_places(points, reader.facts(PLAN_FACT), plan, today)}
    return [{"item": one.item, "place": one.location, "class": one.class_, "is_asked": name in asked}
            for one in points if (name := task_of(one.item, one.location)) in asked | due]  # fmt: skip


def read_prices(path: Path) -> dict[str, int]:
    """Millionths by item; a header is allowed. GatewayError with the line for what is no price."""
    found: dict[str, int] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.reader(file), start=1):
                if number > PRICES_LIMIT:
                    raise GatewayError(f"{path} has more than {PRICES_LIMIT} rows")
                if row and (number > 1 or _is_price(row)):
                    found[row[0].strip()] = _price(path, number, row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GatewayError(f"{path} cannot be read: {error}", hint="expected a CSV file with item and price") from error
    return found


def _is_price(row: list[str]) -> bool:
    try:
        return len(row) > 1 and parse_quantity(row[1].strip()) >= 0
    except ValueError:
        return False


def _price(path: Path, number: int, row: list[str]) -> int:
    if not _is_price(row):
        raise GatewayError(
            f"{path}:{number}: {','.join(row)[:80]!r} has no price", hint="expected an item and a decimal such as 2.50"
        )
    return parse_quantity(row[1].strip())


def _withdrawals(reader: StoreReader, period: Period, owners: Owners) -> Iterator[Withdrawal]:
    """What left for good within the period; a move from place to place uses nothing of anybody's."""
    for event, _ in _within(reader, period, _MOVES):
        for move, place, other, quantity in used_moves(event):
            if other is None:
                yield Withdrawal(owners.of(move["item"], move.get("lot", ""), place), move["item"], quantity)


def _counts(reader: StoreReader) -> Iterator[tuple[str, int]]:
    for event, at_ms in _within(reader, Period(), _COUNTS):
        if not event["is_open"]:
            yield from ((line["item"], at_ms) for line in event["lines"])


def _within(reader: StoreReader, period: Period, word: str) -> Iterator[tuple[Body, int]]:
    time = Timeline()
    for event in reader.telling((word,)):
        at_ms = time.at(event)
        if at_ms > period.to_ms:
            return
        if at_ms >= period.from_ms and "origin" not in event:
            yield event, at_ms


def _row(one: Classified, now: str, late_days: int | None) -> Body:
    return {"item": one.item, "class": one.letter, "now": now, "value": short(one.value), "late_days": late_days}
