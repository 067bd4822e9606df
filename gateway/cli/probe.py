"""`kanban-gateway probe`: set up a scanner so that what is on a label arrives, and learn what became of it."""

from __future__ import annotations

import select
from pathlib import Path
from typing import BinaryIO

import click

from drivers.plug import Plugs
from drivers.scanner_settings import to_bytes
from drivers.serial_port import SerialPort
from drivers.serial_settings import SerialSettings
from gateway.clock import SystemClock
from gateway.codes.probe import LEARN_LIMIT_BYTES, Learned, learn
from gateway.errors import ConfigError, GatewayError
from gateway.probe_sheet import sheet_svg
from gateway.settings import load_settings

_SILENCE_S = 0.3  # after a scan: what comes within it still belongs to it
_SYMBOLS = 2  # on the sheet


@click.command()
@click.option("--sheet", type=click.Path(path_type=Path, dir_okay=False), help="Write the sheet to this file (SVG).")
@click.option(
    "--learn", "source", type=click.File("rb"), help="Learn from the recorded bytes of its scans; - is stdin."
)
@click.option("--device", default="", help="Learn from this serial scanner of the configuration, and try its feedback.")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="For --device.")
@click.option(
    "--seconds", type=click.IntRange(5, 600), default=60, show_default=True, help="How long to wait for scans."
)
def probe(sheet: Path | None, source: BinaryIO | None, device: str, config: Path | None, seconds: int) -> None:
    """Print the commissioning sheet, or learn from scans of it and print the lines for the configuration."""
    if source is not None:
        _tell(learn(source.read(LEARN_LIMIT_BYTES)))
    elif device:
        _with_scanner(_scanner(device, config), seconds)
    elif sheet is not None:
        sheet.write_text(sheet_svg())
        click.echo(f"{sheet}: print it, scan its two symbols, then use --learn or --device")
    else:
        click.echo(sheet_svg(), nl=False)


def _scanner(device: str, config: Path | None) -> SerialSettings:
    if config is None:
        raise ConfigError(["--device needs --config: the file in which the device stands"])
    rows = {row.id: row for row in load_settings(config).devices if isinstance(row, SerialSettings)}
    if device not in rows:
        raise GatewayError(
            f"there is no serial scanner {device!r}", hint=f"expected one of {', '.join(rows) or 'none'}"
        )
    return rows[device]


def _with_scanner(settings: SerialSettings, seconds: int) -> None:
    port = SerialPort(settings, Plugs())
    try:
        click.echo(f"Scan both symbols of the sheet with {settings.id} within {seconds} s ...", err=True)
        learned = learn(_record(port, seconds))
        _tell(learned)
        _try_feedback(settings, port)
    finally:
        port.close()


def _record(port: SerialPort, seconds: int) -> bytes:
    """What arrives until both symbols are known and the line is silent, or the time is over."""
    clock = SystemClock("probe")
    end_ms = clock.mono_ms() + seconds * 1000
    data = b""
    while clock.mono_ms() < end_ms and len(data) < LEARN_LIMIT_BYTES:
        if select.select([port.fileno()], [], [], _SILENCE_S)[0]:
            data += port.read()
        elif learn(data).scans >= _SYMBOLS:
            break
    return data


def _tell(learned: Learned) -> None:
    for note in learned.notes:
        click.echo(f"note: {note}", err=True)
    if not learned.scans:
        raise GatewayError("nothing was learned", hint="scan both symbols of the sheet and try again")
    click.echo(learned.toml())


def _try_feedback(settings: SerialSettings, port: SerialPort) -> None:
    """Let the scanner show good and bad, and ask the person, who alone can know."""
    answers = settings.answers
    if not answers.is_given:
        click.echo("note: nothing is sent to this scanner: choose a profile or set [device.feedback]", err=True)
        return
    seen = []
    for name, data in (("good", answers.ack + answers.good), ("bad", answers.bad + answers.rearm)):
        port.write(to_bytes(data))
        seen.append(click.confirm(f"Was the sign for {name} heard or seen?", err=True))
    shown_by = '"device"' if all(seen) else '"none"'
    click.echo(f"\n[device.feedback]\nshown_by = {shown_by}")
