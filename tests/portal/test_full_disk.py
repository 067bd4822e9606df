"""The desk over the real writer and store while the disk is full: red, nothing lost, everything once and in order."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from firmware_sim.port import wait_until
from gateway.clock import SystemClock
from gateway.model import MasterData, Verdict
from gateway.portal.rules import Layout, Rules
from gateway.portal_desk import PortalDesk
from gateway.settings import load_settings
from gateway.store.verify import verify
from gateway.store.writer import Writer
from gateway.tag import InputEdge, TagRead
from gateway.wiring import decider, open_store
from tests.config.test_portal_table import GOOD
from tests.portal.gate import CASES, GOODS
from tests.portal.scene import ANTENNAS, BEAMS, READER, sscc

WAIT_S = 20.0
RULES = Rules(stable_set_ms=200, ring_ms=100)


@pytest.mark.promise("R1")
@pytest.mark.promise("R2")
def test_a_pallet_that_went_through_while_the_disk_was_full_is_booked_once_there_is_space(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(GOOD.replace('"gate-1"', '"P1"'))
    settings = load_settings(file)
    clock = SystemClock("boot-1")
    store = open_store(settings, clock)
    writer = Writer(store, decider(settings), clock)
    shown: list[Verdict] = []
    layout = Layout("P1", ANTENNAS, BEAMS, RULES)
    desk = PortalDesk([(layout, "DOCK-1")], writer.submit, clock, lambda station, said: shown.append(said))
    stop, store_stop = threading.Event(), threading.Event()
    threads = [threading.Thread(target=desk.run, args=(stop,)), threading.Thread(target=writer.run, args=(store_stop,))]
    for dataset, rows in GOODS.items():
        writer.submit(MasterData(dataset, 1, "e", tuple(rows)))
    for thread in threads:
        thread.start()
    try:
        desk.restored(READER, clock.mono_ms())
        assert wait_until(lambda: writer.progress > 3, WAIT_S)
        pages = store.connection.execute("PRAGMA page_count").fetchone()[0]
        store.connection.execute(f"PRAGMA max_page_count={pages}")
        threading.Event().wait(0.3)  # longer than the ring: no loss lies just before
        _drive_in(desk, clock)
        assert wait_until(lambda: desk.waiting > 0 and bool(shown), WAIT_S), (desk.waiting, shown)
        assert {said.status.value for said in shown} == {"failed"}
        store.connection.execute("PRAGMA max_page_count=1000000")
        assert wait_until(lambda: desk.waiting == 0, WAIT_S)
    finally:
        stop.set()
        threads[0].join()
        store_stop.set()
        threads[1].join()
        kinds = [row[0] for row in store.connection.execute("SELECT body ->> '$.t' FROM journal ORDER BY seq")]
        store.close()
    assert shown[-1].code == "GOODS_RECEIVED"
    told = [kind for kind in kinds if kind.startswith(("passage", "goods"))]
    assert told == ["passage_opened", "goods_received", "passage_closed"]
    assert verify(settings.gateway.data_dir).is_ok


def _drive_in(desk: PortalDesk, clock: SystemClock) -> None:
    """A pallet, all at once: its reads say when they were."""
    now_ms = clock.mono_ms()
    desk.edge(READER, InputEdge(1, True, now_ms))
    for step, antenna in enumerate((1, 2, 3, 4)):
        at_ms = now_ms + 40 * step
        desk.tags(READER, [TagRead(epc, antenna, -5000, 3, at_ms, at_ms) for epc in (sscc(1), *CASES)])
    for port, is_on in ((2, True), (1, False), (2, False)):
        desk.edge(READER, InputEdge(port, is_on, now_ms + 160))
