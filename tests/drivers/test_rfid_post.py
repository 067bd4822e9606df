"""A Zebra FX that posts what it sees, over real HTTP connections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drivers.base import DeviceContext
from drivers.rfid_json import BODY_LIMIT_BYTES
from drivers.rfid_post import PostReader
from drivers.rfid_post_settings import PostReaderSettings
from firmware_sim.json_reader import ZebraPoster
from gateway.credentials import CredentialStore
from gateway.errors import PermanentDeviceError
from tests.drivers.portal import Portal
from tests.drivers.rig import HoldingSink, Running, wait_until

BIN, OTHER = "3376451FD40C0E400000162E", "3376451FD40C0E400000162F"
SECRET = "correct horse battery"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.rfid_post.HEARTBEAT_S", 0.02)


@pytest.fixture
def portal() -> Portal:
    return Portal()


@pytest.fixture
def context(tmp_path: Path, portal: Portal) -> DeviceContext:
    secret = tmp_path / "credentials/reader"
    secret.parent.mkdir()
    secret.touch(mode=0o600)
    secret.write_text(SECRET)
    return replace(portal.context, credentials=CredentialStore(tmp_path))


def _reader(context: DeviceContext, **members: Any) -> PostReader:
    plain = {"id": "r-1", "type": "post-reader", "station": "S1", "listen": "127.0.0.1:0", "make": "zebra",
             "password_credential": "reader", **members}  # fmt: skip
    return PostReader(PostReaderSettings.model_validate(plain), context)


@pytest.fixture
def device(context: DeviceContext) -> PostReader:
    return _reader(context)


@pytest.fixture
def running(device: PostReader) -> Iterator[Running]:
    with Running(device, HoldingSink()) as running:
        running.wait_up()
        yield running


@pytest.fixture
def zebra(device: PostReader, running: Running) -> ZebraPoster:
    return ZebraPoster(f"http://127.0.0.1:{device.port}/tags", password=SECRET)


def test_a_list_of_tags_and_inputs_goes_to_the_portal_in_order(zebra: ZebraPoster, portal: Portal) -> None:
    strong = zebra.tag(BIN, antenna=3, rssi_dbm=-44, reads=2)
    assert zebra.post(strong, zebra.input(1, is_on=True), zebra.tag(OTHER)) == 204
    portal.wait(lambda told: len(told.reads) == 2, "both tags")
    first, second = portal.reads
    assert (first.epc, first.antenna, first.rssi_cdbm, first.count, second.epc) == (BIN, 3, -4400, 2, OTHER)
    assert [type(one).__name__ for _, one in portal.told[1:4]] == ["TagRead", "InputEdge", "TagRead"]


@pytest.mark.promise("R3")
def test_a_gap_in_the_numbers_is_a_loss(zebra: ZebraPoster, portal: Portal, running: Running) -> None:
    zebra.post(zebra.tag(BIN), zebra.tag(BIN, skipped=4))
    portal.wait(lambda told: told.losses == ["gap"], "the loss")
    wait_until(lambda: running.health.counters.get("lost_reads") == 4, "it is counted")


def test_a_bad_message_is_answered_and_told_and_costs_itself_only(
    zebra: ZebraPoster, portal: Portal, running: Running
) -> None:
    assert zebra.post_raw(b"rubbish") == 400
    assert zebra.post_raw(b"[" * (BODY_LIMIT_BYTES + 1)) in (413, 0)
    wait_until(lambda: "messages" in running.health.alarms, "it is told")
    assert zebra.post(zebra.tag(BIN)) == 204
    portal.wait(lambda told: len(told.reads) == 1, "the good one")


@pytest.mark.promise("R10")
def test_a_wrong_password_is_refused_and_after_some_even_the_right_one(
    device: PostReader, zebra: ZebraPoster, portal: Portal
) -> None:
    stranger = ZebraPoster(f"http://127.0.0.1:{device.port}/tags", password="guess")
    assert [stranger.post(stranger.tag(BIN)) for _ in range(10)] == [401] * 10
    assert zebra.post(zebra.tag(BIN)) == 429
    assert portal.reads == []


def test_a_reader_that_falls_silent_is_missed_until_it_posts_again(context: DeviceContext, portal: Portal) -> None:
    device = _reader(context, silence_s=1)
    with Running(device, HoldingSink()) as running:
        running.wait_up()
        zebra = ZebraPoster(f"http://127.0.0.1:{device.port}/tags", password=SECRET)
        assert "is the reader on" in running.wait_down().text
        assert portal.losses == ["link"]
        zebra.post(zebra.tag(BIN))
        running.wait_up(2)
        assert portal.restorations == 2


def test_without_its_password_it_lets_nobody_in(portal: Portal, tmp_path: Path) -> None:
    device = _reader(replace(portal.context, credentials=CredentialStore(tmp_path)))
    with pytest.raises(PermanentDeviceError, match="not let in"):
        device.run(None, HoldingSink(), lambda health: None)  # type: ignore[arg-type]
