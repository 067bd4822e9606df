"""`kanban-gateway labels`: kanban cards, labels of places and pallets, command cards; and which cards are outdated."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from gateway.cli.code import signing_secret
from gateway.cli.face import RETIRED, card_face, note_printed
from gateway.cli.option import config_option, json_option
from gateway.cli.output import Output, output_options
from gateway.codes.badge import format_badge
from gateway.codes.bin import format_bin
from gateway.codes.command import COMMANDS, OF_A_LOOP, format_command
from gateway.errors import GatewayError
from gateway.kanban.printing import PRINTED_FACT
from gateway.labels import layout
from gateway.labels.drawing import Kind
from gateway.labels.face import BinFace, PalletFace, SignedFace, differences
from gateway.settings import Settings, load_settings
from gateway.store.reader import StoreReader, database_exists

COPIES_LIMIT = 50


@click.group()
def labels() -> None:
    """Print cards and labels as SVG, PDF or ZPL, and list printed cards that are outdated."""


@labels.command()
@config_option
@click.option("--loop", "loops", multiple=True, help="All cards of a loop; once for each loop.")
@click.option("--card", "names", multiple=True, help="One card; once for each card.")
@click.option("--data-matrix", is_flag=True, help="Data Matrix instead of QR.")
@output_options
def cards(config: Path, loops: tuple[str, ...], names: tuple[str, ...], data_matrix: bool, **options: Any) -> None:
    """Print kanban cards; what stood on them is kept, so that `labels outdated` can tell."""
    output, settings = Output.of(options), load_settings(config)
    if not loops and not names:
        raise click.UsageError("give --loop or --card")
    with closing(_reader(settings)) as reader:
        faces = [card_face(reader, settings.gateway.site, name) for name in _chosen(reader, loops, names)]
    kind = Kind.DATA_MATRIX if data_matrix else Kind.QR
    output.put([layout.card(face, kind) for face in faces], "Kanban cards")
    note_printed(settings, faces)
    click.echo(f"{len(faces)} cards", err=True)


def _chosen(reader: StoreReader, loops: tuple[str, ...], names: tuple[str, ...]) -> list[str]:
    """Each card once; those of a loop that are used no more are left out, and said."""
    chosen = list(names)
    for loop in loops:
        members = reader.cards_in(loop)
        if not members:
            raise GatewayError(f"loop {loop!r} has no cards here", hint="check how it is written")
        retired = [name for name in members if reader.card(name).get("life") in RETIRED]
        chosen += [name for name in members if name not in retired]
        if retired:
            click.echo(f"left out, as they are used no more: {', '.join(retired)}", err=True)
    if not chosen:
        raise GatewayError("there is no card in use to print")
    return list(dict.fromkeys(chosen))


@labels.command()
@config_option
@click.argument("locations", nargs=-1)
@output_options
def bins(config: Path, locations: tuple[str, ...], **options: Any) -> None:
    """Print labels of the places named, or of all places in the master data."""
    output, settings = Output.of(options), load_settings(config)
    rows = _rows(settings, "locations", locations, "place")
    try:
        faces = [
            BinFace(row.get("code") or format_bin(settings.gateway.site, name), name, row.get("name", ""))
            for name, row in rows
        ]
    except ValueError as error:
        raise GatewayError(str(error)) from error
    output.put([layout.place(face) for face in faces], "Labels of places")


@labels.command()
@click.argument("sscc")
@click.option("--content", default="", help="GTIN of what is on it, when that is all alike.")
@click.option("--count", type=click.IntRange(0), default=0, help="How many of them.")
@click.option("--lot", default="", help="Lot of the content.")
@click.option("--line", "lines", multiple=True, help="A line of words above; up to five times.")
@click.option("--copies", type=click.IntRange(1, COPIES_LIMIT), default=2, help="On two sides of the pallet.")
@output_options
def pallet(sscc: str, content: str, count: int, lot: str, lines: tuple[str, ...], copies: int, **options: Any) -> None:
    """Print a logistic label with an SSCC of 18 digits, or 17 without the check digit."""
    output = Output.of(options)
    if len(lines) > layout.PALLET_LINES:
        raise click.UsageError(f"{len(lines)} lines, expected at most {layout.PALLET_LINES}")
    try:
        face = PalletFace.build(sscc, content=content, count=count, lot=lot, lines=lines)
    except ValueError as error:
        raise GatewayError(str(error)) from error
    output.put([layout.pallet(face)] * copies, f"SSCC {face.sscc}")
    click.echo(face.sscc, err=True)


@labels.command()
@config_option
@click.argument("names", nargs=-1, type=click.Choice(sorted(COMMANDS), case_sensitive=False))
@click.option("--loop", default="", help="MODE-* cards: for this loop, instead of the station where they are scanned.")
@output_options
def commands(config: Path, names: tuple[str, ...], loop: str, **options: Any) -> None:
    """Print the command cards named, or all, signed; needs [commands] secret_credential."""
    output, settings = Output.of(options), load_settings(config)
    secret, site = signing_secret(settings), settings.gateway.site
    chosen = names or sorted(name for name, action in COMMANDS.items() if not loop or action in OF_A_LOOP)
    try:
        faces = [SignedFace(format_command(site, one, secret, loop=loop), one, loop) for one in chosen]
    except ValueError as error:
        raise GatewayError(str(error)) from error
    output.put([layout.signed(face) for face in faces], "Command cards")


@labels.command()
@config_option
@click.argument("people", nargs=-1)
@output_options
def badges(config: Path, people: tuple[str, ...], **options: Any) -> None:
    """Print the badges of the people named, or of all in the master data; needs [commands] secret_credential."""
    output, settings = Output.of(options), load_settings(config)
    secret, site = signing_secret(settings), settings.gateway.site
    rows = _rows(settings, "people", people, "person")
    try:
        codes = [format_badge(site, row["badge"], secret) for _, row in rows]
    except ValueError as error:
        raise GatewayError(str(error)) from error
    faces = [SignedFace(code, row.get("name") or name, name) for code, (name, row) in zip(codes, rows, strict=True)]
    output.put([layout.signed(face) for face in faces], "Badges")


def _rows(settings: Settings, dataset: str, names: Sequence[str], what: str) -> list[tuple[str, dict[str, Any]]]:
    """(id, row) of those named in a dataset, or of all of it."""
    with closing(_reader(settings)) as reader:
        rows = [(name, reader.master(dataset, name)) for name in names or reader.master_ids(dataset)]
    unknown = [name for name, row in rows if not row]
    if unknown or not rows:
        raise GatewayError(f"{what} {', '.join(unknown) or '-'} is not in the master data")
    return rows


@labels.command()
@config_option
@json_option
def outdated(config: Path, as_json: bool) -> None:
    """List printed cards that would look different if they were printed now. Exit code 1 when there are any."""
    settings = load_settings(config)
    with closing(_reader(settings)) as reader:
        found = dict(_outdated(reader, settings.gateway.site))
    if as_json:
        click.echo(json.dumps(found))
    else:
        for card, changes in found.items():
            told = [f"{name} {old!r} is now {new!r}" for name, (old, new) in changes.items()]
            click.echo(f"{card}: {'; '.join(told)}")
        if not found:
            click.echo("no printed card is outdated")
    if found:
        raise click.exceptions.Exit(1)


def _outdated(reader: StoreReader, site: str) -> Iterator[tuple[str, dict[str, tuple[str, str]]]]:
    for card, printed in reader.facts(PRINTED_FACT).items():
        life = reader.card(card).get("life", "REMOVED")
        if life in RETIRED:
            yield card, {"life": ("in use", life)}
        elif changes := differences(printed, card_face(reader, site, card).shows()):
            yield card, changes


def _reader(settings: Settings) -> StoreReader:
    if not database_exists(settings.gateway.data_dir):
        raise GatewayError("nothing is known here yet", hint="start the gateway once with the ERP connected")
    return StoreReader(settings.gateway.data_dir)
