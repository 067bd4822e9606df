"""The driver against a reader on a real TCP connection: what comes is taken once, whatever the reader does."""

from __future__ import annotations

import struct
from pathlib import Path

import orjson
import pytest

from firmware_sim.llrp_reader import LlrpReader
from gateway.model import MasterData
from tests.drivers.llrp.rig import BIN, OTHER, driver
from tests.drivers.rig import FAILED, GOOD, HoldingSink, Running, wait_until
from tests.drivers.shop import Shop

STRAY = "E2801114200087CB77002222"


def _epcs(sink: HoldingSink, count: int) -> list[str]:
    return [orjson.loads(read.data)["epc"] for read in sink.wait(count)]


def _comes(reader: LlrpReader, sink: HoldingSink, count: int) -> bool:
    """Its tag goes on being read."""
    reader.show(BIN, reads=3)
    return len(sink.reads) >= count


def test_a_bin_read_hundreds_of_times_is_one_read(reader: LlrpReader) -> None:
    sink = HoldingSink(GOOD)
    with Running(driver(reader), sink) as running:
        reader.wait_reading()
        reader.show(BIN, reads=300)
        reader.show(OTHER, reads=3)
        assert _epcs(sink, 2) == [BIN, OTHER]
        wait_until(lambda: running.health.counters.get("tag_reads", 0) == 303, "all reads were counted")
        assert len(sink.reads) == 2


def test_the_reader_is_set_up_in_order_and_left_with_a_goodbye(r420: LlrpReader) -> None:
    with Running(driver(r420), HoldingSink(GOOD)):
        r420.wait_reading()
        assert r420.asked[:7] == [1, 1023, 3, 26, 20, 24, 64]
    wait_until(lambda: r420.asked[-1] == 14, "CLOSE_CONNECTION")


def test_a_keepalive_is_answered_under_its_own_id(r420: LlrpReader) -> None:
    with Running(driver(r420, keepalive_s=1), HoldingSink(GOOD)):
        r420.wait_reading()
        wait_until(lambda: len(r420.acked) >= 2, "two keep-alives")
        assert r420.acked == sorted(set(r420.acked))


@pytest.mark.promise("R2")
def test_what_the_reader_kept_while_nobody_was_there_is_taken_when_the_link_is_back(reader: LlrpReader) -> None:
    sink = HoldingSink(GOOD)
    with Running(driver(reader), sink) as running:
        reader.wait_reading()
        running.wait_up()
        asked = len(reader.asked)
        reader.disconnect()
        reader.show(BIN, reads=5)
        assert _epcs(sink, 1) == [BIN]
        assert not {20, 21} & set(reader.asked[asked:]), "the running ROSpec was kept, its reports with it"


def test_an_overflow_in_the_reader_is_an_alarm() -> None:
    with LlrpReader("R420", buffer_limit=10) as reader, Running(driver(reader), HoldingSink(GOOD)) as running:
        reader.wait_reading()
        reader.show(BIN, reads=50)
        wait_until(lambda: "reads" in running.health.alarms, "the alarm")
        assert "lost" in running.health.alarms["reads"]


def test_an_antenna_that_lost_its_cable_is_an_alarm_until_it_is_back(r420: LlrpReader) -> None:
    with Running(driver(r420), HoldingSink(GOOD)) as running:
        r420.wait_reading()
        r420.tell(255, struct.pack(">BH", 0, 2))
        wait_until(lambda: "antenna 2" in running.health.alarms, "the alarm")
        r420.tell(255, struct.pack(">BH", 1, 2))
        wait_until(lambda: not running.health.alarms, "its end")


@pytest.mark.promise("R1")
def test_a_bin_whose_arrival_could_not_be_stored_arrives_again(r420: LlrpReader) -> None:
    sink = HoldingSink(FAILED)
    with Running(driver(r420), sink):
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
