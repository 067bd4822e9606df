"""`kanban-gateway level`: in which order a source works off its open cards so that its day is even (heijunka)."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gateway.cli.option import config_option, json_option
from gateway.cli.stored import reading
from gateway.errors import GatewayError
from gateway.model import Life, State
from gateway.reorder.heijunka import levelled, pitch_ms
from gateway.settings import load_settings
from gateway.timeline import HOUR_MS

_OPEN = (State.WAIT, State.EMPTY, State.ORDERED)  # asked for, or about to be, and not begun


@click.command()
@config_option
@json_option
@click.argument("source")
@click.option("--hours", type=click.IntRange(1, 168), default=8, show_default=True, help="Working time to spread over.")
def level(config: Path, as_json: bool, source: str, hours: int) -> None:
    """Mix the open cards of all loops that SOURCE fills evenly over its working time. Changes nothing."""
    with reading(load_settings(config)) as reader:
        loops = {row["id"]: row for row in reader.masters("loops") if row["source"] == source}
        cards = [card for card in reader.cards() if card["state"] in _OPEN and card["life"] == Life.ACTIVE]
    if not loops:
        raise GatewayError(f"no loop is filled by {source!r}", hint="check how the source is written in the loops")
    plan = levelled({name: sum(card["loop"] == name for card in cards) for name in loops})
    pitch = pitch_ms(hours * HOUR_MS, len(plan)) or 0
    rows = [{"at_min": n * pitch // 60_000, "loop": name, "item": loops[name]["item"], "qty": loops[name]["quantity"]}
            for n, name in enumerate(plan)]  # fmt: skip
    if as_json:
        click.echo(json.dumps({"pitch_s": pitch // 1000, "plan": rows}, ensure_ascii=False))
        return
    click.echo(f"{len(plan)} open cards at {source}, one every {pitch / 60_000:.1f} min")
    for row in rows:
        click.echo(f"  {row['at_min']:>5} min  {row['loop']:<16} {row['qty']} {row['item']}")
