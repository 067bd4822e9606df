"""`kanban-gateway resolve`: what waits for a person, and how it is settled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from gateway.cli.instruct import instruct, tell
from gateway.cli.option import Family, config_option, json_option
from gateway.cli.stored import reading
from gateway.errors import GatewayError
from gateway.kanban.refused import PARKED, REFUSED
from gateway.settings import load_settings
from gateway.solution import with_solutions

_STREAMS = click.Choice(["sig", "mov", "res", "sys"])
reason_option = click.option("--reason", default="", help="Why; kept with the act.")


class _Resolve(Family):
    usual = "list"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args or ["list"])


@click.group(cls=_Resolve)
def resolve() -> None:
    """What waits for a person: list it, send refused postings again, correct or void them, close tasks."""


@resolve.command("list")
@config_option
@json_option
def list_(config: Path, as_json: bool) -> None:
    """List the open tasks, each with the commands that solve it, and what the ERP will finish itself."""
    with reading(load_settings(config)) as reader:
        tasks = with_solutions(reader.resolve())
        refused = reader.facts(REFUSED)
    parked = {event_id: fact for event_id, fact in refused.items() if fact["how"] == PARKED}
    if as_json:
        click.echo(json.dumps({"tasks": tasks, "parked": parked}, ensure_ascii=False))
        return
    for task in tasks:
        click.echo(f"{task['id']}\n  {task['text']} ({task['count']} times)")
        for command in task["solve"]:
            click.echo(f"    {command}")
    for event_id, fact in parked.items():
        click.echo(f"{event_id}\n  the ERP will finish this {fact['posting'].replace('_', ' ')} itself: {fact['code']}")
    if not tasks and not parked:
        click.echo("nothing waits for a person")


@resolve.command()
@config_option
@click.argument("task")
def show(config: Path, task: str) -> None:
    """Show a task and the postings under it, as JSON."""
    with reading(load_settings(config)) as reader:
        found = [one for one in with_solutions(reader.resolve()) if one["id"] == task]
        waiting = {
            event_id: fact for event_id, fact in reader.facts(REFUSED).items() if _belongs(event_id, fact, task, found)
        }
        if not found and not waiting:
            raise GatewayError(f"there is no open task {task!r}", hint="'resolve list' shows what waits")
        postings = [{**fact, "event": reader.event(event_id)} for event_id, fact in waiting.items()]
    document: dict[str, Any] = {"task": found[0] if found else None, "postings": postings}
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


@resolve.command()
@config_option
@click.argument("task", default="")
@click.option("--class", "code", default="", help="Every posting that was refused with this code, instead of one task.")
@reason_option
def redrive(config: Path, task: str, code: str, reason: str) -> None:
    """Send a refused posting again, or with --class all of them; it is booked once, however often."""
    if bool(task) is bool(code):
        raise click.UsageError("expected the id of a task, or --class CODE")
    tell(instruct(load_settings(config), "resolve.redrive", {"task": task, "class": code, "reason": reason}))


@resolve.command()
@config_option
@click.argument("task")
@click.argument("changes", nargs=-1, required=True, metavar="KEY=VALUE...")
@reason_option
def edit(config: Path, task: str, changes: tuple[str, ...], reason: str) -> None:
    """Send a refused posting again with other values, such as qty=38 or 2.to=LINE4; old and new are kept."""
    given = dict(_pair(change) for change in changes)
    tell(instruct(load_settings(config), "resolve.edit", {"task": task, "changes": given, "reason": reason}))


@resolve.command()
@config_option
@click.argument("task")
@click.option("--reason", required=True, help="Why; kept with the act.")
def void(config: Path, task: str, reason: str) -> None:
    """Take a refused posting back: the ERP never books it, stock here is given back."""
    tell(instruct(load_settings(config), "resolve.void", {"task": task, "reason": reason}))


@resolve.command()
@config_option
@click.argument("task")
@click.option("--note", required=True, help="What was done; kept with the act.")
def done(config: Path, task: str, note: str) -> None:
    """Close a task that was looked after: nothing is sent, no stock moves."""
    tell(instruct(load_settings(config), "resolve.done", {"task": task, "note": note}))


@resolve.command()
@config_option
@click.option("--from-seq", type=click.IntRange(1), help="Journal row of the first event to send again.")
@click.option("--stream", type=_STREAMS, help="Instead: the stream that the warning names …")
@click.option("--after", type=click.IntRange(0), help="… and how far the ERP says to have it.")
@reason_option
def resend(config: Path, from_seq: int | None, stream: str | None, after: int | None, reason: str) -> None:
    """Send again what the ERP had acknowledged and has lost, in a new epoch under the same ids."""
    if (from_seq is None) is (stream is None) or (stream is None) is not (after is None):
        raise click.UsageError("expected --from-seq, or --stream and --after together")
    if stream is not None and after is not None:
        with reading(load_settings(config)) as reader:
            from_seq = reader.row_after(stream, after)
        if from_seq is None:
            text = f"stream {stream} has no events after {after} in this epoch"
            raise GatewayError(text, hint="give --from-seq with a row of the journal, which `events` shows")
    tell(instruct(load_settings(config), "resolve.resend", {"from_seq": from_seq, "reason": reason}))


def _belongs(event_id: str, fact: dict[str, Any], name: str, tasks: list[dict[str, Any]]) -> bool:
    if event_id == name or fact["task"] == name:
        return True
    held = [task for task in tasks if task["kind"] == "held_postings"]
    return any((fact["posting"], fact["code"]) == (task["posting"], task["code"]) for task in held)


def _pair(change: str) -> tuple[str, str]:
    name, equals, value = change.partition("=")
    if not name or not equals:
        raise click.UsageError(f"{change!r} is no change, expected KEY=VALUE such as qty=38")
    return name, value
