"""`kanban-gateway scan-image` and `bench-camera`: what a camera would read in picture files."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from drivers.camera.answer import sightings
from drivers.camera.code import SYMBOLOGIES, Sighting
from drivers.camera.decoder import DecoderLostError, DecoderProcess
from drivers.camera.limit import DecoderLimits
from drivers.camera.score import Result, parse_truth, table, texts_of
from gateway.clock import SystemClock
from gateway.errors import GatewayError

LIMITS = DecoderLimits(memory_mib=1024, frame_cpu_s=20, answer_s=20.0)
POLICIES = {"cascade": "still", "zxing-cpp": "zxing", "pyzbar": "zbar"}


@dataclass
class _Reader:
    """Picture files one after the other; a decoder that died is replaced at the next one."""

    stack: ExitStack
    clock: SystemClock = field(default_factory=SystemClock)
    decoder: DecoderProcess | None = None

    def read(self, file: Path, policy: str = "still") -> dict[str, Any]:
        """`codes` as Sightings or `error` as a sentence, and `ms`."""
        started_ms = self.clock.mono_ms()
        request = {"do": "file", "path": os.fsencode(file.absolute()).hex(), "policy": policy, "names": [*SYMBOLOGIES]}
        try:
            answer = self._running().ask(request)
            assert answer is not None, "nobody sets the stop event"
            if "error" not in answer:
                return {"codes": sightings(answer), "ms": answer["ms"]}
            return {"error": answer["error"], "ms": answer["ms"]}
        except DecoderLostError as error:
            self.decoder = None
            return {"error": error.what, "ms": self.clock.mono_ms() - started_ms}

    def _running(self) -> DecoderProcess:
        if self.decoder is None:
            self.decoder = self.stack.enter_context(DecoderProcess(LIMITS, self.clock, threading.Event()))
            self.decoder.start()
        return self.decoder


@click.command("scan-image")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a file.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def scan_image(files: tuple[Path, ...], as_json: bool) -> None:
    """Read the codes in picture files as a camera would. Exit code 1 when a file could not be read."""
    is_all_read = True
    with ExitStack() as stack:
        reader = _Reader(stack)
        for file in files:
            found = reader.read(file)
            is_all_read = is_all_read and "error" not in found
            click.echo(_as_json(file, found) if as_json else "\n".join(_as_lines(file, found)))
    if not is_all_read:
        raise click.exceptions.Exit(1)


def _as_json(file: Path, found: dict[str, Any]) -> str:
    name = os.fsencode(file).decode("utf-8", "replace")
    if "error" in found:
        return json.dumps({"file": name, "error": found["error"], "ms": found["ms"]})
    codes = [one.as_json() for one in _sure(found["codes"])]
    return json.dumps({"file": name, "codes": codes, "ms": found["ms"]})


def _as_lines(file: Path, found: dict[str, Any]) -> Iterator[str]:
    name = os.fsencode(file).decode("utf-8", "replace")
    if "error" in found:
        yield f"{name}: {found['error']}"
        return
    for one in found["codes"]:
        doubt = "" if one.is_agreed else "   (not taken: only one look at the picture says so)"
        yield f"{name}: {one.symbology} {one.aim or '   '} {one.text!r}{doubt}"
    if not found["codes"]:
        yield f"{name}: no code found"


def _sure(codes: Sequence[Sighting]) -> list[Sighting]:
    """What a camera would hand on."""
    return [one for one in codes if one.is_agreed]


@click.command("bench-camera")
@click.argument("directory", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--truth", type=click.Path(path_type=Path, dir_okay=False), help="Default: truth.jsonl in DIRECTORY.")
@click.option("--misses", is_flag=True, help="List the pictures that the cascade reads wrongly or not at all.")
def bench_camera(directory: Path, truth: Path | None, misses: bool) -> None:
    """Compare the camera's cascade with each decoder alone, on pictures whose content is known.

    The truth file has one JSON object a line: file, symbology (QR, DataMatrix, EAN13 ..., NONE), text.
    """
    truth = truth or directory / "truth.jsonl"
    try:
        cases = parse_truth(truth.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GatewayError(f"{truth}: {error}", hint="see --help for what it holds") from error
    if not cases:
        raise GatewayError(f"{truth} names no picture")
    results: dict[str, list[Result]] = {name: [] for name in POLICIES}
    with ExitStack() as stack:
        reader = _Reader(stack)
        reader.read(directory / cases[0].file)  # the first picture of a process pays for what is loaded then
        with click.progressbar(cases, label="reading", file=sys.stderr) as shown:
            for case in shown:
                for name, policy in POLICIES.items():
                    found = reader.read(directory / case.file, policy)
                    if "error" in found:
                        raise GatewayError(f"{directory / case.file}: {found['error']}")
                    choose: Callable[[Sequence[Sighting]], Sequence[Sighting]] = _sure if policy == "still" else list
                    results[name].append(Result(case, texts_of(choose(found["codes"])), found["ms"]))
    click.echo(table({name: results[name] for name in POLICIES}))
    if misses:
        click.echo("\n".join(_misses(results["cascade"])))


def _misses(results: Sequence[Result]) -> Iterator[str]:
    for one in results:
        if one.is_wrong or not one.is_correct:
            yield f"{one.case.file}: expected {one.case.symbology} {one.case.text!r}, got {', '.join(one.texts) or '-'}"
