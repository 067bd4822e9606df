"""`kanban-gateway rules`: the reorder rules that planners write, checked, tried and brought into force."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from gateway.cli.instruct import instruct, tell
from gateway.cli.kinds import kinds
from gateway.cli.option import Family, config_option, json_option
from gateway.cli.stored import data_dir_of, reading
from gateway.rehearsal import tried
from gateway.reorder.explanation import explained
from gateway.reorder.planner import RULES_FACT
from gateway.reorder.rule import RuleSet
from gateway.reorder.ruledocument import rules_of
from gateway.rule_file import load_rules
from gateway.settings import load_settings

file_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.group(cls=Family)
def rules() -> None:
    """Check, load or show the reorder rules."""


rules.add_command(kinds)


@rules.command()
@file_argument
def check(file: Path) -> None:
    """Check a rule file; print every mistake with its line, exit 2 if there is one."""
    found = load_rules(file).rules
    click.echo(f"ok: {len(found.rules)} rules ({found.hash})")
    _tell(found)


@rules.command()
@config_option
@file_argument
def load(config: Path, file: Path) -> None:
    """Bring a rule file into force, at once and as a whole; the gateway may run."""
    settings = load_settings(config)
    tell(instruct(settings, "rules.load", load_rules(file).body(settings.gateway.timezone)))


@rules.command("dry-run")
@config_option
@json_option
@file_argument
def dry_run(config: Path, file: Path, as_json: bool) -> None:
    """Say what a rule file would order and flag if it came into force now; on a copy of the store."""
    settings, found = load_settings(config), load_rules(file)
    data_dir_of(settings)
    for event in tried(settings, found):
        if as_json:
            click.echo(json.dumps(event, ensure_ascii=False))
        elif event["kind"] == "reorder_triggered":
            for line in explained(event):
                click.echo(line)
        else:
            text = event.get("text") or event.get("why", "")
            click.echo(f"{event['kind']}: {event['item']} at {event['location']} by {event['rule']}: {text}")
    click.echo("nothing was changed", err=True)


@rules.command()
@config_option
@json_option
def show(config: Path, as_json: bool) -> None:
    """Show the rules that are in force."""
    with reading(load_settings(config)) as reader:
        known = reader.facts(RULES_FACT[0]).get(RULES_FACT[1])
    if as_json:
        click.echo(json.dumps(known, ensure_ascii=False))
    elif known is None:
        click.echo("no rules are in force: load some with 'kanban-gateway rules load FILE'")
    else:
        found = rules_of(known["document"], version=known["version"])[0]
        name = f" {found.name!r}" if found.name else ""
        click.echo(f"version {found.version}{name} ({known['hash']}), {len(found.rules)} rules")
        _tell(found)


def _tell(found: RuleSet) -> None:
    for rule in found.rules:
        where = f"{_words(rule.selection.items)} at {_words(rule.selection.locations)}"
        classes = f", classes {_words(rule.selection.classes)}" if rule.selection.classes else ""
        mode = "" if rule.mode == "live" else f", {rule.mode}"
        click.echo(f"  {rule.id}: {rule.kind} for {where}{classes}{mode}{_parameters(rule.members)}")


def _words(patterns: tuple[str, ...]) -> str:
    return ", ".join(patterns) or "all"


def _parameters(members: Any) -> str:
    told = ", ".join(f"{name} {value}" for name, value in members.items())
    return f"; {told}" if told else ""
