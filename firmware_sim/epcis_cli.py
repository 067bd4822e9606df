"""`kanban-floor epcis-repository`: a repository to try capturing against."""

from __future__ import annotations

import time

import click

from firmware_sim.epcis_repository import EpcisRepository

LOOK_S = 0.5


@click.command("epcis-repository")
@click.option("--port", default=8095, show_default=True, help="Port to listen on, on this machine; 0 takes a free one.")
@click.option("--refuse", multiple=True, help="A bizStep that is not taken, such as destroying.")
def epcis_repository(port: int, refuse: tuple[str, ...]) -> None:
    """Take EPCIS documents by POST /capture until Ctrl-C, and say which events came."""
    with EpcisRepository(port) as repository:
        repository.mischief.refuses = frozenset(refuse)
        click.echo(f"base_url = {repository.url!r}")
        told = 0
        while True:
            for event in list(repository.events.values())[told:]:
                click.echo(f"{event['eventTime']} {event['type']} {event['action']} {event.get('bizStep', '-')}")
                told += 1
            time.sleep(LOOK_S)
