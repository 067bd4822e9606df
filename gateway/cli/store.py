"""`status`, `verify`, `rebuild`, `events`, `export`: looking at the store and mending it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import click

from gateway.cli.mail import export_sealed, passphrase_option
from gateway.cli.option import config_option, json_option
from gateway.cli.stored import data_dir_of, reading
from gateway.clock import SystemClock
from gateway.item_colour import items_json
from gateway.loop_colour import loops_json
from gateway.settings import load_settings
from gateway.solution import solutions
from gateway.store.export import verify_export
from gateway.store.reader import EventFilter
from gateway.store.rebuild import rebuild as rebuild_store
from gateway.store.verify import verify as verify_store
from gateway.systemd import boot_id

T = TypeVar("T")


@click.command()
@config_option
@json_option
def status(config: Path, as_json: bool) -> None:
    """Show cards, stock, open signals, what waits for the ERP and what waits for a person."""
    settings = load_settings(config)
    with reading(settings) as reader:
        told = reader.status()
    told["loops"] = loops_json(settings.gateway.data_dir, SystemClock(boot_id()))
    told["items"] = items_json(settings.gateway.data_dir)
    told["notes"] = settings.notes
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    _tell(told)


def _tell(told: dict[str, Any]) -> None:
    """The status for people."""
    click.echo(f"gateway {told['gateway']} at {told['site']}, epoch {told['epoch']}, {told['head']} events")
    if told["rival"]:
        click.echo(f"  NOTHING IS SENT: {told['rival']}")
    for name, stream in told["streams"].items():
        click.echo(
            f"  stream {name}: {stream['head']} stored, {stream['settled']} settled, {stream['unsettled']} waiting"
        )
    _tell_colours(told)
    for place, known in told["modes"].items():
        if known["mode"] != "live":
            click.echo(f"  {place.replace('/', ' ', 1)} works in {known['mode']} since {known['since']}")
    for card in told["cards"]:
        click.echo(
            f"  card {card['card']} ({card['loop']}): {card['state']}, cycle {card['cycle']}, {card['quantity']} left"
        )
    for row in told["stock"]:
        click.echo(f"  stock {row['item']} at {row['location']} ({row['status']}): {row['qty']}")
    for task in told["resolve"]:
        click.echo(f"  to resolve: {task['code']} {task['text']} ({task['count']} times, card {task['card']})")
        click.echo(f"    {solutions(task)[0]}")
    for note in told["notes"]:
        click.echo(f"  note: {note}")


@click.command()
@config_option
@json_option
@click.option("--export", "exported", type=click.File("rb"), help="Check a file made by `export` instead of the store.")
def verify(config: Path, as_json: bool, exported: BinaryIO | None) -> None:
    """Check every journal row, every projection and the outbox; exit 1 if anything is wrong. Safe while running."""
    if exported is not None:
        report = verify_export(exported)
    else:
        data_dir = data_dir_of(load_settings(config))
        report = _with_progress("verifying", lambda tell: verify_store(data_dir, tell))
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    elif report.is_ok:
        click.echo(f"ok: {report.events} events, chain, projections and outbox agree")
    else:
        for finding in report.findings:
            click.echo(finding, err=True)
        click.echo("the store is damaged: 'kanban-gateway rebuild' restores the tables from the journal,", err=True)
        click.echo("'kanban-gateway rebuild --salvage' keeps the sound part of a damaged journal", err=True)
    sys.exit(0 if report.is_ok else 1)


@click.command()
@config_option
@click.option("--salvage", is_flag=True, help="Keep the sound part of a damaged journal; the old files are set aside.")
def rebuild(config: Path, salvage: bool) -> None:
    """Fold the journal into fresh tables; the gateway must be stopped."""
    data_dir = data_dir_of(load_settings(config))
    count = _with_progress(
        "folding", lambda tell: rebuild_store(data_dir, SystemClock(boot_id()), salvage=salvage, progress=tell)
    )
    click.echo(f"ok: {count} events folded")


@click.command()
@config_option
@click.option("--kind", default="", help="Only events of this kind, such as card_emptied.")
@click.option("--station", default="", help="Only events of this station.")
@click.option("--card", default="", help="The life of one card, transition by transition.")
@click.option("--after", "after_seq", default=0, type=click.IntRange(min=0), help="Only events after this sequence.")
@click.option("--last", default=0, type=click.IntRange(min=0), help="Only the newest N events.")
def events(config: Path, kind: str, station: str, card: str, after_seq: int, last: int) -> None:
    """Print journal events, oldest first, one JSON object a line."""
    with reading(load_settings(config)) as reader:
        for event in reader.events(EventFilter(kind, station, card, after_seq, last)):
            click.echo(json.dumps(event, ensure_ascii=False))


@click.command()
@config_option
@click.option("--output", type=click.File("wb"), default="-", help="File to write; standard output if not given.")
@click.option("--unsynced", is_flag=True, help="Only what the ERP has not booked, for another box; needs --sealed.")
@click.option("--sealed", type=click.Path(path_type=Path, dir_okay=False), help="With --unsynced: the encrypted file.")
@passphrase_option
def export(config: Path, output: BinaryIO, unsynced: bool, sealed: Path | None, credential: str) -> None:
    """Write the whole journal as JSON lines, or with --unsynced what waits for the ERP into an encrypted file."""
    if unsynced is not (sealed is not None):
        raise click.UsageError("--unsynced and --sealed FILE belong together")
    settings = load_settings(config)
    if sealed is not None:
        data_dir_of(settings)
        count = export_sealed(settings, sealed, credential)
        click.echo(f"{count} events sealed in {sealed}: 'kanban-gateway import' on another box takes them over")
        return
    with reading(settings) as reader:
        output.writelines(reader.export())


def _tell_colours(told: dict[str, Any]) -> None:
    if told["captured"]:
        click.echo(f"  EPCIS events captured up to row {told['captured']}")
    for loop in told["loops"]:
        click.echo(f"  loop {loop['loop']} ({loop['item']}): {_colour_line(loop)}")
    for item in told["items"]:
        if item["colour"] != "green":
            click.echo(f"  item {item['item']} at {item['location']}: {item['colour']}")


def _colour_line(loop: dict[str, Any]) -> str:
    counted = f"{loop['colour']}, {loop['full']} full, {loop['open']} open of {loop['cards']} cards"
    return counted if loop["margin"] is None else f"{counted}, {loop['margin']} to spare until bins come back"


def _with_progress(label: str, work: Callable[[Callable[[int, int], None]], T]) -> T:
    """Run `work` behind a progress bar on a terminal."""
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = max(total, done, 1)
            bar.update(done - bar.pos)

        return work(tell)
