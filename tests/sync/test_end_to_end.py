"""Exactly once, with the real store and writer, a real mosquitto, and an ERP in a process of its own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from tenacity import Retrying

from firmware_sim.broker import Broker
from firmware_sim.erp.process import ErpProcess
from firmware_sim.erp.schema import connect_reader
from firmware_sim.faults import FaultProxy
from firmware_sim.port import wait_until
from sync.retry import connect_attempts
from sync.status import StreamStatus
from tests.sync.rig import GATEWAY, TIMEOUT_S, Floor, GatewayRig, assert_exactly_once, booked_ids, plain_settings

CARDS = [f"K-{n}" for n in range(10)]
UUID = "0199f0aa-0000-7000-8000-00000000000a"


def sig(gateway: GatewayRig) -> StreamStatus:
    """The status of the stream that carries cards."""
    status = gateway.stream("sig")
    assert status is not None
    return status


def await_sessions(gateway: GatewayRig, number: int) -> None:
    """Wait until the ERP has answered in that many sessions."""
    assert wait_until(lambda: gateway.engine.status().sessions >= number, TIMEOUT_S), gateway.engine.status()
    gateway.await_session()


@pytest.mark.promise("R2")
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_what_is_stored_is_booked_once_and_settled(
    broker: Broker, erp: ErpProcess, tmp_path: Path, protocol: str
) -> None:
    with GatewayRig(tmp_path / "gw", plain_settings(broker.port, protocol)) as gateway:
        gateway.scan(*CARDS)
        gateway.await_session()
        for _ in range(5):
            gateway.scan(*CARDS)
        assert_exactly_once(gateway, erp)
        gateway.await_settled()
        assert len(gateway.sent_ids()) == 60
        assert gateway.warnings == {}


@pytest.mark.slow
@pytest.mark.promise("R2")
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_killed_and_restarted_broker_costs_nothing(
    broker: Broker, erp: ErpProcess, tmp_path: Path, protocol: str
) -> None:
    with GatewayRig(tmp_path / "gw", plain_settings(broker.port, protocol)) as gateway:
        for _ in range(2):
            gateway.await_session()
            gateway.scan(*CARDS)
            broker.kill()
            gateway.scan(*CARDS)
            assert wait_until(lambda: not gateway.engine.status().is_connected, TIMEOUT_S)
            broker.restart()
        gateway.scan(*CARDS)
        assert_exactly_once(gateway, erp)
        assert gateway.engine.status().sessions == 3


@pytest.mark.slow
@pytest.mark.promise("R2")
@pytest.mark.parametrize("moment", ["before_commit", "after_commit"])
def test_an_erp_killed_around_its_commit_books_once(fresh: Floor, moment: str) -> None:
    gateway, erp = fresh.gateway, fresh.erp
    gateway.scan(*CARDS)
    fresh.assert_exactly_once()
    erp.control(do="die", when=moment)
    gateway.scan(*CARDS)
    assert wait_until(lambda: not erp.is_running, TIMEOUT_S)
    gateway.scan(*CARDS)
    erp.restart()
    fresh.assert_exactly_once()


def test_a_lost_acknowledgement_leads_to_a_repetition_that_books_nothing(floor: Floor) -> None:
    floor.erp.control(do="lose", count=2)
    resent, repeated = floor.gateway.count("RESENT"), floor.counter("repeated_batches")
    floor.gateway.scan(*CARDS)
    assert wait_until(lambda: floor.gateway.count("RESENT") > resent, TIMEOUT_S)
    assert wait_until(lambda: floor.counter("repeated_batches") > repeated, TIMEOUT_S)
    floor.assert_exactly_once()


def test_repeated_acknowledgements_change_nothing(fresh: Floor) -> None:
    fresh.erp.control(do="repeat", count=50)
    for _ in range(3):
        fresh.gateway.scan(*CARDS)
    fresh.assert_exactly_once()
    assert wait_until(lambda: fresh.gateway.count("ACK_REPEATED") >= 6, TIMEOUT_S)
    assert sig(fresh.gateway).resends == 0


def test_a_gap_hint_brings_the_repetition_at_once(fresh: Floor) -> None:
    gateway = fresh.gateway
    fresh.erp.control(do="stall")
    gateway.scan(*CARDS)
    assert wait_until(lambda: sig(gateway).in_flight > 0, TIMEOUT_S)
    fresh.publish("ack/sig", {"v": 1, "ep": gateway.epoch(), "st": "sig", "cum": 0, "h": "0" * 32, "gap": True})
    assert wait_until(lambda: sig(gateway).resends == 1, TIMEOUT_S)
    fresh.erp.control(do="stall", on=False)
    fresh.assert_exactly_once()
    assert wait_until(lambda: fresh.counter("repeated_batches") >= 1, TIMEOUT_S)


def test_an_acknowledgement_for_an_unknown_epoch_is_ignored_and_told(floor: Floor) -> None:
    epoch = floor.gateway.epoch()
    floor.erp.control(do="unknown_epoch", count=1)
    floor.gateway.scan(*CARDS)
    assert "01AAAAAAAAAAAAAAAAAAAAAAAA" in floor.gateway.await_warning("ACK_UNKNOWN_EPOCH")
    floor.assert_exactly_once()
    assert floor.gateway.epoch() == epoch


@pytest.mark.promise("R5")
def test_a_wrong_hash_begins_a_new_epoch_and_sends_everything_unsettled_again_under_the_same_ids(floor: Floor) -> None:
    gateway = floor.gateway
    gateway.scan(*CARDS)
    floor.assert_exactly_once()
    epoch, duplicates = gateway.epoch(), floor.counter("duplicate")
    floor.erp.control(do="lie", count=1)
    gateway.scan(*CARDS)
    gateway.await_warning("ACK_OTHER_HISTORY")
    assert wait_until(lambda: gateway.epoch() != epoch, TIMEOUT_S)
    gateway.scan(*CARDS)
    floor.assert_exactly_once()
    gateway.await_settled()
    assert floor.counter("duplicate") > duplicates
    assert gateway.engine.status().is_connected


def test_an_acknowledgement_lower_than_the_last_is_ignored_and_told(floor: Floor) -> None:
    gateway = floor.gateway
    gateway.scan(*CARDS)
    gateway.await_settled()
    assert wait_until(lambda: sig(gateway).cum == sig(gateway).head > 3, TIMEOUT_S)
    before = sig(gateway)
    floor.publish("ack/sig", {"v": 1, "ep": gateway.epoch(), "st": "sig", "cum": 3, "h": "ab" * 16})
    assert f"up to 3 but had acknowledged {before.acked}" in gateway.await_warning("ACK_WENT_BACK")
    gateway.scan(*CARDS)
    floor.assert_exactly_once()


@pytest.mark.promise("R5")
def test_a_restored_old_image_that_worked_on_offline_loses_and_doubles_nothing(
    broker: Broker, erp: ErpProcess, tmp_path: Path
) -> None:
    home, image = tmp_path / "gw", tmp_path / "image"
    settings = plain_settings(broker.port)
    with GatewayRig(home, settings) as gateway:
        before = gateway.scan(*CARDS[:5])
        assert_exactly_once(gateway, erp)
    shutil.copytree(home, image)
    with GatewayRig(home, settings) as gateway:
        after = gateway.scan(*CARDS[:3])
        assert wait_until(lambda: booked_ids(erp.db) == before + after, TIMEOUT_S)
    shutil.rmtree(home)
    shutil.copytree(image, home)
    with GatewayRig(home, plain_settings(1)) as gateway:
        offline = gateway.scan(*CARDS[5:9])
    with GatewayRig(home, settings) as gateway:
        gateway.await_warning("ACK_OTHER_HISTORY")
        gateway.await_warning("EPOCH_CHANGED")
        gateway.await_settled()
    assert booked_ids(erp.db) == before + after + offline


def test_while_the_erp_is_offline_scans_are_stored_and_nothing_is_sent(floor: Floor) -> None:
    gateway = floor.gateway
    floor.erp.control(do="online", online=False)
    assert wait_until(lambda: not gateway.engine.status().erp_online, TIMEOUT_S)
    batches = floor.counter("batches")
    gateway.scan(*CARDS)
    assert wait_until(lambda: sig(gateway).unsettled == 10, TIMEOUT_S)
    assert floor.counter("batches") == batches
    floor.erp.control(do="online", online=True)
    floor.assert_exactly_once()


@pytest.mark.parametrize("topic", ["ack/sig", "md/items", "md/nonsense", "cmd"])
@pytest.mark.parametrize("payload", ["{", "[]", '{"v":7}'])
def test_a_malformed_document_is_told_and_costs_nothing(floor: Floor, topic: str, payload: str) -> None:
    told = floor.gateway.count("MALFORMED")
    floor.publish(topic, payload)
    assert wait_until(lambda: floor.gateway.count("MALFORMED") == told + 1, TIMEOUT_S)
    floor.gateway.scan(*CARDS)
    floor.assert_exactly_once()


def test_master_data_that_goes_backwards_is_refused_and_the_old_set_kept(fresh: Floor) -> None:
    gateway = fresh.gateway
    newer = {"v": 1, "dataset": "items", "version": 7, "etag": "e7", "rows": [{"id": "BOLT", "name": "", "uom": "PCE"}]}
    fresh.publish("md/items", newer, retain=True)
    assert wait_until(lambda: gateway.rows("SELECT version FROM dataset WHERE dataset='items'") == [(7,)], TIMEOUT_S)
    fresh.publish("md/items", {**newer, "version": 6, "etag": "e6", "rows": []})
    assert wait_until(lambda: "items version 6" in str(gateway.warnings), TIMEOUT_S)
    assert gateway.rows("SELECT version,etag FROM dataset WHERE dataset='items'") == [(7, "e7")]
    assert gateway.rows("SELECT id FROM master WHERE dataset='items'") == [("BOLT",)]


def test_a_repeated_command_has_one_effect_and_one_result(fresh: Floor) -> None:
    gateway = fresh.gateway
    gateway.scan("K-1")
    body = {"key": "card/P1/K-1/1/empty", "doc": "PO-7"}
    fresh.erp.control(do="command", gw=GATEWAY, id=UUID, name="order_confirmed", body=body)
    for _ in range(3):
        fresh.publish("cmd", {"v": 1, "id": UUID, "name": "order_confirmed", "body": {**body, "doc": "PO-8"}})
    fresh.publish("cmd", {"v": 1, "id": UUID[:-1] + "b", "name": "sing", "body": {}})
    assert wait_until(lambda: gateway.rows("SELECT count(*) FROM inbox") == [(2,)], TIMEOUT_S)
    assert gateway.rows("SELECT body ->> '$.t' FROM journal WHERE stream='res' ORDER BY seq") == [
        ("command_done",),
        ("command_refused",),
    ]
    assert gateway.rows("SELECT doc FROM signal") == [("PO-7",)]


def test_a_rejection_reaches_the_resolve_list_once_and_is_confirmed(fresh: Floor) -> None:
    gateway = fresh.gateway
    fresh.erp.control(do="reject", code="PERIOD_CLOSED", count=1)
    gateway.scan(*CARDS)
    assert wait_until(lambda: gateway.rows("SELECT code FROM resolve") == [("PERIOD_CLOSED",)], TIMEOUT_S)
    gateway.scan(*CARDS)
    fresh.assert_exactly_once()
    gateway.await_settled()
    assert gateway.rows("SELECT count FROM resolve") == [(1,)]
    gateway.scan("K-99")  # a batch made after the refusal was stored carries its number
    assert wait_until(lambda: confirmed_dispositions(fresh.erp.db) == [("sig", 1)], TIMEOUT_S)


def confirmed_dispositions(ledger: Path) -> list[tuple[str, int]]:
    """Per stream: up to which disposition the ERP knows that the gateway has stored it."""
    reader = connect_reader(ledger)
    rows = reader.execute("SELECT st, dn FROM told WHERE dn > 0").fetchall()
    reader.close()
    return rows


@pytest.mark.slow
def test_a_link_that_flaps_after_the_erp_answered_begins_its_back_off_anew(
    broker: Broker, erp: ErpProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []

    def counted(*arguments: Any) -> Retrying:
        begun.append(1)
        return connect_attempts(*arguments)

    monkeypatch.setattr("sync.engine.connect_attempts", counted)
    with (
        FaultProxy((broker.host, broker.port)) as link,
        GatewayRig(tmp_path / "gw", plain_settings(link.port)) as gateway,
    ):
        for flaps in range(4):
            await_sessions(gateway, flaps + 1)
            link.reset_all()
        await_sessions(gateway, 5)
    assert len(begun) == 5
