"""`kanban-gateway run`: the daemon."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import click

from gateway.app import Gateway
from gateway.cli.option import config_option
from gateway.collector import relieve_collector
from gateway.log import configure_log
from gateway.settings import load_settings
from gateway.systemd import Notifier, is_logging_to_journal

SWITCH_INTERVAL_S = 0.0005  # a thread with an answer to give does not wait the usual 5 ms for one that computes
LEVELS = ["debug", "info", "warning", "error"]
FORMATS = ["text", "json"]


@click.command()
@config_option
@click.option("--log-level", default="info", type=click.Choice(LEVELS), help="Least level to log; default info.")
@click.option("--log-format", default="text", type=click.Choice(FORMATS), help="Form of a line; default text.")
def run(config: Path, log_level: str, log_format: str) -> None:
    """Run the gateway until SIGTERM or SIGINT; everything accepted is on disk at every instant."""
    settings = load_settings(config)
    configure_log(log_level, "journal" if is_logging_to_journal() else "json" if log_format == "json" else "text")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    gateway = Gateway(settings, notifier=Notifier.from_environment())
    relieve_collector()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gateway.run(stop)
