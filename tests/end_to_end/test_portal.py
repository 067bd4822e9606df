"""A pallet is driven through a door: simulated reader over TCP, real daemon, broker, ERP with its ledger."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from firmware_sim.broker import Broker
from firmware_sim.erp.process import ErpProcess
from firmware_sim.llrp_model import TagSeen
from firmware_sim.llrp_reader import LlrpReader
from firmware_sim.port import wait_until
from gateway.store.verify import verify
from tests.gateway_process import GatewayProcess
from tests.portal.scene import BEAM_MM, HALF_PALLET_MM, IN_WAY, OUT_WAY, Load, Way, key, place, reads_of, sgtin, sscc

WAIT_S = 30.0
TAGS = 15
PALLETS = (key(1), key(2))
PLANT: dict[str, Any] = {
    "items": [{"id": "SCREW", "uom": "PCE", "units": [{"uom": "CS", "factor": "24", "gtins": ["10614141000415"]}]}],
    "locations": [{"id": "DOCK"}],
    "partners": [{"id": "V1"}, {"id": "V2"}],
    "purchase_orders": [
        {"id": "PO-1", "supplier": "V1", "lines": [{"line": "1", "item": "SCREW", "quantity": "9999", "uom": "PCE"}]},
    ],
    "ship_notices": [
        {"id": "ASN-1", "supplier": "V1", "units": [
            {"sscc": one, "item": "SCREW", "quantity": str(TAGS), "uom": "CS"} for one in PALLETS]},
    ],
    "shipments": [
        {"id": "SHP-1", "customer": "V2", "lines": [{"line": "1", "item": "SCREW", "quantity": "9999", "uom": "PCE"}]},
    ],
}  # fmt: skip
CONFIG = """\
[gateway]
id = "G1"
site = "P1"
data_dir = "data"
[store]
ballast_kib = 64
[sync]
host = "127.0.0.1"
port = {broker}
tls.enabled = false
[web]
listen = "127.0.0.1:0"
[[station]]
id = "DOCK-1"
role = "goods"
location = "DOCK"
operation = "receive"
[[device]]
id = "dock-1"
type = "llrp-reader"
station = "DOCK-1"
host = "127.0.0.1"
port = {reader}
keepalive_s = 1
[device.outputs]
green = 1
red = 2
yellow = 3
hold_ms = 60000
[[portal]]
id = "gate-1"
station = "DOCK-1"
outside = ["dock-1/1", "dock-1/2"]
inside = ["dock-1/3", "dock-1/4"]
outside_beams = ["dock-1/1"]
inside_beams = ["dock-1/2"]
outward = "ship"
stable_set_ms = 500
ring_ms = 300
reversal_s = 0
"""
GREEN, RED = 1, 2


@dataclass
class Site:
    """A dock with everything behind it."""

    reader: LlrpReader
    gateway: GatewayProcess
    journal: Path
    ledger: Path

    def drive(self, way: Way, pallet: int = 1, *, faster: int = 4) -> None:
        """A pallet breaks the light curtains and is read, in a fraction of the time its way says."""
        epcs = (sscc(pallet), *(sgtin(1000 * pallet + n) for n in range(TAGS)))
        reads = reads_of([Load(epcs, way, per_s=4)], 0)
        began = time.monotonic()
        pause = threading.Event()
        for at in range(0, way[-1][0], 200):
            for port, at_mm in BEAM_MM.items():
                self.reader.set_input(port, is_on=abs(place(way, at) - at_mm) <= HALF_PALLET_MM)
            pause.wait(max(0.0, began + at / 1000 / faster - time.monotonic()))
            batch = [one for moment, one in reads if at <= moment < at + 200]
            self.reader.report(TagSeen(one.epc, one.antenna, one.rssi_cdbm or 0) for one in batch)  # type: ignore[union-attr]

    def events(self, kind: str) -> list[dict[str, Any]]:
        """All of one kind in the gateway's journal, oldest first."""
        rows = rows_of(self.journal, "SELECT body FROM journal WHERE body ->> '$.t' = ? ORDER BY seq", kind)
        return [json.loads(body) for (body,) in rows]

    def wait_closed(self, count: int) -> dict[str, Any]:
        """The last of so many passages."""
        assert wait_until(lambda: len(self.events("passage_closed")) >= count, WAIT_S), self.gateway.log()[-3000:]
        return self.events("passage_closed")[count - 1]

    def wait_lamp(self, lamp: int) -> None:
        assert wait_until(lambda: self.reader.outputs.get(lamp, False), WAIT_S), self.reader.outputs

    def booked(self) -> list[tuple[Any, ...]]:
        """Document lines in the ERP's ledger."""
        return rows_of(self.ledger, "SELECT kind, sscc, base FROM goods WHERE state='booked' ORDER BY 1")


def rows_of(file: Path, query: str, *values: str) -> list[tuple[Any, ...]]:
    """What a database says that another process writes."""
    db = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return [tuple(row) for row in db.execute(query, values)]
    finally:
        db.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as stack:
        broker = stack.enter_context(Broker(directory=tmp_path / "broker"))
        plant = tmp_path / "plant.json"
        plant.write_text(json.dumps(PLANT))
        erp = stack.enter_context(ErpProcess(broker=f"{broker.host}:{broker.port}", db=tmp_path / "l.db", plant=plant))
        reader = stack.enter_context(LlrpReader())
        config = tmp_path / "gateway.toml"
        config.write_text(CONFIG.format(broker=broker.port, reader=reader.port))
        gateway = stack.enter_context(GatewayProcess(config))
        reader.wait_reading()

        journal = tmp_path / "data" / "journal.db"

        def has_master_data() -> bool:
            known = {name for (name,) in rows_of(journal, "SELECT dataset FROM dataset")}
            return known >= {"ship_notices", "shipments", "items", "purchase_orders"}

        assert wait_until(has_master_data, WAIT_S), gateway.log()[-2000:]
        yield Site(reader, gateway, journal, erp.db)


@pytest.mark.slow
@pytest.mark.promise("R2")
def test_a_pallet_through_the_door_is_one_movement_in_the_ledger_and_one_cut_off_is_a_red_exception(site: Site) -> None:
    site.drive(IN_WAY)
    passage = site.wait_closed(1)
    assert (passage["code"], passage["direction"], passage["by"]) == ("GOODS_RECEIVED", "in", "beams")
    site.wait_lamp(GREEN)
    site.drive(OUT_WAY)
    passage = site.wait_closed(2)
    assert (passage["code"], passage["direction"]) == ("GOODS_SHIPPED", "out")
    whole = str(24 * TAGS)
    lines = [("goods_received", PALLETS[0], whole), ("goods_shipped", PALLETS[0], whole)]
    assert wait_until(lambda: len(site.booked()) == 2, WAIT_S, poll_s=0.2)
    assert site.booked() == lines

    site.reader.set_input(1, is_on=True)
    assert wait_until(lambda: len(site.events("passage_opened")) == 3, WAIT_S)
    site.gateway.restart()
    passage = site.wait_closed(3)
    assert (passage["code"], passage["incomplete"]) == (
        "PORTAL_INCOMPLETE", "the gateway stopped while it was in the door",
    )  # fmt: skip
    site.wait_lamp(RED)
    tasks = rows_of(site.journal, "SELECT text FROM resolve WHERE kind = 'portal'")
    assert all("Scan it by hand" in text for (text,) in tasks) and tasks
    assert site.booked() == lines
    assert verify(site.journal.parent).is_ok
