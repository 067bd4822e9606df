"""`kanban-gateway card`: codes of cards to print, and cards that are lost, found, damaged or replaced."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from gateway.cli.face import card_face, note_printed
from gateway.cli.instruct import instruct, tell
from gateway.cli.option import Family, config_option
from gateway.codes.card import CardCode, format_card
from gateway.errors import GatewayError
from gateway.label import Symbol, symbol_png
from gateway.labels import layout
from gateway.labels.face import CardFace
from gateway.labels.page import pages
from gateway.labels.svg import render
from gateway.settings import Settings, load_settings
from gateway.store.reader import StoreReader, database_exists

_FILE = click.Path(path_type=Path, dir_okay=False)
svg_option = click.option("--svg", type=_FILE, help="Write a printable drawing.")
png_option = click.option("--png", type=_FILE, help="Write the QR code alone, for a label program.")


class _Cards(Family):
    usual = "print"


@click.group(cls=_Cards)
def card() -> None:
    """Print a card, report it lost or found, replace it. Without a second word it is printed."""


@card.command("print")
@config_option
@click.argument("card")
@click.option("--revision", type=click.IntRange(1, 999), help="Print number; default: the one that is valid now.")
@svg_option
@png_option
def print_(config: Path, card: str, revision: int | None, svg: Path | None, png: Path | None) -> None:
    """Print the code of one card, or write the card itself with QR and Code 128."""
    _print(load_settings(config), card, revision, svg, png)


@card.command()
@config_option
@click.argument("card")
@click.option("--reason", default="", help="What is known of it; kept with the loss.")
def lost(config: Path, card: str, reason: str) -> None:
    """Report a card lost: nothing is ordered with it until it is found."""
    tell(instruct(load_settings(config), "card.lost", {"card": card, "reason": reason}))


@card.command()
@config_option
@click.argument("card")
def found(config: Path, card: str) -> None:
    """Put a lost card back into use."""
    tell(instruct(load_settings(config), "card.found", {"card": card}))


@card.command()
@config_option
@click.argument("card")
@svg_option
@png_option
def reprint(config: Path, card: str, svg: Path | None, png: Path | None) -> None:
    """Print a damaged card again: same card, next print number, the older print is refused from now on."""
    settings = load_settings(config)
    tell(instruct(settings, "card.reprint", {"card": card}))
    _print(settings, card, None, svg, png)


@card.command()
@config_option
@click.argument("card")
@click.argument("new")
@svg_option
@png_option
def replace(config: Path, card: str, new: str, svg: Path | None, png: Path | None) -> None:
    """Let a new card take over bin and open order; the old one is refused wherever it turns up."""
    settings = load_settings(config)
    tell(instruct(settings, "card.replace", {"card": card, "new": new}))
    _print(settings, new, None, svg, png)


def _print(settings: Settings, card: str, revision: int | None, svg: Path | None, png: Path | None) -> None:
    code = _code(settings, card, revision or 0)
    if svg is not None:
        face = _face(settings, card, revision or 0)
        [page] = pages([layout.card(face)], None)
        svg.write_text(render(page))
        note_printed(settings, [face])
    if png is not None:
        png.write_bytes(symbol_png(code, Symbol.QR))
    click.echo(code)


def _code(settings: Settings, card: str, revision: int) -> str:
    """Also of a card that is not in the master data yet."""
    if not revision and database_exists(settings.gateway.data_dir):
        with closing(StoreReader(settings.gateway.data_dir)) as reader:
            revision = {**reader.master("cards", card), **reader.card(card)}.get("revision", 0)
    try:
        return format_card(CardCode(settings.gateway.site, card, revision or 1))
    except ValueError as error:
        raise GatewayError(str(error)) from error


def _face(settings: Settings, card: str, revision: int) -> CardFace:
    if not database_exists(settings.gateway.data_dir):
        raise GatewayError(
            f"card {card!r} is not in the master data, so there is nothing to print on it but its code",
            hint="leave out --svg, or start the gateway once with the ERP connected",
        )
    with closing(StoreReader(settings.gateway.data_dir)) as reader:
        return card_face(reader, settings.gateway.site, card, revision)
