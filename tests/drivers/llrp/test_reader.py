"""The driver against a reader on a real TCP connection: what comes is taken once, whatever the reader does."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from drivers.base import DeviceContext
from drivers.llrp.reader import LlrpReader as Driver
from drivers.llrp.settings import LlrpSettings
from firmware_sim.llrp_reader import LlrpReader
from firmware_sim.llrp_wire import message
from gateway.model import MasterData
from tests.drivers.portal import Portal
from tests.drivers.rig import CONTEXT, FAILED, GOOD, HoldingSink, Running, wait_until
from tests.drivers.shop import Shop

BIN = "3376451FD40C0E400000162E"  # urn:epc:id:grai:9521141.12345.5678
OTHER = "3376451FD40C0E400000162F"
STRAY = "E2801114200087CB77002222"


@pytest.fixture(autouse=True)
def _quick_reconnects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.llrp.reader.RECONNECT_FIRST_S", 0.05)
    monkeypatch.setattr("drivers.llrp.reader.RECONNECT_LIMIT_S", 0.1)
    monkeypatch.setattr("drivers.rfid_desk.SETTLE_MS", 0)


@pytest.fixture(params=["R420", "FX9600"])
def reader(request: pytest.FixtureRequest) -> Iterator[LlrpReader]:
    with LlrpReader(request.param) as reader:
        yield reader


@pytest.fixture
def r420() -> Iterator[LlrpReader]:
    with LlrpReader("R420") as reader:
        yield reader


def _driver(reader: LlrpReader, context: DeviceContext = CONTEXT, **members: Any) -> Driver:
    plain = {"id": "chute", "type": "llrp-reader", "station": "S1", "host": "127.0.0.1", "port": reader.port, **members}
    return Driver(LlrpSettings.model_validate(plain), context)


def _epcs(sink: HoldingSink, count: int) -> list[str]:
    return [orjson.loads(read.data)["epc"] for read in sink.wait(count)]


def _comes(reader: LlrpReader, sink: HoldingSink, count: int) -> bool:
    """Its tag goes on being read."""
    reader.show(BIN, reads=3)
    return len(sink.reads) >= count


def test_a_bin_read_hundreds_of_times_is_one_read(reader: LlrpReader) -> None:
    sink = HoldingSink(GOOD)
    with Running(_driver(reader), sink) as running:
        reader.wait_reading()
        reader.show(BIN, reads=300)
        reader.show(OTHER, reads=3)
        assert _epcs(sink, 2) == [BIN, OTHER]
        wait_until(lambda: running.health.counters.get("tag_reads", 0) == 303, "all reads were counted")
        assert len(sink.reads) == 2


def test_the_reader_is_set_up_in_order_and_left_with_a_goodbye(r420: LlrpReader) -> None:
    with Running(_driver(r420), HoldingSink(GOOD)):
        r420.wait_reading()
        assert r420.asked[:6] == [1, 3, 26, 20, 24, 64]
    wait_until(lambda: r420.asked[-1] == 14, "CLOSE_CONNECTION")


def test_a_keepalive_is_answered_under_its_own_id(r420: LlrpReader) -> None:
    with Running(_driver(r420, keepalive_s=1), HoldingSink(GOOD)):
        r420.wait_reading()
        wait_until(lambda: len(r420.acked) >= 2, "two keep-alives")
        assert r420.acked == sorted(set(r420.acked))


@pytest.mark.promise("R2")
def test_what_the_reader_kept_while_nobody_was_there_is_taken_when_the_link_is_back(reader: LlrpReader) -> None:
    sink = HoldingSink(GOOD)
    with Running(_driver(reader), sink) as running:
        reader.wait_reading()
        running.wait_up()
        asked = len(reader.asked)
        reader.disconnect()
        reader.show(BIN, reads=5)
        assert _epcs(sink, 1) == [BIN]
        assert not {20, 21} & set(reader.asked[asked:]), "the running ROSpec was kept, its reports with it"


def test_after_a_reboot_of_the_reader_all_is_set_up_again(r420: LlrpReader) -> None:
    sink = HoldingSink(GOOD)
    with Running(_driver(r420), sink):
        r420.wait_reading()
        r420.asked.clear()
        r420.reboot()
        r420.wait_reading()
        r420.show(BIN, reads=3)
        assert _epcs(sink, 1) == [BIN]


@pytest.mark.parametrize("kind", [1, 3, 20, 24, 26])
@pytest.mark.parametrize("how", ["status", "message"])
def test_a_refusal_at_any_step_is_told_and_tried_again(r420: LlrpReader, kind: int, how: str) -> None:
    if how == "status":
        r420.faults.refuse[kind] = 401
    else:
        r420.faults.error.add(kind)
    with Running(_driver(r420), HoldingSink(GOOD)) as running:
        assert "refused" in running.wait_down().text
        r420.faults.refuse.clear()
        r420.faults.error.clear()
        r420.wait_reading()


def test_a_reader_in_use_is_asked_again_until_it_is_free(r420: LlrpReader) -> None:
    r420.faults.attempt = 2
    with Running(_driver(r420), HoldingSink(GOOD)) as running:
        assert "another client is connected" in running.wait_down().text
        wait_until(lambda: r420.sessions >= 5, "five attempts")
        r420.faults.attempt = 0
        r420.wait_reading()


def test_a_silent_reader_is_called_again(r420: LlrpReader) -> None:
    with Running(_driver(r420, keepalive_s=1), HoldingSink(GOOD)) as running:
        r420.wait_reading()
        r420.faults.is_silent = True
        assert "silent" in running.wait_down().text
        r420.faults.is_silent = False
        wait_until(lambda: r420.sessions >= 2 and running.health.is_up, "a second session")


def test_one_byte_segments_and_unknown_messages_cost_nothing(r420: LlrpReader) -> None:
    r420.faults.is_chopped = True
    r420.faults.prefix = message(999, 7, b"from the future")
    sink = HoldingSink(GOOD)
    with Running(_driver(r420), sink):
        r420.wait_reading()
        r420.show(BIN, reads=3)
        assert _epcs(sink, 1) == [BIN]


def test_a_length_that_cannot_be_ends_the_connection_and_the_next_one_reads_on(r420: LlrpReader) -> None:
    sink = HoldingSink(GOOD)
    with Running(_driver(r420), sink):
        r420.wait_reading()
        r420.faults.prefix = struct.pack(">HII", 1 << 10 | 61, 0x7FFF_FFFF, 1)
        r420.show(BIN, reads=1)
        wait_until(lambda: r420.sessions >= 2, "a new connection")
        r420.wait_reading()
        r420.show(OTHER, reads=3)
        assert OTHER in _epcs(sink, 1)


def test_an_overflow_in_the_reader_is_an_alarm() -> None:
    with LlrpReader("R420", buffer_limit=10) as reader, Running(_driver(reader), HoldingSink(GOOD)) as running:
        reader.wait_reading()
        reader.show(BIN, reads=50)
        wait_until(lambda: "reads" in running.health.alarms, "the alarm")
        assert "lost" in running.health.alarms["reads"]


def test_an_antenna_that_lost_its_cable_is_an_alarm_until_it_is_back(r420: LlrpReader) -> None:
    with Running(_driver(r420), HoldingSink(GOOD)) as running:
        r420.wait_reading()
        r420.tell(255, struct.pack(">BH", 0, 2))
        wait_until(lambda: "antenna 2" in running.health.alarms, "the alarm")
        r420.tell(255, struct.pack(">BH", 1, 2))
        wait_until(lambda: not running.health.alarms, "its end")


@pytest.mark.promise("R1")
def test_a_bin_whose_arrival_could_not_be_stored_arrives_again(r420: LlrpReader) -> None:
    sink = HoldingSink(FAILED)
    with Running(_driver(r420), sink):
        r420.wait_reading()
        r420.show(BIN, reads=3)
        sink.wait(1)
        sink.answer = GOOD
        wait_until(lambda: _comes(r420, sink, 2), "the second arrival")
        assert _epcs(sink, 2) == [BIN, BIN]


@pytest.mark.promise("R2")
def test_a_bin_that_lies_in_the_chute_over_a_restart_is_emptied_once(
    r420: LlrpReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.rfid_desk.SETTLE_MS", 60_000)
    device = (
        f'[[device]]\nid = "chute"\ntype = "llrp-reader"\nstation = "S1"\nhost = "127.0.0.1"\nport = {r420.port}\n'
        'schemes = ["grai"]\n'
    )
    cards = [{"id": "K-3", "loop": "LP-1", "code": "urn:epc:id:grai:9521141.12345.5678"}]
    for turn in range(2):
        with Shop(tmp_path, device) as shop:
            shop.submit(MasterData("cards", 2, "e2", tuple(cards)))
            r420.wait_reading()
            r420.show(STRAY, reads=9)
            r420.show(BIN, reads=9)
            kind = "scan_duplicate" if turn else "card_emptied"
            wait_until(lambda kind=kind, shop=shop: bool(shop.events(kind)), kind)  # type: ignore[misc]
            assert [event["card"] for event in shop.events("card_emptied")] == ["K-3"]
            assert shop.events("scan_refused") == [], "the tag of a tool is nobody's business"
        r420.disconnect()
        r420.asked.clear()


def test_at_a_portal_everything_goes_there_with_times_of_this_gateway(reader: LlrpReader) -> None:
    portal = Portal()
    began_ms = CONTEXT.clock.mono_ms()
    with Running(_driver(reader, portal.context), HoldingSink()) as running:
        reader.wait_reading()
        reader.show(BIN, antenna=2, rssi_dbm=-48, reads=4)
        reader.tell(248, struct.pack(">HB", 3, 0x80))
        portal.wait(lambda told: len(told.reads) == 4 and len(told.edges) == 1, "four reads and an edge")
        read, edge = portal.reads[0], portal.edges[0]
        assert (read.epc, read.antenna, read.rssi_cdbm, read.count) == (BIN, 2, -4800, 1)
        assert began_ms <= read.first_ms <= read.last_ms <= CONTEXT.clock.mono_ms()
        assert (edge.port, edge.is_on) == (3, True)
        reader.disconnect()
        portal.wait(lambda told: told.restorations == 2, "reading again")
        assert portal.losses == ["link"]
        running.wait_up()
