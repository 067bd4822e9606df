"""`kanban-gateway epcis`: what happened to goods, as EPCIS 2.0 events."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import click
import orjson

from gateway.cli.instruct import instruct
from gateway.cli.option import Family, config_option
from gateway.cli.stored import data_dir_of
from gateway.clock import SystemClock
from gateway.credentials import CredentialStore
from gateway.epcis.check import check_document
from gateway.epcis.cursor import CAPTURED
from gateway.epcis.document import document_of
from gateway.epcis_capture import open_round, open_source
from gateway.errors import GatewayError
from gateway.settings import load_settings
from gateway.systemd import boot_id
from sync.epcis.courier import Refused

FILE_LIMIT_BYTES = 256 * 1024 * 1024
DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"])


@click.group(cls=Family)
def epcis() -> None:
    """Receipts, moves, shipments and pallets as EPCIS 2.0 events: to a file, to a repository; check a file."""


@epcis.command()
@config_option
@click.option("--from", "start", type=DAY, help="Only events that happened at this time of the plant or later.")
@click.option("--to", "end", type=DAY, help="Only events that happened before this time of the plant.")
@click.option("--output", type=click.File("wb"), default="-", help="File to write; standard output if not given.")
def export(config: Path, start: datetime | None, end: datetime | None, output: BinaryIO) -> None:
    """Write an EPCIS document (JSON-LD) of what the journal holds."""
    settings = load_settings(config)
    data_dir_of(settings)
    source = open_source(settings)
    try:
        events = source.within(start, end)
    finally:
        source.close()
    document = document_of(events, SystemClock(boot_id()).wall_ms())
    if mistakes := check_document(document):
        raise GatewayError(
            f"the document would not be good EPCIS: {mistakes[0]}",
            hint="what is named there comes from [epcis] or the master data; nothing was written",
        )
    output.write(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
    if output.name != "<stdout>":
        click.echo(f"{len(events)} EPCIS events written to {output.name}", err=True)


@epcis.command()
@config_option
def capture(config: Path) -> None:
    """Send what the repository does not have yet; exit 1 when it refuses an event. The daemon does it by itself."""
    settings = load_settings(config)
    if not settings.epcis.base_url:
        raise GatewayError("no repository is configured", hint="see base_url in [epcis]")
    data_dir_of(settings)
    clock = SystemClock(boot_id())
    source = open_source(settings)
    credential = CredentialStore(settings.config_dir).path
    look = open_round(settings, source, clock, credential, lambda body: instruct(settings, CAPTURED, body), _wait)
    captured, refused = 0, list[Refused]()
    try:
        while (done := look.play()).is_news:
            captured += done.captured
            refused += done.refused
    finally:
        source.close()
    for one in refused:
        click.echo(f"refused {one.event['eventID']}: {one.code}: {one.text}", err=True)
    click.echo(f"{captured} EPCIS events captured")
    if refused:
        raise click.exceptions.Exit(1)


def _wait(seconds: float) -> None:
    threading.Event().wait(seconds)


@epcis.command()
@click.argument("file", type=click.File("rb"))
def check(file: BinaryIO) -> None:
    """Is a document good EPCIS, with terms of CBV 2.0 and URIs that name what they must? Exit 1 when it is not."""
    text = file.read(FILE_LIMIT_BYTES + 1)
    if len(text) > FILE_LIMIT_BYTES:
        raise GatewayError(f"the file has more than {FILE_LIMIT_BYTES} bytes", hint="cut it into several documents")
    try:
        document: Any = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise GatewayError(f"not JSON: {error}", hint="expected an EPCISDocument in JSON-LD") from error
    mistakes = check_document(document)
    for mistake in mistakes:
        click.echo(mistake, err=True)
    if mistakes:
        raise click.exceptions.Exit(1)
    click.echo(f"ok: {len(document['epcisBody']['eventList'])} events")
