"""Instructions from the command line: to the running gateway, or to its store when none runs."""

from __future__ import annotations

import os
from typing import Any

import click

from gateway.control import account_of, ask
from gateway.model import Verdict
from gateway.offline import instruct_offline
from gateway.settings import Settings


def instruct(settings: Settings, name: str, body: dict[str, Any]) -> Verdict:
    """The answer, on disk already; GatewayError when nobody could be asked."""
    verdict = ask(settings.gateway.data_dir, name, body) if settings.gateway.data_dir.is_dir() else None
    return verdict or instruct_offline(settings, name, body, account_of(os.getuid()))


def tell(verdict: Verdict) -> None:
    """Print the answer; a refusal ends the command with exit code 1."""
    click.echo(verdict.text or verdict.code, err=not verdict.is_good)
    if not verdict.is_good:
        raise click.exceptions.Exit(1)
