"""`kanban-gateway probe`: set up a scanner so that what is on a label arrives, and learn what became of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import click

from drivers.base import DeviceContext
from drivers.hid_keyboard_settings import KeyboardSettings
from drivers.plug import Plugs
from drivers.scanner_separators import LabelScannerSettings
from drivers.scanner_settings import to_bytes
from drivers.serial_port import SerialPort
from drivers.serial_settings import SerialSettings
from gateway.cli.probe_scanner import BAD, GOOD, SYMBOLS, Scans, driven, probe_keyboard, record
from gateway.clock import SystemClock
from gateway.codes.probe import LEARN_LIMIT_BYTES, Learned, learn
from gateway.credentials import CredentialStore
from gateway.errors import ConfigError, GatewayError
from gateway.model import Verdict
from gateway.probe_sheet import sheet_svg
from gateway.settings import load_settings


@click.command()
@click.option("--sheet", type=click.Path(path_type=Path, dir_okay=False), help="Write the sheet to this file (SVG).")
@click.option(
    "--learn", "source", type=click.File("rb"), help="Learn from the recorded bytes of its scans; - is stdin."
)
@click.option("--device", default="", help="Learn from this scanner of the configuration, and try its feedback.")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="For --device.")
@click.option(
    "--seconds", type=click.IntRange(1, 600), default=60, show_default=True, help="How long to wait for scans."
)
def probe(sheet: Path | None, source: BinaryIO | None, device: str, config: Path | None, seconds: int) -> None:
    """Print the commissioning sheet, or learn from scans of it and print the lines for the configuration."""
    if source is not None:
        _tell(learn(source.read(LEARN_LIMIT_BYTES)))
    elif device:
        _with_scanner(*_scanner(device, config), seconds)
    elif sheet is not None:
        sheet.write_text(sheet_svg())
        click.echo(f"{sheet}: print it, scan its two symbols, then use --learn or --device")
    else:
        click.echo(sheet_svg(), nl=False)


def _scanner(device: str, config: Path | None) -> tuple[LabelScannerSettings, DeviceContext]:
    if config is None:
        raise ConfigError(["--device needs --config: the file in which the device stands"])
    settings = load_settings(config)
    rows = {row.id: row for row in settings.devices if isinstance(row, LabelScannerSettings)}
    if device not in rows:
        raise GatewayError(f"there is no scanner {device!r}", hint=f"expected one of {', '.join(rows) or 'none'}")
    credentials = CredentialStore(settings.config_dir)
    return rows[device], DeviceContext(SystemClock("probe"), credentials, settings.gateway.id)


def _with_scanner(settings: LabelScannerSettings, context: DeviceContext, seconds: int) -> None:
    click.echo(f"Scan both symbols of the sheet with {settings.id} within {seconds} s ...", err=True)
    if isinstance(settings, KeyboardSettings):
        learned, layouts = probe_keyboard(settings, seconds)
        if len(layouts) > 1 and learned.scans:
            same = ", ".join(layouts)
            click.echo(f"note: the sheet reads the same with {same}: take the one that the scanner is set to", err=True)
        _tell(learned, layout=layouts[0])
        click.echo("note: a scanner in keyboard mode shows nothing of what the gateway says", err=True)
    elif isinstance(settings, SerialSettings):
        _with_serial(settings, seconds)
    else:
        scans = Scans()
        with driven(settings, context, scans) as running:
            learned = scans.wait(seconds)
            if not learned.scans and scans.trouble:
                raise GatewayError(f"{settings.id} could not be used: {scans.trouble}")
            _tell(learned, is_framed=False)
            _try_signs(running.notify)


def _with_serial(settings: SerialSettings, seconds: int) -> None:
    """Byte by byte, so that prefix and suffix show."""
    answers = settings.answers
    with closing(SerialPort(settings, Plugs())) as port:
        data = record(port, seconds, lambda data: learn(data).scans >= SYMBOLS, LEARN_LIMIT_BYTES)
        _tell(learn(data))
        if not answers.is_given:
            click.echo("note: nothing is sent to this scanner: choose a profile or set [device.feedback]", err=True)
            return
        signs = {GOOD: answers.ack + answers.good, BAD: answers.bad + answers.rearm}
        _try_signs(lambda verdict: port.write(to_bytes(signs[verdict])))


def _tell(learned: Learned, *, layout: str = "", is_framed: bool = True) -> None:
    for note in learned.notes:
        click.echo(f"note: {note}", err=True)
    if not learned.scans:
        raise GatewayError("nothing was learned", hint="scan both symbols of the sheet and try again")
    click.echo(learned.toml(layout=layout, is_framed=is_framed))


def _try_signs(show: Callable[[Verdict], object]) -> None:
    """Let the scanner show good and bad, and ask the person, who alone can know."""
    seen = []
    for verdict in (GOOD, BAD):
        show(verdict)
        seen.append(click.confirm(f"Was {verdict.text} heard or seen?", err=True))
    shown_by = '"device"' if all(seen) else '"none"'
    click.echo(f"\n[device.feedback]\nshown_by = {shown_by}")
