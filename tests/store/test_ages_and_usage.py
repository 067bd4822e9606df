"""What the fold adds up besides quantities: how old goods are, what was used where, and what is asked for where."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from gateway.model import Decision, Event, Intake, Status, Tick, Verdict
from gateway.quantity import MICRO
from gateway.store.connection import DATABASE
from gateway.store.rebuild import rebuild
from gateway.store.verify import verify
from gateway.store.writer import Request
from gateway.view import View
from tests.store.rig import HandClock, Rig

MINUTE_MS, DAY_MS = 60_000, 86_400_000


class Told:
    """A decider that says whatever the test tells it to."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def __call__(self, intake: Intake, view: View) -> Decision:
        events, self.events = tuple(self.events), []
        return Decision(events, Verdict(Status.OK, "TOLD"))


class Store(Rig):
    """A store in which a test moves goods by hand."""

    def __init__(self, data_dir: Path) -> None:
        self.told = Told()
        self.hand = HandClock()
        super().__init__(data_dir, self.hand, self.told)

    def tell(self, kind: str, stream: str = "mov", key: str = "", **body: Any) -> None:
        self.told.events.append(Event(kind, stream, key, body))
        self.writer.step([Request(Tick())])

    def move(self, start: str | None, end: str | None, qty: str = "10", kind: str = "goods_moved", **more: str) -> None:
        move = {"item": "NUT", "qty": qty, "uom": "PCE", "base": qty, "from": start, "to": end, **more}
        self.tell(kind, mv=[move])

    def load(self, dataset: str, *rows: dict[str, Any]) -> None:
        self.tell("masterdata_changed", "", md={"dataset": dataset, "version": 1, "etag": "", "set": rows, "del": []})

    def age_days(self, place: str, lot: str = "", status: str = "available") -> int:
        _, since_ms = self.store.view.stock_of("NUT", place)[status, lot]
        return (self.hand.wall - since_ms) // DAY_MS if since_ms else -1


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_goods_are_as_old_as_their_receipt_wherever_they_went_since(store: Store) -> None:
    store.move(None, "DOCK", kind="goods_received")
    store.hand.pass_time(30 * DAY_MS)
    store.move("DOCK", "BIN")
    store.hand.pass_time(5 * DAY_MS)
    assert store.age_days("BIN") == 35
    assert store.age_days("DOCK") == -1


def test_fresh_goods_do_not_make_old_ones_younger(store: Store) -> None:
    store.move(None, "BIN", kind="goods_received")
    store.hand.pass_time(30 * DAY_MS)
    store.move(None, "BIN", kind="goods_received")
    assert store.age_days("BIN") == 30


def test_a_change_of_status_keeps_the_age(store: Store) -> None:
    store.move(None, "BIN", kind="goods_received", status="qc")
    store.hand.pass_time(3 * DAY_MS)
    move = {"item": "NUT", "qty": "10", "uom": "PCE", "base": "10"}
    out, back = {**move, "from": "BIN", "to": None, "status": "qc"}, {**move, "from": None, "to": "BIN"}
    store.tell("quality_decided", mv=[out, back])
    assert store.age_days("BIN") == 3


def test_what_leaves_is_used_and_what_is_counted_is_not(store: Store) -> None:
    store.move("BIN", None, "4", kind="goods_issued")
    store.move("BIN", None, "3", kind="stock_counted")
    store.move("BIN", "LINE", "2")
    assert store.store.view.usage("NUT", "BIN").days[-1][1] == 6 * MICRO
    assert store.store.view.usage("NUT", "LINE").is_empty


def test_what_is_taken_back_was_not_used(store: Store) -> None:
    store.move("BIN", None, "4", kind="goods_issued")
    store.move(None, "BIN", "4", kind="movement_undone")
    assert store.store.view.usage("NUT", "BIN").days == ()


def test_what_stays_in_its_area_is_not_used(store: Store) -> None:
    store.load("locations", {"id": "A-01", "area": "STORE"}, {"id": "A-02", "area": "STORE"})
    store.move("A-01", "A-02", "4")
    store.move("A-02", "LINE", "1")
    assert store.store.view.usage("NUT", "STORE").minutes[-1][1] == MICRO


def test_uses_are_kept_by_the_minute_and_the_plants_own_day(store: Store) -> None:
    store.tell("rules_loaded", "", facts=[["plant", "zone", {"name": "Asia/Shanghai"}]])
    store.hand.wall = 1_790_000_000_000 // DAY_MS * DAY_MS + 20 * 3_600_000  # 20:00 UTC is tomorrow there
    store.move("BIN", None, "1", kind="goods_issued")
    store.hand.pass_time(MINUTE_MS)
    store.move("BIN", None, "2", kind="goods_issued")
    usage = store.store.view.usage("NUT", "BIN")
    assert [quantity for _, quantity in usage.minutes] == [MICRO, 2 * MICRO]
    assert [day for day, _ in usage.days] == [store.hand.wall // DAY_MS + 1]


def test_ages_and_uses_follow_from_the_journal(store: Store, tmp_path: Path) -> None:
    store.load("locations", {"id": "A-01", "area": "STORE"})
    store.move(None, "A-01", kind="goods_received", lot="L1")
    for _ in range(150):
        store.hand.pass_time(7 * MINUTE_MS)
        store.move("A-01", None, "0.5", kind="goods_issued", lot="L1")
    store.close()
    assert verify(tmp_path).findings == []
    again = Store(tmp_path)
    assert len(again.store.view.usage("NUT", "STORE").hours) == 18
    again.close()
    rebuild(tmp_path, HandClock())
    assert verify(tmp_path).findings == []


def test_a_signal_says_where_it_is_wanted_until_it_is_closed(store: Store) -> None:
    trigger = {"rule": "r", "item": "NUT", "location": "LINE", "qty": "5", "uom": "PCE", "cards": []}
    store.tell("reorder_triggered", "sig", "rule/P1/NUT/LINE/r/1", tr=trigger)
    [signal] = store.store.view.signals_of("NUT")
    assert (signal.location, signal.quantity, signal.doc) == ("LINE", 5 * MICRO, "")
    store.tell("order_confirmed", "", doc={"key": signal.key, "doc": "PO-1"})
    assert [one.doc for one in store.store.view.signals_of("NUT")] == ["PO-1"]
    store.tell("reorder_closed", "", closes=[signal.key])
    assert list(store.store.view.signals_of("NUT")) == []


def test_a_store_of_the_first_shape_is_filled_from_its_journal(store: Store, tmp_path: Path) -> None:
    store.move(None, "BIN", kind="goods_received")
    store.move("BIN", None, "4", kind="goods_issued")
    store.close()
    database = sqlite3.connect(tmp_path / DATABASE)
    database.executescript(
        "DROP TABLE usage; ALTER TABLE stock DROP COLUMN since_ms; DROP INDEX signal_by_item;"
        "ALTER TABLE signal DROP COLUMN location;"
        "DELETE FROM _sqlite_migrations WHERE name LIKE 'm002%';"
    )
    database.close()
    Store(tmp_path).close()
    assert verify(tmp_path).findings == []
