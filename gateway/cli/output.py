"""Where labels go: a file of SVG, PDF or ZPL, or a label printer; the options of every command that prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from gateway.clock import SystemClock
from gateway.errors import GatewayError
from gateway.labels import printer, svg, zpl
from gateway.labels.drawing import Drawing
from gateway.labels.page import A4, pages
from gateway.setting_value import split_printer

_FILE = click.Path(path_type=Path, dir_okay=False)

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--pdf", type=_FILE, help="Write a PDF."),
    click.option("--svg", type=_FILE, help="Write an SVG; of several pages FILE-1.svg and so on."),
    click.option("--zpl", type=click.Path(path_type=Path, allow_dash=True), help="Write ZPL II; - is standard output."),
    click.option("--printer", metavar="HOST[:PORT]", help="Print on a label printer (ZPL II, port 9100)."),
    click.option("--dpi", type=click.Choice(["203", "300", "600"]), default="203", help="Of the label printer."),
    click.option("--single", is_flag=True, help="In SVG and PDF each label on a page of its own, not on A4 to cut."),
)


def output_options(command: Command) -> Command:
    """Adds the options of an `Output`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True)
class Output:
    """What the options ask for; exactly one way."""

    pdf: Path | None
    svg: Path | None
    zpl: Path | None
    printer: str | None
    dpi: str
    single: bool

    @classmethod
    def of(cls, options: dict[str, Any]) -> Output:
        """UsageError unless exactly one of --pdf, --svg, --zpl and --printer is given."""
        made = cls(**{name: options.pop(name) for name in ("pdf", "svg", "zpl", "printer", "dpi", "single")})
        if sum(one is not None for one in (made.pdf, made.svg, made.zpl, made.printer)) != 1:
            raise click.UsageError("give one of --pdf FILE, --svg FILE, --zpl FILE and --printer HOST[:PORT]")
        return made

    def put(self, drawings: Sequence[Drawing], title: str) -> None:
        """GatewayError when it cannot be written or printed; nothing is written before all of it is drawn."""
        if self.zpl is not None or self.printer is not None:
            labels = "".join(zpl.render(one, int(self.dpi)) for one in drawings)
            self._print(labels) if self.printer is not None else self._write_zpl(labels)
            return
        made = pages(drawings, None if self.single or len(drawings) == 1 else A4)
        if self.pdf is not None:
            from gateway.labels import pdf  # with it comes all of reportlab, which no other command needs

            _write(self.pdf, pdf.render(made, title))
        elif self.svg is not None:
            documents = [svg.render(page).encode() for page in made]
            for n, document in enumerate(documents, 1):
                _write(self.svg if len(documents) == 1 else self.svg.with_stem(f"{self.svg.stem}-{n}"), document)

    def _write_zpl(self, labels: str) -> None:
        if str(self.zpl) == "-":
            click.echo(labels, nl=False)
        elif self.zpl is not None:
            _write(self.zpl, labels.encode())

    def _print(self, labels: str) -> None:
        try:
            host, port = split_printer(self.printer or "")
        except ValueError as error:
            raise click.UsageError(f"--printer is {self.printer!r}, {error}") from error
        if not printer.send(host, port, labels, SystemClock()):
            click.echo("sent; this printer does not tell whether it has paper", err=True)


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise GatewayError(f"{path} cannot be written: {error.strerror}") from error
