"""`kanban-gateway rules kinds`: what a reorder rule may be, and what it may say."""

from __future__ import annotations

import json
from dataclasses import MISSING, Field, fields
from typing import Any

import click

from gateway.cli.option import json_option
from gateway.errors import GatewayError
from gateway.reorder.kind import KINDS, Kind
from gateway.reorder.parameter import expected_of, outside, spec_of


@click.command()
@json_option
@click.argument("kind", required=False, default="")
def kinds(kind: str, as_json: bool) -> None:
    """List the kinds of rules, or the parameters of one KIND with their limits and defaults."""
    if kind and kind not in KINDS:
        raise GatewayError(f"kind {kind!r} is unknown", hint=f"there are {', '.join(KINDS)}")
    chosen = [KINDS[kind]] if kind else list(KINDS.values())
    if as_json:
        click.echo(json.dumps({one.name: _document(one) for one in chosen}, ensure_ascii=False))
        return
    for one in chosen:
        click.echo(f"{one.name:<24} {one.about}")
        if kind:
            for parameter in _parameters(one):
                click.echo(f"  {parameter['name']:<18} {parameter['about']}")
                click.echo(f"  {'':<18} {_default(parameter)}; {parameter['expected']}")


def _default(parameter: dict[str, Any]) -> str:
    return "must be given" if parameter["default"] is None else f"default {parameter['default'] or 'none'}"


def _document(kind: Kind) -> dict[str, Any]:
    return {"about": kind.about, "timed": kind.is_timed, "parameters": _parameters(kind)}


def _parameters(kind: Kind) -> list[dict[str, Any]]:
    """Those that must be given first."""
    found = [_parameter(one) for one in fields(kind.parameters)]
    return sorted(found, key=lambda one: one["default"] is not None)


def _parameter(one: Field[Any]) -> dict[str, Any]:
    spec = spec_of(one)
    default = None if one.default is MISSING else outside(one.default, spec)
    return {"name": one.name, "about": spec.about, "expected": expected_of(spec), "default": default}
