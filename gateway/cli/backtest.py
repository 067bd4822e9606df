"""`kanban-gateway backtest`: what new rules would have done with the demand that the journal has recorded."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from gateway.backtest.demand import Place
from gateway.backtest.past import Epoch, Past, pasts_of, phases_of
from gateway.backtest.recorder import WORDS, Recorder, Recording
from gateway.backtest.result import Assumption, Result, run, untimed
from gateway.backtest.table import lines
from gateway.cli.option import config_option, json_option
from gateway.cli.period import Period, period_options
from gateway.cli.stored import reading
from gateway.errors import GatewayError
from gateway.reorder.parameter import read_span
from gateway.reorder.planner import RULES_FACT
from gateway.reorder.rule import RuleSet, Selection
from gateway.reorder.ruledocument import rules_of
from gateway.rule_file import load_rules
from gateway.settings import load_settings
from gateway.store.reader import StoreReader

_PICTURE = (".svg", ".png")
LISTED = 10  # places that a message names


@click.command()
@config_option
@json_option
@click.option("--rules", "file", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The new rules.")
@click.option("--seed", default=1, show_default=True, help="Of the lead times that are drawn from those seen.")
@click.option("--lead-time", default="", metavar="SPAN", help="Such as '3 d', for stocks whose deliveries nobody saw.")
@click.option("--chart", type=click.Path(path_type=Path, dir_okay=False), help="Draw it as .svg or .png.")
@period_options
def backtest(
    config: Path, as_json: bool, file: Path, seed: int, lead_time: str, chart: Path | None, **options: Any
) -> None:
    """Play recorded demand again under the rules of a file and under those in force, and compare."""
    if chart is not None and chart.suffix not in _PICTURE:
        raise click.UsageError(f"--chart is {chart}, expected a file ending in {' or '.join(_PICTURE)}")
    settings = load_settings(config)
    period, lead_ms = Period.of(options, settings), _span(lead_time)
    new = load_rules(file).rules
    zone = ZoneInfo(settings.gateway.timezone)
    with reading(settings) as reader:
        recording = _recording(reader, new, period)
    result = compare(recording, new, zone, seed, lead_ms)
    if chart is not None:
        from gateway.backtest.chart import draw_result  # with it comes all of reportlab
        from gateway.backtest.picture import write

        write(draw_result(result, file.name), chart)
    if as_json:
        click.echo(json.dumps(result.as_json(), ensure_ascii=False))
        return
    for line in lines(result):
        click.echo(line)


def compare(recording: Recording, new: RuleSet, zone: ZoneInfo, seed: int, lead_ms: int | None) -> Result:
    """GatewayError when no rule watches a stock, or the lead time of one is not known."""
    pasts = pasts_of(recording.masters, recording.from_ms)
    epochs = [Epoch(0, None)] + [
        Epoch(one.at_ms, rules_of(one.document, version=one.version)[0]) for one in recording.rules
    ]
    old = phases_of(epochs, pasts, recording.places, zone, with_shadow=False)
    wanted = phases_of([Epoch(0, new)], pasts, recording.places, zone, with_shadow=True)
    if not (old or wanted):
        raise GatewayError(
            "no rule of either set is for an item and a place whose stock the journal knows",
            hint="compare the rules' items and locations with 'kanban-gateway status'",
        )
    missing = untimed(recording, old, wanted) if lead_ms is None else []
    if missing:
        raise GatewayError(f"nobody knows how long goods take to {_listed(missing)}", hint="give --lead-time '3 d'")
    return run(recording, old, wanted, Assumption(seed, zone, lead_ms, _uoms(pasts[-1])))


def _recording(reader: StoreReader, new: RuleSet, period: Period) -> Recording:
    known = reader.facts(RULES_FACT[0]).get(RULES_FACT[1])
    sets = [new, *([rules_of(known["document"])[0]] if known else [])]
    wanted = cache(lambda place: _is_selected(place, sets))
    recorder = Recorder(wanted, reader.event, from_ms=period.from_ms, to_ms=period.to_ms)
    for event in reader.telling(WORDS):
        if not recorder.take(event):
            break
    return recorder.finish()


def _is_selected(place: Place, sets: list[RuleSet]) -> bool:
    """Whether a rule may be for it, as far as its name says; classes are known only when master data are."""
    chosen = (Selection(rule.selection.items, rule.selection.locations) for rules in sets for rule in rules.rules)
    return any(one.fits(*place, frozenset()) for one in chosen)


def _span(text: str) -> int | None:
    try:
        return read_span(text) if text else None
    except ValueError as error:
        raise click.UsageError(f"--lead-time: {error}") from error


def _uoms(past: Past) -> dict[str, str]:
    return {key: str(row.get("uom", "")) for key, row in past.master_rows("items").items()}


def _listed(places: list[Place]) -> str:
    names = ", ".join(f"{item} at {area}" for item, area in places[:LISTED])
    return f"{names} and {len(places) - LISTED} more" if len(places) > LISTED else names
