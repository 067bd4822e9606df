"""`kanban-gateway devices`: what is plugged in, and what to write into the configuration for it."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import orjson

from drivers.base import DeviceSettings
from drivers.hid_keyboard_settings import KeyboardSettings
from drivers.hid_pos_settings import HidPosSettings
from drivers.plug import Plugs
from drivers.plug_name import Kind, Plugged, matching, names_of
from drivers.serial_settings import LineSettings
from gateway.settings import load_settings

_KINDS: tuple[tuple[type[DeviceSettings], Kind], ...] = (
    (LineSettings, Kind.SERIAL),
    (HidPosSettings, Kind.HID_POS),
    (KeyboardSettings, Kind.KEYBOARD),
)
_REMARKS = {
    Kind.SERIAL: "",
    Kind.HID_POS: "",
    Kind.KEYBOARD: "# only if this is a scanner: it is taken from everybody else",
}


@click.command()
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="Say which of its devices are there.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def devices(config: Path | None, as_json: bool) -> None:
    """List plugged scanners, with the configuration that means each of them."""
    plugged = Plugs().scan()
    rows = load_settings(config).devices if config else ()
    found = [_told(one, plugged, rows) for one in plugged]
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
        return
    for told in found:
        click.echo("\n".join(_lines(told)))
    if not found:
        click.echo("nothing is plugged in that could be a scanner: no USB serial line, HID POS scanner or keyboard")
    for row in rows:
        if _port(row) and not any(row.id in told["used_by"] for told in found):
            click.echo(f"{row.id}: {_port(row)} is not there")


def _told(one: Plugged, plugged: tuple[Plugged, ...], rows: tuple[DeviceSettings, ...]) -> dict[str, Any]:
    names = names_of(one, plugged) or [one.node]
    used_by = [row.id for row in rows if _means(row, one, plugged)]
    return {**asdict(one), "ports": names, "config": _config(one, names[0]), "used_by": used_by}


def _config(one: Plugged, name: str) -> str:
    """The lines of a `[[device]]` table that mean this device."""
    lines = [f'type = "{one.kind.value}"', f'port = "{name}"']
    if one.kind is Kind.KEYBOARD and not name.startswith("id:"):
        lines.append(f'allow = ["{one.ident}"]')
    return "\n".join(lines)


def _lines(told: dict[str, Any]) -> list[str]:
    what = [f"{told['vendor']}:{told['product']}", told["name"], told["serial"] and f"serial number {told['serial']}"]
    where = [told["usb_port"] and f"USB port {told['usb_port']}", told["node"]]
    lines = [f"{told['kind']}: {', '.join(part for part in [*what, *where] if part)}"]
    lines += [f"    {line}" for line in told["config"].splitlines()]
    if len(told["ports"]) > 1:
        lines.append(f"    # or port = {' or '.join(repr(name) for name in told['ports'][1:])}")
    if _REMARKS[Kind(told["kind"])]:
        lines.append(f"    {_REMARKS[Kind(told['kind'])]}")
    if told["used_by"]:
        lines.append(f"    # this is {', '.join(told['used_by'])}")
    return lines


def _port(row: DeviceSettings) -> str:
    return str(getattr(row, "port", "")) if isinstance(row, tuple(kind for kind, _ in _KINDS)) else ""


def _means(row: DeviceSettings, one: Plugged, plugged: tuple[Plugged, ...]) -> bool:
    """Whether this device is the one a `[[device]]` table names."""
    port = _port(row)
    if not port or not any(isinstance(row, settings) and kind is one.kind for settings, kind in _KINDS):
        return False
    if port.startswith("/"):
        return os.path.realpath(port) == os.path.realpath(one.node)
    return matching(port, one.kind, plugged) == [one]
