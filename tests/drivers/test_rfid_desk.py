"""The desk of a shelf: what comes and what is taken away become reads, once each, again when they were not stored."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from drivers.rfid_desk import TagDesk
from drivers.rfid_mqtt_settings import MqttReaderSettings
from gateway.codes.epc.filter import EpcFilter
from gateway.codes.tag import interpret_tag
from gateway.model import Action, Read, Status, Verdict
from gateway.pipeline import Pipeline, Source
from gateway.tag import TagRead
from tests.portal.scene import grai
from tests.portal.test_desk import Disk, Hand

OK, FULL = Verdict(Status.OK, "CARD_EMPTIED"), Verdict(Status.FAILED, "DISK_FULL")


class Shelf:
    """A desk at a shelf and what it hands on."""

    def __init__(self, **keys: object) -> None:
        settings = MqttReaderSettings.model_validate(
            {
                "id": "shelf-1",
                "station": "S1",
                "type": "mqtt-reader",
                "host": "h",
                "make": "zebra",
                "topic": "t",
                **keys,
            }
        )
        self.clock = Hand()
        self.answer = OK
        self.reads: list[Read] = []
        self.counters: Counter[str] = Counter()
        self.desk = TagDesk(settings, self.clock, self.counters, lambda verdict: None)
        self.desk.look()
        self.clock.ms += 10_000

    def offer(self, read: Read, feedback: Callable[[Verdict], None]) -> None:
        self.reads.append(read)
        feedback(self.answer)

    def see(self, *epcs: str, for_ms: int = 1_000, rssi_dbm: int = -50) -> None:
        """These tags are read ten times a second, and time passes."""
        for _ in range(0, for_ms, 100):
            self.clock.ms += 100
            reads = [TagRead(epc, 1, rssi_dbm * 100, 1, self.clock.ms, self.clock.ms) for epc in epcs]
            if reads:
                self.desk.take(self, reads)
            self.desk.tick()

    def told(self) -> list[tuple[str, bool]]:
        return [(told["epc"], told.get("has_left", False)) for told in (json.loads(read.data) for read in self.reads)]


def test_a_bin_that_is_taken_from_the_shelf_is_one_departure_however_its_tag_flickers() -> None:
    shelf = Shelf(departure="empty", arrival="none", absent_s=5)
    for _ in range(20):
        shelf.see(grai(1), grai(2))
        shelf.see(grai(1), for_ms=3_000)
    assert shelf.told() == []
    shelf.see(grai(1), for_ms=10_000)
    assert shelf.told() == [(grai(2), True)]
    assert shelf.counters["departures"] == 1


def test_where_departures_mean_nothing_none_is_told() -> None:
    shelf = Shelf(absent_s=5)
    shelf.see(grai(1))
    shelf.see(grai(2), for_ms=10_000)
    assert shelf.told() == [(grai(1), False), (grai(2), False)]


@pytest.mark.promise("R2")
def test_a_departure_that_could_not_be_stored_is_told_again_until_it_is() -> None:
    shelf = Shelf(departure="empty", arrival="none", absent_s=5)
    shelf.see(grai(1), grai(2))
    shelf.answer = FULL
    shelf.see(grai(1), for_ms=7_000)
    assert set(shelf.told()) == {(grai(2), True)}
    shelf.answer = OK
    shelf.see(grai(1), for_ms=200)
    tried = len(shelf.reads)
    shelf.see(grai(1), for_ms=10_000)
    assert len(shelf.reads) == tried


def test_an_antenna_that_is_gone_is_an_alarm_and_empties_no_shelf() -> None:
    shelf = Shelf(departure="empty", arrival="none", absent_s=5)
    shelf.see(*map(grai, range(1, 6)))
    shelf.see(for_ms=60_000)
    assert shelf.told() == []
    assert "check antennas" in shelf.desk.alarms()["antenna"]


@pytest.mark.parametrize(("departure", "action"), [("scan", Action.SCAN), ("empty", Action.EMPTY)])
def test_what_a_departure_means_is_configured(departure: str, action: Action) -> None:
    shelf = Shelf(departure=departure, arrival="full", absent_s=5)
    shelf.see(grai(1), grai(2))
    shelf.see(grai(2), for_ms=7_000)
    meaning = partial(interpret_tag, wanted=EpcFilter(), arrival=Action.FULL, departure=action)
    scans = [meaning(read) for read in shelf.reads]
    assert [scan.action for scan in scans if scan] == [Action.FULL, Action.FULL, action]


def test_two_bins_that_fall_into_the_chute_within_a_second_are_two() -> None:
    shelf, disk = Shelf(), Disk()
    pipeline = Pipeline({"shelf-1": Source(partial(interpret_tag, wanted=EpcFilter()), 1_000, is_button=True)}, disk)
    shelf.see(grai(1), grai(2), for_ms=400)
    for read in shelf.reads:
        pipeline.offer(read, lambda verdict: None)
    assert [(scan.code, scan.fault) for scan in disk.stored] == [
        ("urn:epc:id:grai:0614141.00003.1", None), ("urn:epc:id:grai:0614141.00003.2", None),
    ]  # fmt: skip
