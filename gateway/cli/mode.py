"""`kanban-gateway mode`: in which loops and stations work, and switching it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gateway.cli.instruct import instruct, tell
from gateway.cli.option import Family, config_option, json_option
from gateway.cli.stored import reading
from gateway.errors import GatewayError
from gateway.kanban.mode import LIVE, MODE_FACT, MODES, SCOPES
from gateway.kanban.modeswitch import WALK_DUE_FACT
from gateway.settings import load_settings


@click.group(cls=Family)
def mode() -> None:
    """Show or set the mode of a loop or a station: training, shadow or live."""


@mode.command()
@config_option
@json_option
def show(config: Path, as_json: bool) -> None:
    """Show every loop and station that was ever switched, since when and by whom; all others are live."""
    with reading(load_settings(config)) as reader:
        modes, due = reader.facts(MODE_FACT), reader.facts(WALK_DUE_FACT)
    if as_json:
        click.echo(json.dumps({"modes": modes, "walk_due": sorted(due)}, ensure_ascii=False))
        return
    for key, known in modes.items():
        scope, _, name = key.partition("/")
        what_next = "; walk it before going live" if scope == "loop" and name in due else ""
        why = f": {known['reason']}" if known["reason"] else ""
        click.echo(f"{scope} {name} {known['mode']} since {known['since']} by {known['by']}{why}{what_next}")
    click.echo("all others: live" if modes else "all loops and stations: live")


@mode.command("set")
@config_option
@click.argument("scope", type=click.Choice(SCOPES))
@click.argument("name")
@click.argument("to", metavar="MODE", type=click.Choice(MODES))
@click.option("--reason", default="", help="Why; kept with the switch.")
@click.option("--signal-open", is_flag=True, help="Going live: signal, once, the needs that are open since shadow.")
@click.option("--force", is_flag=True, help="Go live without a walk, or set a loop yet to come; needs a reason.")
def set_(config: Path, scope: str, name: str, to: str, reason: str, signal_open: bool, force: bool) -> None:
    """Set the mode of one loop or one station."""
    settings = load_settings(config)
    stations = [row.id for row in settings.stations]
    if scope == "station" and name not in stations and to != LIVE:
        raise GatewayError(f"station {name!r} is not configured", hint=f"expected one of {', '.join(stations)}")
    body = {"scope": scope, "name": name, "mode": to, "reason": reason, "signal_open": signal_open, "force": force}
    tell(instruct(settings, "mode.set", body))
