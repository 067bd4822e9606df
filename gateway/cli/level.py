"""`kanban-gateway level`: when a levelled source will be given its waiting cards, and in which order any source works
off its open ones so that its day is even (heijunka)."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from gateway.cli.option import config_option, json_option
from gateway.cli.stored import data_dir_of, reading
from gateway.clock import SystemClock, iso_utc
from gateway.errors import GatewayError
from gateway.kanban.batch import planned, waiting_cards
from gateway.master import Loop, level_word
from gateway.model import Life, State
from gateway.rehearsal import copied_store
from gateway.reorder.heijunka import levelled, pitch_ms
from gateway.settings import Settings, load_settings
from gateway.systemd import boot_id
from gateway.timeline import HOUR_MS
from gateway.view import View

_OPEN = (State.WAIT, State.EMPTY, State.ORDERED)  # asked for, or about to be, and not begun


@click.command()
@config_option
@json_option
@click.argument("source")
@click.option("--hours", type=click.IntRange(1, 168), default=8, show_default=True,
              help="Working time to spread over, where the loops have no pitch_s.")  # fmt: skip
def level(config: Path, as_json: bool, source: str, hours: int) -> None:
    """Show when SOURCE is given the waiting cards of its loops; without pitch_s, an even mix of its open cards.
    Changes nothing."""
    settings = load_settings(config)
    data_dir_of(settings)
    with copied_store(settings, SystemClock(boot_id())) as (store, _):
        names = store.view.find("loops", level_word(source))
        if names:
            _tell_pitches(source, names, store.view, ZoneInfo(settings.gateway.timezone), as_json=as_json)
            return
    _tell_mix(settings, source, hours, as_json=as_json)


def _tell_pitches(source: str, names: tuple[str, ...], view: View, zone: ZoneInfo, *, as_json: bool) -> None:
    """The release that the gateway itself will make, by the same code."""
    loop: Loop = view.master("loops", names[0])
    rows: list[dict[str, Any]] = [
        {"pitch": iso_utc(pitch.start_ms), "family": lot.family, "why": lot.why,
         "cards": [card.card for card in lot.cards]}
        for pitch, lot in planned(loop, view, zone)
    ]  # fmt: skip
    waiting = sum(len(waiting_cards(name, view)) for name in names)
    left = waiting - sum(len(row["cards"]) for row in rows)
    if as_json:
        told = {"pitch_s": loop.pitch_ms // 1000, "most": loop.pitch_cards, "plan": rows, "not_ready": left}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(
        f"{waiting} cards wait for {source}, which takes {loop.pitch_cards} every {loop.pitch_ms / 60_000:.1f} min"
    )
    for row in rows:
        at = datetime.fromisoformat(row["pitch"]).astimezone(zone)
        click.echo(f"  {at:%Y-%m-%d %H:%M}  {row['family']:<16} {', '.join(row['cards'])}  ({row['why']})")
    if left:
        click.echo(f"  {left} more wait until their lot is complete, or late")


def _tell_mix(settings: Settings, source: str, hours: int, *, as_json: bool) -> None:
    with reading(settings) as reader:
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
