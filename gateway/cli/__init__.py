"""The command `kanban-gateway`. Each command family is a file here and a line in COMMANDS."""

from __future__ import annotations

from typing import Any

import click

from gateway import __version__
from gateway.cli.backtest import backtest
from gateway.cli.camera import bench_camera, scan_image
from gateway.cli.card import card
from gateway.cli.certify import certify
from gateway.cli.check import check
from gateway.cli.code import badge, command_card, quantity_card
from gateway.cli.contract import contract
from gateway.cli.decode import decode
from gateway.cli.devices import devices
from gateway.cli.epcis import epcis
from gateway.cli.identity import identity
from gateway.cli.labels import labels
from gateway.cli.level import level
from gateway.cli.mail import import_
from gateway.cli.masterdata import masterdata
from gateway.cli.mode import mode
from gateway.cli.passage import passage, passages
from gateway.cli.probe import probe
from gateway.cli.proof import proof
from gateway.cli.reorder import explain, stock, triggers, why_not_
from gateway.cli.replay import replay
from gateway.cli.report import report
from gateway.cli.resolve import resolve
from gateway.cli.rules import rules
from gateway.cli.run import run
from gateway.cli.size import size
from gateway.cli.store import events, export, rebuild, status, verify
from gateway.cli.usage import classes, consignment
from gateway.cli.walk import walk
from gateway.errors import ConfigError, GatewayError

COMMANDS: tuple[click.Command, ...] = (
    run,
    check,
    devices,
    status,
    events,
    verify,
    rebuild,
    export,
    import_,
    epcis,
    replay,
    card,
    command_card,
    badge,
    quantity_card,
    contract,
    decode,
    probe,
    passages,
    passage,
    resolve,
    identity,
    mode,
    backtest,
    report,
    proof,
    certify,
    size,
    level,
    classes,
    consignment,
    walk,
    rules,
    stock,
    triggers,
    explain,
    why_not_,
    labels,
    masterdata,
    scan_image,
    bench_camera,
)

EXIT_FAILED = 1
EXIT_CONFIG = 2  # as click's own for a wrong command line


class Commands(click.Group):
    """A group whose expected errors end in a message and an exit code, not in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            for mistake in error.mistakes:
                click.echo(mistake, err=True)
            raise click.exceptions.Exit(EXIT_CONFIG) from error
        except GatewayError as error:
            click.echo(f"error: {error}", err=True)
            raise click.exceptions.Exit(EXIT_FAILED) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kanban-gateway")
def main() -> None:
    """Kanban gateway: every scan is on disk before the feedback and booked by the ERP exactly once."""


for _command in COMMANDS:
    main.add_command(_command)
