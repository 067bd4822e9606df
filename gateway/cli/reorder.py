"""`explain`, `why-not`, `triggers`: what the reorder rules decided, why, and why not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from gateway.cli.option import config_option, json_option
from gateway.cli.stored import data_dir_of, reading
from gateway.clock import SystemClock, iso_utc
from gateway.errors import GatewayError
from gateway.rehearsal import copied_store, judged
from gateway.reorder.explanation import explained, judgement_json, why_not
from gateway.reorder.local import Local
from gateway.reorder.need import EPISODES_FACT
from gateway.reorder.position import position_of
from gateway.settings import load_settings
from gateway.store.reader import StoreReader
from gateway.systemd import boot_id
from gateway.wiring import planner

_NUMBERS = ("on_hand", "allocated", "safety_stock", "available", "in_transit", "open_signals", "position")


@click.command()
@config_option
@json_option
@click.argument("trigger")
def explain(config: Path, trigger: str, as_json: bool) -> None:
    """Explain one decision: TRIGGER is a need's key (rule/…) or the id of its event, as `triggers` lists them."""
    with reading(load_settings(config)) as reader:
        event = _find(reader, trigger)
        stands = next((one for one in _needs(reader) if one.get("key") == event["key"]), None)
    if as_json:
        click.echo(json.dumps(event, ensure_ascii=False))
        return
    for line in explained(event):
        click.echo(line)
    if stands is not None:
        click.echo(f"  now: {_standing(stands)}")


@click.command("why-not")
@config_option
@json_option
@click.argument("item")
@click.option("--location", default="", help="Only at this location or area.")
def why_not_(config: Path, item: str, location: str, as_json: bool) -> None:
    """Say for each rule why ITEM is not ordered, or that it is: numbers, comparison, open need. Changes nothing."""
    settings = load_settings(config)
    data_dir_of(settings)
    plan = planner(settings)
    with copied_store(settings, SystemClock(boot_id())) as (store, _):
        found = judged(plan, store.view, item, location)
        if as_json:
            click.echo(json.dumps([judgement_json(one, found.rules, store.view) for one in found.judgements],
                                  ensure_ascii=False))  # fmt: skip
            return
    if not found.judgements:
        where = f" at {location}" if location else ""
        known = "no rules are in force" if not found.rules.rules else f"no rule is for {item}{where}"
        click.echo(f"{known}: see 'kanban-gateway rules show'")
    for one in found.judgements:
        for line in why_not(one):
            click.echo(line)


@click.command()
@config_option
@json_option
@click.argument("item", default="")
def stock(config: Path, item: str, as_json: bool) -> None:
    """Show stock as planners mean it, of ITEM or of all: on hand, allocated, available, on its way, asked for."""
    settings = load_settings(config)
    data_dir_of(settings)
    plan = planner(settings)
    with copied_store(settings, SystemClock(boot_id())) as (store, _):
        places = [one for one in plan.places(store.view) if item in ("", one[0])]
        found = [position_of(Local(*place, store.view, plan.plan), plan.plan) for place in places]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in found:
        numbers = ", ".join(f"{name} {one[name]}" for name in _NUMBERS)
        click.echo(f"{one['item']} at {one['location']}: {numbers}")
        for row in one["rows"]:
            owner = f", of {row['owner']}" if row["owner"] else ""
            click.echo(f"  {row['qty']} {row['status']}" + (f", lot {row['lot']}" if row["lot"] else "") + owner)
    if not found:
        click.echo(f"no stock of {item} was ever booked, nor is it planned" if item else "no stock was ever booked")


@click.command()
@config_option
@json_option
@click.option("--open", "only_open", is_flag=True, help="Only needs that are not over yet.")
def triggers(config: Path, only_open: bool, as_json: bool) -> None:
    """List what reorder rules asked for: the last need of each rule, item and place."""
    with reading(load_settings(config)) as reader:
        found = [one for one in _needs(reader) if not (only_open and one["state"] == "closed")]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in found:
        click.echo(f"{one.get('key', '-')}  {one.get('qty', '0')}  {_standing(one)}")
    if not found:
        click.echo("nothing is open" if only_open else "nothing was asked for yet")


def _needs(reader: StoreReader) -> list[dict[str, Any]]:
    return [one for rules in reader.facts(EPISODES_FACT).values() for _, one in sorted(rules.items())]


def _standing(one: dict[str, Any]) -> str:
    since = iso_utc(one["since"][0])
    said = {"open": "asked for", "ordered": f"ordered as {one.get('doc', '')}", "closed": f"over, {one.get('why', '')}"}
    doc = f", {one['doc']}" if one["state"] == "open" and "doc" in one else ""
    return f"{said[one['state']]}{doc} since {since}" + (f", {one['aside']}" if "aside" in one else "")


def _find(reader: StoreReader, name: str) -> dict[str, Any]:
    """The event that opened a need."""
    try:
        event = reader.event(name) if "/" not in name else reader.opening(name)
    except ValueError:
        event = None
    if event is None or event["t"] != "reorder_triggered":
        hint = "'kanban-gateway triggers' lists the keys"
        raise GatewayError(f"no decision of a reorder rule has the key or id {name[:100]!r}", hint=hint)
    return event
