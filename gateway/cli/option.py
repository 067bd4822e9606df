"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.settings import DEFAULT_FILE

config_option = click.option(
    "--config",
    "config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=DEFAULT_FILE,
    show_default=True,
    help="Configuration file.",
)
