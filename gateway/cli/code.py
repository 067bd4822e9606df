"""`kanban-gateway command-card`, `badge` and `quantity-card`: codes that are scanned beside the kanban cards."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.cli.card import svg_option
from gateway.cli.option import config_option
from gateway.codes.badge import format_badge
from gateway.codes.command import COMMANDS, format_command
from gateway.codes.quantity import format_amount
from gateway.credentials import CredentialStore
from gateway.errors import GatewayError
from gateway.label import Symbol, symbol_svg
from gateway.quantity import parse_quantity
from gateway.settings import Settings, load_settings
from gateway.store.reader import StoreReader, database_exists


@click.command("command-card")
@config_option
@click.argument("command", type=click.Choice(sorted(COMMANDS), case_sensitive=False))
@click.option("--loop", default="", help="MODE-*: for this loop, instead of the station where it is scanned.")
@svg_option
def command_card(config: Path, command: str, loop: str, svg: Path | None) -> None:
    """Print the signed code of a command card; needs [commands] secret_credential."""
    settings = load_settings(config)
    try:
        code = format_command(settings.gateway.site, command.upper(), signing_secret(settings), loop=loop)
    except ValueError as error:
        raise GatewayError(str(error)) from error
    _put_out(code, svg)


@click.command()
@config_option
@click.argument("person")
@svg_option
def badge(config: Path, person: str, svg: Path | None) -> None:
    """Print the signed badge of a person in the master data; needs [commands] secret_credential."""
    settings = load_settings(config)
    secret = signing_secret(settings)
    try:
        code = format_badge(settings.gateway.site, _badge_of(settings, person), secret)
    except ValueError as error:
        raise GatewayError(str(error)) from error
    _put_out(code, svg)


@click.command("quantity-card")
@config_option
@click.argument("number")
@click.option("--rest", is_flag=True, help="What is left in a bin that goes back, instead of an amount.")
@svg_option
def quantity_card(config: Path, number: str, rest: bool, svg: Path | None) -> None:
    """Print a quantity to scan."""
    load_settings(config)
    try:
        code = format_amount(parse_quantity(number), is_rest=rest)
    except ValueError as error:
        raise GatewayError(str(error)) from error
    _put_out(code, svg)


def _badge_of(settings: Settings, person: str) -> str:
    hint = "start the gateway once with the ERP connected, and check how the id is written"
    if not database_exists(settings.gateway.data_dir):
        raise GatewayError(f"person {person!r} is not known here", hint=hint)
    reader = StoreReader(settings.gateway.data_dir)
    try:
        row = reader.master("people", person)
    finally:
        reader.close()
    if not row:
        raise GatewayError(f"person {person!r} is not in the master data", hint=hint)
    return str(row["badge"])


def signing_secret(settings: Settings) -> bytes:
    """GatewayError when none is configured."""
    name = settings.commands.secret_credential
    if not name:
        raise GatewayError("there is no secret to sign codes with", hint="set [commands] secret_credential")
    return CredentialStore(settings.config_dir).text(name).encode()


def _put_out(code: str, svg: Path | None) -> None:
    if svg is not None:
        svg.write_text(symbol_svg(code, Symbol.QR))
    click.echo(code)
