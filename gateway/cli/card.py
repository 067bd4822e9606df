"""`kanban-gateway card`: codes of cards to print, and cards that are lost, found, damaged or replaced."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gateway.cli.instruct import instruct, tell
from gateway.cli.option import Family, config_option
from gateway.codes.card import CardCode, format_card
from gateway.errors import GatewayError
from gateway.label import CardFace, Symbol, card_svg, symbol_png
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
    rows = _master(settings.gateway.data_dir, card)
    try:
        code = format_card(CardCode(settings.gateway.site, card, revision or rows["cards"].get("revision", 1)))
    except ValueError as error:
        raise GatewayError(str(error)) from error
    if svg is not None:
        svg.write_text(card_svg(_face(code, card, rows)))
    if png is not None:
        png.write_bytes(symbol_png(code, Symbol.QR))
    click.echo(code)


def _master(data_dir: Path, card: str) -> dict[str, dict[str, Any]]:
    """The card's own row, its loop's and its item's, as far as the store knows them."""
    rows: dict[str, dict[str, Any]] = {"cards": {}, "loops": {}, "items": {}}
    if not database_exists(data_dir):
        return rows
    reader = StoreReader(data_dir)
    try:
        rows["cards"] = {**reader.master("cards", card), **reader.card(card)}  # what is valid here comes second
        rows["loops"] = reader.master("loops", rows["cards"].get("loop", ""))
        rows["items"] = reader.master("items", rows["loops"].get("item", ""))
        siblings = reader.cards_in(rows["loops"].get("id", ""))
        rows["place"] = {"number": siblings.index(card) + 1 if card in siblings else 1, "count": len(siblings) or 1}
    finally:
        reader.close()
    return rows


def _face(code: str, card: str, rows: dict[str, dict[str, Any]]) -> CardFace:
    loop, item, place = rows["loops"], rows["items"], rows.get("place", {})
    if not loop:
        raise GatewayError(
            f"card {card!r} is not in the master data, so there is nothing to print on it but its code",
            hint="leave out --svg, or start the gateway once with the ERP connected",
        )
    return CardFace(
        code=code, card=card, loop=loop["id"], item=loop["item"], item_name=item.get("name", ""),
        quantity=f"{loop['quantity']} {loop['uom']}", consumer=loop["consumer"], source=loop["source"],
        number=place.get("number", 1), count=place.get("count", 1),
    )  # fmt: skip
