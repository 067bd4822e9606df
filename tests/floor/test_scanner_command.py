"""`kanban-floor scanner` before the real drivers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from drivers.base import DeviceSettings
from drivers.registry import DEVICE_TYPES
from drivers.tcp_scanner import CallingScanners
from firmware_sim.cli import main
from tests.drivers.rig import CONTEXT, GOOD, REFUSED, HoldingSink, Running


def device(**keys: Any) -> Any:
    kind = next(kind for kind in DEVICE_TYPES if kind.name == keys["type"])
    settings: DeviceSettings = kind.settings.model_validate({"id": "scan-1", "station": "S1", **keys})
    return kind.open(settings, CONTEXT)


def scanned(codes: str, *arguments: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(main, ["scanner", *arguments], input=codes)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()][1:]


def test_a_scanner_that_speaks_ssi_is_set_up_and_answered(tmp_path: Path) -> None:
    port, sink = tmp_path / "by-id" / "usb-Simulated_SSI_scanner-if00", HoldingSink(GOOD)
    with Running(device(type="zebra-ssi", port=str(port)), sink):
        told = scanned("K1\n\n]d2010400\n", "--kind", "ssi", "--directory", str(tmp_path))
    assert [(one["text"], one["answer"]) for one in told] == [("K1", "ack"), ("010400", "ack")]
    assert [(read.data, read.aim) for read in sink.reads] == [(b"K1", "]Q1"), (b"010400", "]d2")]


@pytest.mark.parametrize(("verdict", "answer"), [(GOOD, "ack"), (REFUSED, "nak")])
def test_a_network_scanner_calls_and_is_answered(verdict: Any, answer: str) -> None:
    called = device(type="tcp-scanner", listen="127.0.0.1:0", feedback={"good": "OK\r\n", "bad": "NG\r\n"})
    assert isinstance(called, CallingScanners)
    with Running(called, HoldingSink(verdict)) as running:
        running.wait_up()
        [told] = scanned("K1\n", "--kind", "tcp", "--host", f"127.0.0.1:{called.port}")
    assert told == {"text": "K1", "aim": "]Q1", "answer": answer}
