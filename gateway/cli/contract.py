"""`kanban-gateway contract`: what the other side of the wire must know, for whoever writes it."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.errors import GatewayError
from sync.published import documents


@click.command()
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path, file_okay=False), help="Write the files there instead."
)
def contract(directory: Path | None) -> None:
    """List the published contract, or write it out: CONTRACT.md, AsyncAPI, OpenAPI and JSON schemas."""
    for name, text in documents():
        if directory is not None:
            _write(directory / name, text)
        click.echo(f"{name}  {len(text.encode())} bytes" if directory is None else f"{directory / name}")
    if directory is None:
        click.echo("write them out with: kanban-gateway contract --dir DIR")


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise GatewayError(f"{file} cannot be written: {error.strerror}", hint="choose another --dir") from error
