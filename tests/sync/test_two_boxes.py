"""Two live boxes with one id, over both carriers: both stop sending, nothing is lost or doubled, a person decides."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware_sim.broker import Broker
from firmware_sim.erp.process import ErpProcess
from firmware_sim.erp.schema import connect_reader
from firmware_sim.port import wait_until
from gateway.clock import SystemClock
from gateway.ids import new_id
from gateway.master import PARSERS
from gateway.model import Instruction, Outcome
from gateway.store.identity import rename
from gateway.store.store import Store
from gateway.store.verify import verify
from sync.settings import SyncSettings
from tests.sync.rig import SITE, GatewayRig, plain_settings, rest_settings

LONG_S = 60.0
TWO = "TWO_GATEWAYS"
Plant = tuple[ErpProcess, SyncSettings]


@pytest.fixture(params=["mqtt", "rest"])
def plant(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Plant]:
    """An ERP and how it is reached."""
    if request.param == "rest":
        with ErpProcess(db=tmp_path / "erp.db", site=SITE) as erp:
            yield erp, rest_settings(erp.rest_port)
        return
    with (
        Broker() as broker,
        ErpProcess(broker=f"127.0.0.1:{broker.port}", db=tmp_path / "erp.db", site=SITE) as erp,
    ):
        yield erp, plain_settings(broker.port)


def until(condition: Callable[[], bool], *rigs: GatewayRig) -> None:
    assert wait_until(condition, LONG_S), [(rig.engine.status(), rig.warnings) for rig in rigs]


def holds(rig: GatewayRig) -> bool:
    return rig.rows("SELECT count(*) FROM fact WHERE kind='identity' AND id='rival'") == [(1,)]


def provoke(*rigs: GatewayRig) -> list[str]:
    """Both have something to say, again and again, until both have stopped; ids of what was scanned."""
    ids: list[str] = []
    for turn in range(200):
        if all(map(holds, rigs)):
            break
        for number, rig in enumerate(rigs):
            ids += rig.scan(f"K-{number}-{turn}")
        wait_until(lambda: all(map(holds, rigs)), 1.0)
    until(lambda: all(map(holds, rigs)), *rigs)
    return ids


def booked(erp: ErpProcess) -> list[str]:
    reader = connect_reader(erp.db)
    rows = reader.execute("SELECT id FROM event WHERE kind LIKE 'card_%'").fetchall()
    reader.close()
    return [row[0] for row in rows]


def keep(rig: GatewayRig) -> None:
    """A person at this box: it has the id."""
    outcomes: list[Outcome] = []
    rig.writer.submit(Instruction(new_id(rig.clock.wall_ms()), "identity.keep", {}, "user:test"), outcomes.append)
    until(lambda: bool(outcomes), rig)
    assert outcomes[0].verdict.code == "CLAIMED"


def renamed(directory: Path, name: str) -> None:
    """A person at the other box: it gets an id of its own."""
    clock = SystemClock()
    store = Store(directory, clock, PARSERS, site=SITE, gateway="G1", ballast_kib=0)
    rename(store, name, clock)
    store.close()


def settle_it(plant: Plant, first: GatewayRig, second: GatewayRig, ids: list[str]) -> None:
    """Nothing is sent while both hold; then one keeps the id, the other gets another, and all is there once."""
    erp, settings = plant
    counters = erp.control(do="stats")["counters"]
    ids += first.scan("K-held-1") + second.scan("K-held-2")
    until(lambda: first.engine.status().why_not.startswith("two boxes use the id 'G1'"), first)
    assert "identity keep" in first.warnings[TWO][0]
    assert erp.control(do="stats")["counters"].get("events") == counters.get("events")
    keep(first)
    until(lambda: not holds(first), first)
    first.await_settled()
    second.stop()
    renamed(second.data_dir, "G2")
    with GatewayRig(second.data_dir, settings, gateway="G2") as other:
        other.await_settled()
        first.scan("K-after")
        first.await_settled()
        assert not holds(first)
        assert not holds(other)
        wanted = {*ids, *first.sent_ids(), *other.sent_ids()}
    found = booked(erp)
    assert sorted(found) == sorted(wanted), "everything once"
    first.stop()
    for rig in (first, second):
        assert verify(rig.data_dir).findings == []


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.promise("R2")
def test_two_fresh_boxes_with_one_id_both_stop_and_are_sorted_out(plant: Plant, tmp_path: Path) -> None:
    with GatewayRig(tmp_path / "a", plant[1]) as first, GatewayRig(tmp_path / "b", plant[1]) as second:
        settle_it(plant, first, second, provoke(first, second))


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.promise("R5")
def test_a_copied_card_in_a_second_box_is_noticed(plant: Plant, tmp_path: Path) -> None:
    """Both have the same store, epoch and unsettled events to begin with."""
    with GatewayRig(tmp_path / "a", plain_settings(1)) as first:
        ids = first.scan("K-1", "K-2", "K-3")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    with GatewayRig(tmp_path / "a", plant[1]) as first, GatewayRig(tmp_path / "b", plant[1]) as second:
        settle_it(plant, first, second, ids + provoke(first, second))


@pytest.mark.slow
@pytest.mark.timeout(200)
@pytest.mark.promise("R5")
def test_a_restored_image_is_no_second_box(plant: Plant, tmp_path: Path) -> None:
    """However often: each time it is another process, and none of them comes back."""
    home, image = tmp_path / "a", tmp_path / "image"
    with GatewayRig(home, plant[1]) as rig:
        ids = rig.scan("K-1", "K-2")
        rig.await_settled()
    shutil.copytree(home, image)
    for turn in range(3):
        with GatewayRig(home, plant[1]) as rig:
            ids += rig.scan(f"K-{turn}-1")
            rig.await_settled()
            assert TWO not in rig.warnings
            assert not holds(rig)
        shutil.rmtree(home)
        shutil.copytree(image, home)
    assert set(ids) <= set(booked(plant[0]))
