"""`kanban-gateway replay`: what would recorded messages mean, and what would be answered?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import BinaryIO

import click

from gateway.capture import read_captures
from gateway.cli.option import config_option
from gateway.replay import Replay, Told, choose_device
from gateway.settings import load_settings


@click.command()
@config_option
@click.argument("files", nargs=-1, required=True, type=click.File("rb"))
@click.option("--device", default="", help="Device of the configuration that sent them; needed when it has several.")
@click.option("--dry-run", is_flag=True, help="Only say what each message means; decide nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def replay(config: Path, files: tuple[BinaryIO, ...], device: str, dry_run: bool, as_json: bool) -> None:
    """Replay recorded messages (JSON lines) on a copy of the store; the store itself is only read."""
    settings = load_settings(config)
    with Replay(settings, choose_device(settings, device), dry=dry_run) as player:
        if not (dry_run or player.has_store):
            click.echo(f"there is no store in {settings.gateway.data_dir} yet, so no card is known", err=True)
        for file in files:
            name = str(getattr(file, "name", "<stdin>"))
            for told in player.play(read_captures(file, name)):
                if as_json:
                    click.echo(json.dumps({"file": name, **told.as_json()}, ensure_ascii=False))
                else:
                    click.echo(f"{name}:{told.line or 'end'}: {_sentence(told)}")


def _sentence(told: Told) -> str:
    means = "; ".join(_meaning(one) for one in told.means) or "nothing complete yet"
    verdicts = "; ".join(f"{one.status.value} {one.code}: {one.text}".rstrip(": ") for one in told.verdicts)
    alarms = "".join(f" ({name}: {text})" for name, text in told.alarms.items())
    return means + (f" -> {verdicts}" if verdicts else "") + alarms


def _meaning(means: dict[str, str]) -> str:
    if "skipped" in means:
        return f"skipped: {means['skipped']}"
    if "fault" in means:
        return f"{means['fault']}: {means['text']}"
    if "label" in means:
        return f"{means['action']} {means['card']} label {json.dumps(means['label'], ensure_ascii=False)}".replace(
            "  ", " "
        )
    return " ".join(means.values()) if "card" in means else f"{means['action']} call {means['call']}"
