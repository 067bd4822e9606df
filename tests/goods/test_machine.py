"""Random days in a warehouse: nothing comes out of nothing, units and stock agree, and the store is its journal."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.decide import Decider
from gateway.goods.act import Rules
from gateway.goods.operation import OPERATIONS
from gateway.goods.unit import HERE, unit_at
from gateway.model import Action, MasterData, Scan
from gateway.quantity import parse_quantity
from gateway.store.verify import verify
from gateway.store.writer import Request
from tests.goods.dock import CASE_1, CASE_2, MIXED, PALLET, label
from tests.goods.store import PREFIX, STORE, Store
from tests.store.rig import HandClock, Rig

# What may change how much there is of an item; everything else only moves it.
SOURCES = frozenset({
    "goods_received", "goods_issued", "goods_returned", "production_confirmed", "goods_finished", "goods_shipped",
    "goods_scrapped", "goods_taken_back", "empties_booked", "stock_counted", "movement_undone",
})  # fmt: skip
UNITS = (PALLET, CASE_1, CASE_2, MIXED)
PLACES = ("A-01", "A-02", "DOCK", "LINE")
ITEMS = ("SCREW", "NUT")


class Warehouse(RuleBasedStateMachine):
    """Every operation, in any order, with questions answered, cancelled or left open."""

    @initialize()
    def open(self) -> None:
        self.store = Store()
        self.seen = 0
        self.totals: dict[str, int] = {}
        self.keys: set[str] = set()

    @rule(operation=st.sampled_from(sorted(OPERATIONS)), first=st.sampled_from(UNITS), other=st.sampled_from(UNITS))
    def unit(self, operation: str, first: str, other: str) -> None:
        self.store.do(operation, first, other)

    @rule(operation=st.sampled_from(sorted(OPERATIONS)), nth=st.integers(0, 9), place=st.sampled_from(PLACES))
    def new_unit(self, operation: str, nth: int, place: str) -> None:
        numbers = sorted(self.store.view.facts("hu"))
        if numbers:
            self.store.do(operation, numbers[nth % len(numbers)], place)

    @rule(operation=st.sampled_from(sorted(OPERATIONS)), item=st.sampled_from(ITEMS), quantity=st.integers(1, 60),
          place=st.sampled_from(PLACES), order=st.sampled_from(["PO-1", "PO-2"]))  # fmt: skip
    def loose(self, operation: str, item: str, quantity: int, place: str, order: str) -> None:
        extra: dict[str, Any] = {"purchase_order": order} if operation == "receive" else {}
        self.store.do(operation, place, {"item": item, "quantity": str(quantity), **extra})

    @rule(text=st.sampled_from(["WO-1", "SHP-1", "V1", "PO-2", *PLACES, "!restock", "!scrap", "!move"]))
    def word(self, text: str) -> None:
        self.store.do(self.store.at, text)

    @rule(quantity=st.integers(1, 40))
    def number(self, quantity: int) -> None:
        self.store.do(self.store.at, quantity)

    @rule(action=st.sampled_from([Action.APPROVE, Action.CANCEL, Action.UNDO, Action.UNDO]))
    def command(self, action: Action) -> None:
        self.store.do(self.store.at, action)

    @rule(seconds=st.sampled_from([5, 70, 130, 700]))
    def wait(self, seconds: int) -> None:
        self.store.wait(seconds)
        self.store.tick()

    @invariant()
    def nothing_comes_out_of_nothing(self) -> None:
        if not hasattr(self, "store"):
            return
        for body in self.store.view.journal[self.seen :]:
            net: dict[str, int] = {}
            for move in body.get("mv", ()):
                base = parse_quantity(move["base"])
                for end, sign in (("from", -1), ("to", 1)):
                    net[move["item"]] = net.get(move["item"], 0) + (sign * base if move[end] else 0)
            changed = {item for item, quantity in net.items() if quantity}
            assert not changed or body["t"] in SOURCES, f"{body['t']} changed how much there is of {changed}"
            if key := body.get("key"):
                assert key not in self.keys, f"key {key} is used twice"
                self.keys.add(key)
        self.seen = len(self.store.view.journal)

    @invariant()
    def what_stands_in_units_is_in_stock(self) -> None:
        if not hasattr(self, "store"):
            return
        view = self.store.view
        standing: dict[tuple[str, str, str, str], int] = {}
        for number in view.facts("hu"):
            unit = unit_at(number, view)
            for row in unit.rows if unit and unit.state == HERE else ():
                assert row.quantity > 0
                place = (row.item, unit.location if unit else "", row.status, row.lot)
                standing[place] = standing.get(place, 0) + row.quantity
        for place, quantity in standing.items():
            assert quantity <= view.stock_rows.get(place, 0), f"{place}: {quantity} in units, less in stock"
        assert all(quantity >= 0 for quantity in view.stock_rows.values()), view.stock_rows

    @invariant()
    def a_unit_stands_in_one_parent_that_knows_it(self) -> None:
        if not hasattr(self, "store"):
            return
        for number in self.store.view.facts("hu"):
            unit = unit_at(number, self.store.view)
            if unit and unit.parent and unit.state == HERE:
                parent = unit_at(unit.parent, self.store.view)
                assert parent is not None
                assert number in parent.inside
                assert parent.location == unit.location


TestWarehouse = Warehouse.TestCase
TestWarehouse.settings = settings(
    max_examples=40, stateful_step_count=30, suppress_health_check=[HealthCheck.too_slow], deadline=None
)


@pytest.mark.promise("R4")
def test_stock_units_and_counters_in_the_store_equal_the_fold_of_any_day(tmp_path: Path) -> None:
    """The same operations through the real writer; `verify` folds the journal anew and compares every row."""
    chance = random.Random(7)
    clock = HandClock()
    stations = Store().stations
    rules = Rules(sscc_prefix=PREFIX, sscc_first=1, sscc_last=999)
    rig = Rig(tmp_path, clock, Decider(stations, goods=rules))
    rig.writer.step([Request(MasterData(name, 1, "e", tuple(rows))) for name, rows in STORE.items()])
    nuts = {"item": "NUT", "quantity": "7", "purchase_order": "PO-2"}
    screws = {"item": "SCREW", "quantity": "5", "purchase_order": "PO-1"}
    said: list[Any] = [*UNITS, *PLACES, "WO-1", "SHP-1", "V1", nuts, screws, 3, Action.UNDO, Action.CONFIRM]
    for number in range(400):
        clock.pass_time(4000)
        station = chance.choice(sorted(OPERATIONS))
        for one in chance.sample(said, 3):
            read = rig.read("").read
            found = label(**one) if isinstance(one, dict) else None
            action = one if isinstance(one, Action) else Action.QUANTITY if isinstance(one, int) else Action.SCAN
            scan = Scan(
                read.__class__(**{**_members(read), "station": station, "device": station,
                                  "data": f"{number} {one}".encode()}),
                action, quantity=one * 1_000_000 if isinstance(one, int) else None,
                code=one if isinstance(one, str) and not isinstance(one, Action) else "", label=found,
            )  # fmt: skip
            (outcome,) = rig.writer.step([Request(scan)])
            assert outcome.seqs or outcome.verdict.code, outcome
    booked = {row[0] for row in rig.rows("SELECT body ->> '$.t' FROM journal WHERE stream='mov'")}
    assert len(booked) >= 8, booked
    assert rig.warnings == []
    rig.close()
    assert verify(tmp_path).findings == []


def _members(read: Any) -> dict[str, Any]:
    return {name: getattr(read, name) for name in read.__slots__}
