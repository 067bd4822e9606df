"""A new pallet's label comes out of the printer at its station, whatever was out of paper or killed meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from firmware_sim.dock_label import sscc
from firmware_sim.label_printer import LabelPrinter
from firmware_sim.port import wait_until
from firmware_sim.scanner import Answer, Profile, Scanner
from firmware_sim.scanner_make import ZEBRA
from gateway.clock import SystemClock
from gateway.goods.due_label import LABEL_FACT
from gateway.model import MasterData
from gateway.settings import load_settings
from gateway.store.reader import StoreReader
from gateway.store.writer import Request, Writer
from gateway.wiring import decider, open_store
from tests.gateway_process import GatewayProcess
from tests.labels.raster import read, zpl_label

pytestmark = [pytest.mark.slow, pytest.mark.decision("K19")]

FIRST, SECOND = sscc(1, "40123459"), sscc(2, "40123459")
CONFIG = """\
[gateway]
id = "G1"
site = "P1"
data_dir = "data"
[store]
ballast_kib = 64
[repeat]
window_ms = 0
[goods]
sscc_prefix = "340123459"
sscc_first = 1
sscc_last = 99
[sync]
enabled = false
[web]
enabled = false
[[station]]
id = "PACK"
role = "goods"
location = "A-01"
operation = "finish"
printer = "127.0.0.1:{printer}"
label_copies = 2
[[device]]
id = "scan-1"
type = "serial"
profile = "zebra"
station = "PACK"
port = "{scanner}"
"""
DATASETS: dict[str, tuple[dict[str, Any], ...]] = {
    "items": ({"id": "BIKE", "uom": "PCE", "gtins": ["04000001000005"]},),
    "locations": ({"id": "A-01"},),
    "work_orders": ({"id": "WO-1", "item": "BIKE", "quantity": "50", "uom": "PCE", "components": []},),
}


@pytest.fixture
def printer() -> Iterator[LabelPrinter]:
    printer = LabelPrinter()
    yield printer
    printer.close()


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[Scanner]:
    scanner = Scanner(tmp_path, "pack", Profile(make=ZEBRA))
    yield scanner
    scanner.close()


@pytest.fixture
def gateway(tmp_path: Path, printer: LabelPrinter, scanner: Scanner) -> Iterator[GatewayProcess]:
    config = tmp_path / "gateway.toml"
    config.write_text(CONFIG.format(printer=printer.port, scanner=scanner.port))
    settings, clock = load_settings(config), SystemClock("boot")
    store = open_store(settings, clock)
    writer = Writer(store, decider(settings), clock)
    for dataset, rows in DATASETS.items():
        writer.step([Request(MasterData(dataset, 1, "e1", rows))])
    store.close()
    gateway = GatewayProcess(config).start()
    yield gateway
    gateway.stop()


def due(directory: Path) -> dict[str, Any]:
    with closing(StoreReader(directory / "data")) as reader:
        return reader.facts(LABEL_FACT)


def finish(scanner: Scanner, quantity: int) -> None:
    for text in ("WO-1", f"Q{quantity}"):
        answer, _ = scanner.scan_until_green(text, aim="]C0")
        assert answer is Answer.ACK


def test_labels_of_new_pallets_are_printed_once_each_through_paper_that_ends_and_a_kill(
    tmp_path: Path, gateway: GatewayProcess, printer: LabelPrinter, scanner: Scanner
) -> None:
    finish(scanner, 5)
    labels = printer.wait(2)
    assert labels == [labels[0], labels[0]]
    texts = {text for _, text in read(zpl_label(labels[0]))}
    assert {f"00{FIRST}", "0204000001000005375"} <= texts
    assert wait_until(lambda: due(tmp_path) == {}, 10)

    printer.state.has_paper = False
    finish(scanner, 7)
    assert wait_until(lambda: "has no paper" in gateway.log(), 10)
    assert set(due(tmp_path)) == {SECOND}
    gateway.restart()
    printer.state.has_paper = True
    labels = printer.wait(4)
    assert {f"00{SECOND}", "0204000001000005377"} <= {text for _, text in read(zpl_label(labels[-1]))}
    assert wait_until(lambda: due(tmp_path) == {}, 10)
    assert len(printer.labels) == 4
