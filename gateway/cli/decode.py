"""`kanban-gateway decode`: what do these codes say?"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import click

from gateway.codes.parse import MAX_BYTES, parse
from gateway.codes.profile import PROFILES, Profile
from gateway.errors import GatewayError
from gateway.interpret import profile_of
from gateway.parsed import Label
from gateway.settings import Settings, load_settings

_LINE_LIMIT = MAX_BYTES + 2  # with its line end; what is longer is read on without being kept


@click.command()
@click.argument("values", nargs=-1, metavar="[VALUE|-]...")
@click.option("--aim", default="", help="Symbology identifier of the codes, such as ]d2, if it does not precede them.")
@click.option(
    "--profile", "name", default="unknown", show_default=True,
    help=f"How separators arrive: {', '.join(PROFILES)}, or with --config the id of a device.",
)  # fmt: skip
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="Use its templates and devices."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line; `errors` is empty when valid.")
def decode(values: tuple[str, ...], aim: str, name: str, config: Path | None, as_json: bool) -> None:
    """Say what codes mean: arguments, or with - (or none) each line of standard input. Any bytes give an answer."""
    settings = load_settings(config) if config else None
    profile = _profile(name, settings)
    templates = [row.template for row in settings.templates] if settings else []
    for code in _codes(values or ("-",)):
        label = parse(code, aim, profile=profile, templates=templates)
        click.echo(json.dumps(_answer(label)) if as_json else _sentence(label))


def _profile(name: str, settings: Settings | None) -> Profile:
    devices = {row.id: profile_of(row) for row in settings.devices} if settings else {}
    profile = devices.get(name) or PROFILES.get(name)
    if profile is None:
        raise GatewayError(f"there is no profile {name!r}", hint=f"expected one of {', '.join([*PROFILES, *devices])}")
    return profile


def _codes(values: Sequence[str]) -> Iterator[bytes]:
    for value in values:
        if value == "-":
            yield from _lines(sys.stdin.buffer)
        else:
            yield os.fsencode(value)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Each line without its end; of one that is too long only so much that it is still too long."""
    for line in iter(lambda: stream.readline(_LINE_LIMIT), b""):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(_LINE_LIMIT)
        yield line.removesuffix(b"\n").removesuffix(b"\r")


def _answer(label: Label) -> dict[str, Any]:
    return {"is_valid": label.is_valid, **label.as_json()}


def _sentence(label: Label) -> str:
    name = " ".join(filter(None, (label.symbology, label.syntax.value, label.template)))
    lines = [f"{name}: {'valid' if label.is_valid else 'NOT VALID'}"]
    lines += _indented(f"{key}: {_shown(value)}" for key, value in label.keys.as_json().items())
    lines += _indented(f"({one.id}) {one.value!r}" for one in label.elements)
    for kind, flaws in (("error", label.errors), ("warning", label.warnings)):
        lines += _indented(f"{kind} {flaw.code}: {flaw.text}" for flaw in flaws)
    if not label.elements:
        lines += _indented([f"text {label.text[:200]!r}"])
    return "\n".join(lines)


def _shown(value: Any) -> str:
    return f"{value['value']} {value['unit']}".strip() if isinstance(value, dict) else str(value)


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line.encode('utf-8', 'backslashreplace').decode()}" for line in lines]
