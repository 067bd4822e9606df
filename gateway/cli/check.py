"""`kanban-gateway check`: is this configuration file usable?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click
from pydantic import BaseModel

from gateway.cli.option import config_option
from gateway.rule_file import load_rules
from gateway.settings import load_settings, settings_schema


@click.command()
@config_option
@click.option("--print-schema", is_flag=True, help="Print the JSON schema of the configuration file instead.")
def check(config: Path, print_schema: bool) -> None:
    """Check a configuration file; print every mistake with its line, exit 2 if there is one."""
    if print_schema:
        click.echo(json.dumps(settings_schema(), indent=2, ensure_ascii=False, sort_keys=True))
        return
    settings = load_settings(config)
    rules = load_rules(settings.reorder.rules).rules.rules if settings.reorder.rules is not None else None
    credentials = sorted(set(_credentials(settings)))
    needs = f"; credentials needed: {', '.join(credentials)}" if credentials else ""
    counts = f"{len(settings.stations)} stations, {len(settings.devices)} devices"
    if settings.outputs:
        counts += f", {len(settings.outputs)} outputs"
    if rules is not None:
        counts += f", {len(rules)} reorder rules"
    click.echo(f"ok: gateway {settings.gateway.id} at {settings.gateway.site}, {counts}{needs}")
    for note in settings.notes:
        click.echo(f"note: {note}")


def _credentials(table: BaseModel) -> Iterator[str]:
    """Names of the credentials a table asks for, at any depth."""
    for name, value in table:
        if name.endswith("_credential") and value:
            yield str(value)
        for row in value if isinstance(value, tuple) else (value,):
            if isinstance(row, BaseModel):
                yield from _credentials(row)
