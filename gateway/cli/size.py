"""`kanban-gateway size`: how many cards a loop needs, by every formula and by its own recorded life."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from gateway.backtest.proposal import Proposal, notes, propose
from gateway.backtest.turning import WORDS, Turning, TurningRecorder
from gateway.cli.option import config_option, json_option
from gateway.cli.period import Period, period_options
from gateway.cli.stored import reading
from gateway.errors import GatewayError
from gateway.master import Loop, MasterDataError
from gateway.quantity import format_quantity
from gateway.reorder.safety import Z
from gateway.settings import load_settings
from gateway.store.reader import StoreReader
from gateway.timeline import HOUR_MS


@click.command()
@config_option
@json_option
@click.argument("name", metavar="LOOP")
@click.option("--service", "wanted", type=click.Choice([z.split()[0] for z in Z]), default="95", show_default=True,
              help="How often, in percent, the line is to find a full bin.")  # fmt: skip
@click.option("--seed", default=1, show_default=True, help="Of the replenishment times that are drawn.")
@period_options
def size(config: Path, as_json: bool, name: str, wanted: str, seed: int, **options: Any) -> None:
    """Propose how many cards a loop needs, from what it used and how long bins took to come back."""
    settings = load_settings(config)
    period = Period.of(options, settings)
    with reading(settings) as reader:
        loop = _loop(reader, name)
        turning = _turning(reader, name, period)
    found = propose(loop, turning, int(wanted), seed)
    if as_json:
        click.echo(json.dumps(_document(found), ensure_ascii=False))
    else:
        _tell(found)


def _loop(reader: StoreReader, name: str) -> Loop:
    row = reader.master("loops", name)
    if not row:
        raise GatewayError(f"loop {name!r} is not in the master data", hint="check how it is written")
    try:
        return Loop.parse(row)
    except MasterDataError as error:
        raise GatewayError(str(error)) from error


def _turning(reader: StoreReader, name: str, period: Period) -> Turning:
    recorder = TurningRecorder(name, reader.event, from_ms=period.from_ms, to_ms=period.to_ms)
    for event in reader.telling(WORDS):
        if not recorder.take(event):
            break
    return recorder.turning


def _tell(found: Proposal) -> None:
    loop, inputs = found.loop, found.inputs
    click.echo(f"loop {loop.id}: {loop.cards} cards of {format_quantity(loop.quantity)} {loop.uom} {loop.item}")
    hours = (found.turning.last_ms - found.turning.first_ms) / HOUR_MS
    fills = sorted(found.fills_ms)
    used, rate = format_quantity(found.turning.total()), format_quantity(inputs.demand_per_hour)
    click.echo(f"  used {used} in {hours:.0f} h, {rate} an hour")
    times = f"{_hours(fills[0])} to {_hours(fills[-1])}, mean {_hours(inputs.replenishment_ms)}"
    click.echo(f"  bins came back after {times}")
    for one in found.formulas:
        amount = f"{one.cards} cards" if one.cards else ""
        click.echo(f"  {one.name:<13}{amount:>9} of {format_quantity(one.quantity):<9} {one.formula}")
    for cards in found.neighbours:
        mark = f" <- proposed for {found.wanted} %" if cards == found.cards else ""
        click.echo(f"  simulated    {cards:>3} cards: a full bin at {found.service.of(cards):.2f} % of the needs{mark}")
    click.echo(f"  today        {loop.cards:>3} cards: {found.service.of(loop.cards):.2f} %")
    for note in notes(found):
        click.echo(f"  note: {note}")


def _hours(ms: int) -> str:
    return f"{ms / HOUR_MS:.2f} h"


def _document(found: Proposal) -> dict[str, Any]:
    loop = found.loop
    return {
        "loop": loop.id, "item": loop.item, "cards_now": loop.cards, "container": format_quantity(loop.quantity),
        "service_wanted": found.wanted, "proposed": found.cards, "bins": found.bins,
        "demand_per_hour": format_quantity(found.inputs.demand_per_hour),
        "deviation_per_hour": format_quantity(found.inputs.deviation),
        "fills": {"samples": 0 if found.is_fill_assumed else len(found.fills_ms),
                  "mean_s": found.inputs.replenishment_ms // 1000},
        "formulas": [{"name": one.name, "formula": one.formula, "cards": one.cards,
                      "qty": format_quantity(one.quantity), "numbers": list(one.numbers)} for one in found.formulas],
        "simulated": [{"cards": cards, "service": found.service.of(cards)} for cards in found.neighbours],
        "service_now": found.service.of(loop.cards), "notes": notes(found),
    }  # fmt: skip
