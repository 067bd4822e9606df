"""`kanban-floor scanner`: one simulated scanner at the command line, to try a configuration against."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from firmware_sim.scanner import Scanner
from firmware_sim.scanner_make import Answer
from firmware_sim.ssi import PACKETED, SsiScanner
from firmware_sim.tcp_scanner import TcpScanner

_AIM = re.compile(r"(\][A-Za-z][0-9A-Z])?(.*)", re.DOTALL)
SETUP_WAIT_S = 15.0

Scan = Callable[[str, str], Answer]


@click.command()
@click.option("--kind", type=click.Choice(["serial", "ssi", "tcp"]), default="serial", show_default=True,
              help="How it is connected.")  # fmt: skip
@click.option("--directory", type=click.Path(path_type=Path, file_okay=False), default=Path(),
              help="Where the link to its serial line goes.")  # fmt: skip
@click.option("--host", help="host:port to call, for --kind tcp; without it the scanner listens and says where.")
@click.option("--good", default="OK\\r\\n", show_default=True, help="What a TCP host answers for a stored code.")
@click.option("--bad", default="NG\\r\\n", show_default=True, help="And for one that was refused.")
def scanner(kind: str, directory: Path, host: str | None, good: str, bad: str) -> None:
    """Scan each line of standard input, such as K1.P1.C-1.1.AB or ]d2(...), and print what the person sees."""
    with _opened(kind, directory, host, (_bytes(good), _bytes(bad))) as (place, scan):
        click.echo(json.dumps({"ready": True, "port": place}))
        for line in sys.stdin:
            found = _AIM.fullmatch(line.rstrip("\r\n"))
            aim, text = (found[1] or "]Q1", found[2]) if found else ("]Q1", line)
            if text:
                click.echo(json.dumps({"text": text, "aim": aim, "answer": scan(text, aim)}))


@contextmanager
def _opened(kind: str, directory: Path, host: str | None, words: tuple[bytes, bytes]) -> Iterator[tuple[str, Scan]]:
    if kind == "tcp":
        address = (host.rpartition(":")[0], int(host.rpartition(":")[2])) if host else None
        camera = TcpScanner(host=address, good=words[0], bad=words[1])
        try:
            yield host or f"127.0.0.1:{camera.port}", camera.scan
        finally:
            camera.close()
    elif kind == "ssi":
        ssi = SsiScanner(directory, "scanner")
        try:
            yield str(ssi.port), lambda text, aim: _set_up_and_scan(ssi, text, aim)
        finally:
            ssi.close()
    else:
        serial = Scanner(directory, "scanner")
        try:
            yield str(serial.port), serial.scan
        finally:
            serial.close()


def _set_up_and_scan(scanner: SsiScanner, text: str, aim: str) -> Answer:
    """A scanner that was just plugged in sends no packets before its host has set it up."""
    scanner.wait_until(lambda: scanner.parameters[PACKETED] == 1, SETUP_WAIT_S)
    return scanner.scan(text, aim)


def _bytes(text: str) -> bytes:
    """Text with escapes such as \\r as the bytes they stand for."""
    return text.encode("latin-1", "replace").decode("unicode_escape").encode("latin-1", "replace")
