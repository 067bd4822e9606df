"""`kanban-gateway identity`: whose name this box has, and what to do when two boxes have the same."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gateway.cli.instruct import instruct, tell
from gateway.cli.option import Family, config_option, json_option
from gateway.cli.stored import reading
from gateway.kanban.identity import IDENTITY
from gateway.offline import rename_offline
from gateway.settings import load_settings


@click.group(cls=Family)
def identity() -> None:
    """The id of this gateway: show it, keep it, or give the store a new one."""


@identity.command()
@config_option
@json_option
def show(config: Path, as_json: bool) -> None:
    """Show id, site and epoch, and whether another box with the same id was seen."""
    with reading(load_settings(config)) as reader:
        status, facts = reader.status(), reader.facts(IDENTITY)
    told = {name: status[name] for name in ("gateway", "site", "epoch")} | facts
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(f"gateway {told['gateway']} at {told['site']}, epoch {told['epoch']}")
    if "rival" in facts:
        click.echo(f"  nothing is sent: {facts['rival']['why']}")


@identity.command()
@config_option
def keep(config: Path) -> None:
    """This box keeps its id although another one was seen with it; it sends again. Do this at one box only."""
    tell(instruct(load_settings(config), "identity.keep", {}))


@identity.command()
@config_option
def new(config: Path) -> None:
    """Give the store the id that now stands in [gateway] id; stop the gateway first. Nothing stored is lost."""
    settings = load_settings(config)
    former = rename_offline(settings)
    click.echo(f"the store of {former} is the store of {settings.gateway.id} now; start the gateway")
