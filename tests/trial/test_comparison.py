"""A loop in shadow beside what the ERP did by itself: decided by the real decider, compared case by case."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.model import Action
from gateway.quantity import MICRO
from gateway.trial.comparison import APART, BOTH, ONLY_THEM, ONLY_US, Row, Terms, compare
from gateway.trial.verdict import Standing, conditions, counts_of, last_step
from gateway.trial.witness import WORDS, Statement, Subject, Witness
from tests.kanban.floor import DOCK, LINE, Floor

pytestmark = pytest.mark.decision("K13")

HOUR_S, HOUR_MS = 3600, 3_600_000
TERMS = Terms(window_ms=24 * HOUR_MS, apart_ms=2 * HOUR_MS)
CARDS = 4


class Trial(Floor):
    """A floor whose loop is in shadow, and an ERP that goes on by itself."""

    def __init__(self) -> None:
        super().__init__(cards=CARDS)
        self.instruct("mode.set", {"scope": "loop", "name": "LP-1", "mode": "shadow"})
        self.orders_so_far: list[dict[str, Any]] = []

    def order(self, name: str, quantity: str, item: str = "SCREW-A") -> None:
        """The ERP's own planning orders, and tells it as master data."""
        line = {"line": "10", "item": item, "quantity": quantity, "uom": "PCE"}
        self.orders_so_far.append({"id": name, "supplier": "V1", "lines": [line]})
        self.load("purchase_orders", self.orders_so_far)

    def said(self, subject: Subject | None = None) -> Statement:
        subject = subject or Subject("P1", "SCREW-A", "LP-1", {}, frozenset(f"C{n}" for n in range(1, CARDS + 1)))
        witness = Witness(subject)
        for seq, body in enumerate(self.view.journal, 1):
            witness.take({**body, "seq": seq})
        return witness.said

    def rows(self) -> list[Row]:
        return compare(self.said(), TERMS)

    def hours(self, hours: float) -> None:
        self.wait(hours * HOUR_S)


def test_a_week_in_shadow_has_all_four_outcomes_each_with_why() -> None:
    floor = Trial()
    floor.empty("C1")  # both: the ERP orders the same an hour later
    floor.hours(1)
    floor.order("PO-1", "40")
    floor.hours(30)
    floor.empty("C2")  # apart: five hours later, and more
    floor.hours(5)
    floor.order("PO-2", "100")
    floor.hours(30)
    floor.empty("C3")  # only us
    floor.hours(60)
    floor.order("PO-3", "40")  # only them
    floor.hours(30)
    floor.empty("C4")
    rows = floor.rows()
    assert [row.outcome for row in rows] == [BOTH, APART, ONLY_US, ONLY_THEM, ONLY_US]
    assert rows[0].apart_ms == HOUR_MS and rows[0].apart_quantity == 0
    assert (rows[1].apart_ms, rows[1].apart_quantity) == (5 * HOUR_MS, 60 * MICRO)
    assert rows[1].why == "the ERP ordered 5.0 h later, the ERP ordered 60 more"
    assert rows[2].why == "the ERP ordered nothing within 24.0 h"
    assert rows[3].why.startswith("nobody scanned a card")
    assert rows[4].why == "the ERP has not ordered yet; it still may"
    assert counts_of(rows) == {BOTH: 1, APART: 1, ONLY_US: 2, ONLY_THEM: 1}


def test_every_need_and_every_deed_stands_in_exactly_one_row() -> None:
    floor = Trial()
    for number in range(12):
        floor.empty(f"C{number % CARDS + 1}")
        floor.hours(3)
        if number % 3:
            floor.order(f"PO-{number}", "40")
        floor.hours(2)
        floor.scan(f"C{number % CARDS + 1}", DOCK)
    said, rows = floor.said(), floor.rows()
    assert sorted(need.key for row in rows for need in row.needs) == sorted(need.key for need in said.needs)
    assert sorted(deed.ref for row in rows for deed in row.deeds) == sorted(deed.ref for deed in said.deeds)


def test_one_order_of_the_erp_may_answer_several_needs() -> None:
    floor = Trial()
    for card in ("C1", "C2", "C3", "C4"):
        floor.empty(card)
        floor.hours(0.1)
    floor.order("PO-1", "120")
    row, left = floor.rows()
    assert (row.outcome, len(row.needs), row.apart_quantity) == (BOTH, 3, 0)
    assert (left.outcome, left.needs[0].cards) == (ONLY_US, ("C4",))
    assert row.why == "the ERP ordered 3 needs at once"


def test_an_order_number_that_names_our_key_belongs_to_that_need_whatever_the_time() -> None:
    floor = Trial()
    floor.empty("C1")
    key = floor.said().needs[0].key
    floor.hours(40)
    assert floor.command("order_confirmed", {"key": key, "doc": "4500001"}).verdict.code == "SIGNAL_CLOSED"
    [row] = floor.rows()
    assert (row.outcome, row.deeds[0].ref, row.why) == (APART, "4500001", "the ERP ordered 40.0 h later")


def test_a_bin_that_the_erp_filled_is_the_answer_to_its_need() -> None:
    floor = Trial()
    floor.empty("C1")
    floor.hours(2)
    floor.command("card_full", {"card": "C1", "cycle": floor.cycle("C1")})
    [row] = floor.rows()
    assert row.outcome == BOTH
    floor.command("card_full", {"card": "C2", "cycle": floor.cycle("C2") + 1})
    assert [one.why for one in floor.rows() if one.outcome == ONLY_THEM] == [
        "the ERP filled a bin that nobody had scanned empty"
    ]


def test_a_scan_that_was_refused_or_only_trained_explains_what_only_the_erp_did() -> None:
    floor = Trial()
    floor.instruct("mode.set", {"scope": "station", "name": LINE, "mode": "training"})
    floor.empty("C1")
    floor.hours(1)
    floor.order("PO-1", "40")
    [row] = floor.rows()
    assert (row.outcome, row.why) == (ONLY_THEM, "card C1 was scanned in training")
    floor.instruct("mode.set", {"scope": "station", "name": LINE, "mode": "live"})
    floor.hours(72)
    assert floor.scan("C2", "L4-S1").verdict.code == "WRONG_STATION"
    floor.order("PO-2", "40")
    assert floor.rows()[-1].why == "card C2 was scanned and refused: WRONG_STATION"


def test_a_need_that_was_undone_is_not_compared() -> None:
    floor = Trial()
    floor.empty("C1")
    floor.scan("C1", LINE, Action.UNDO)
    said = floor.said()
    assert (said.needs, said.undone, floor.rows()) == ([], 1, [])


def test_orders_of_other_items_are_nobodys_business() -> None:
    floor = Trial()
    floor.order("PO-1", "40", item="NUT")
    assert floor.said().deeds == []


def test_what_the_witness_takes_is_what_the_journal_is_searched_for() -> None:
    floor = Trial()
    floor.empty("C1")
    floor.order("PO-1", "40")
    floor.command("order_confirmed", {"key": floor.said().needs[0].key, "doc": "4500001"})
    floor.instruct("mode.set", {"scope": "station", "name": LINE, "mode": "training"})
    floor.empty("C2")
    from gateway.store.chain import canonical

    found = [body for body in floor.view.journal if any(word in canonical(body).decode() for word in WORDS)]
    whole, part = floor.said(), Trial.said(_only(floor, found))
    assert (part.needs, part.deeds, part.traces) == (whole.needs, whole.deeds, whole.traces)


def _only(floor: Trial, journal: list[dict[str, Any]]) -> Trial:
    floor.view.journal = journal
    return floor


def test_going_live_needs_a_walk_enough_needs_and_agreement() -> None:
    floor = Trial()
    for number in range(10):
        card = f"C{number % CARDS + 1}"
        floor.empty(card)
        floor.hours(1)
        floor.order(f"PO-{number}", "40")
        floor.hours(3)
        floor.fill(card)
        floor.hours(30)
    rows = floor.rows()
    now = Standing("shadow", "2026-09-01", is_walk_due=True, open_aside=2, tasks=0)
    found = conditions("LP-1", "loop", rows, now)
    assert [one.is_met for one in found] == [True, True, True, True, False]
    assert last_step("LP-1", "loop", found, now) == "Not ready: 1 of 5 conditions are missing."
    walked = Standing("shadow", "2026-09-01", is_walk_due=False, open_aside=2, tasks=0)
    ready = last_step("LP-1", "loop", conditions("LP-1", "loop", rows, walked), walked)
    assert "mode set loop LP-1 live --signal-open (2 needs" in ready and "MODE-LIVE/LP-1" in ready
    few = conditions("LP-1", "loop", rows[:3], walked)
    assert [one.text for one in few if not one.is_met] == ["3 needs were compared"]


def test_without_anything_from_the_erp_it_is_said_that_it_tells_nothing() -> None:
    floor = Trial()
    floor.empty("C1")
    floor.hours(48)
    floor.empty("C2")
    assert floor.rows()[0].why.startswith("the ERP told of no order and no receipt")


def test_an_order_for_a_need_of_a_rule_is_no_deed_for_a_loop_of_the_same_item() -> None:
    """A supermarket's rule had it ordered, not the ERP's own planning for the bins."""
    floor = Trial()
    key = "rule/P1/SCREW-A/SUPER/screws/1"
    line = {"line": "1", "item": "SCREW-A", "quantity": "160", "uom": "PCE", "need": key, "location": "SUPER"}
    floor.load("purchase_orders", [{"id": "PO-1", "supplier": "V1", "lines": [line]}])
    floor.command("order_confirmed", {"key": key, "doc": "PO-1"})
    assert floor.said().deeds == []
    floor.order("PO-2", "160")
    assert [deed.ref for deed in floor.said().deeds] == ["PO-2"]


def test_an_order_for_a_bin_is_a_deed_for_its_item_too() -> None:
    floor = Trial()
    floor.empty("C1")
    [need] = floor.said().needs
    floor.command("order_confirmed", {"key": need.key, "doc": "4500001"})
    floor.command("order_confirmed", {"key": "card/P1/X9/1/empty", "doc": "4500002"})
    said = floor.said(Subject("P1", "SCREW-A"))
    assert [(deed.ref, deed.key) for deed in said.deeds] == [("4500001", need.key)]
