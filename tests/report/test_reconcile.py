"""Differences between our stock and the ERP's, each with its reason."""

from __future__ import annotations

from typing import Any

from gateway.master import Loop
from gateway.model import StockSnapshot
from gateway.quantity import parse_quantity
from gateway.report.reconcile import Reconciliation
from tests.kanban.floor import LOOP, Floor


class Books(Floor):
    """A floor whose ERP sends snapshots that know all we have sent."""

    def snapshot(self, **stock: str) -> None:
        self.settle()
        as_of = {stream: (self.view.epoch, self.view.head(stream)) for stream in ("sig", "mov")}
        rows = tuple(("SCREW-A", place, "available", "", parse_quantity(qty)) for place, qty in stock.items())
        self.submit(StockSnapshot(as_of, rows))

    def answer(self, **loop: Any) -> Any:
        books = Reconciliation({"LP-1": Loop.parse({**LOOP, **loop})})
        for seq, body in enumerate(self.view.journal, 1):
            books.take({**body, "seq": seq})
        unbooked = [(self.view.event_by_id(key), fact["code"]) for key, fact in self.view.facts("refused").items()]
        return books.answer([(event, code) for event, code in unbooked if event is not None], self.view.now.wall_ms)


def test_what_somebody_else_booked_at_the_erp_is_said_to_be_theirs() -> None:
    floor = Books()
    floor.snapshot(LINE3="240")
    floor.empty("C1")
    floor.snapshot(LINE3="150")  # 40 are ours, 50 were taken at the ERP
    answer = floor.answer()
    assert answer.rows[-1][1:8] == ("SCREW-A", "LINE3", "available", "", "200", "150", "-50")
    assert answer.rows[-1][8] == "-50 booked at the ERP, not by this gateway"
    assert answer.total["snapshots"] == 2


def test_what_the_erp_posts_on_the_status_is_explained_by_the_bin() -> None:
    floor = Books(on_full="erp_status")
    floor.snapshot(LINE3="240")
    floor.empty("C1")
    floor.wait(1800)
    floor.fill("C1")
    floor.snapshot(LINE3="240")
    answer = floor.answer(on_full="erp_status")
    assert answer.rows[-1][5:] == ("200", "240", "40", "card_filled C1 posted by the ERP")
    assert answer.total["explained"] == 1


def test_what_happened_in_shadow_is_explained_though_only_in_part() -> None:
    floor = Books()
    floor.instruct("mode.set", {"scope": "loop", "name": "LP-1", "mode": "shadow"})
    floor.snapshot(LINE3="240")
    floor.empty("C1")
    floor.empty("C2")
    floor.snapshot(LINE3="155")
    row = floor.answer().rows[-1]
    assert row[5:8] == ("240", "155", "-85")
    assert row[8] == (
        "card_emptied C1 in shadow; card_emptied C2 in shadow; -5 booked at the ERP, not by this gateway"
    )


def test_what_the_erp_refused_is_what_it_does_not_have_now() -> None:
    floor = Books()
    floor.snapshot(LINE3="240")
    floor.empty("C1")
    event = floor.last("card_emptied")
    floor.dispose(event, "rejected", code="PERIOD_CLOSED", text="November is closed")
    answer = floor.answer()
    assert answer.rows[-1][0] == "now"
    assert answer.rows[-1][5:] == ("200", "240", "40", f"card_emptied {event['id']}: PERIOD_CLOSED")
    assert answer.total["not booked at the ERP"] == 1


def test_a_snapshot_without_as_of_is_only_compared() -> None:
    floor = Books()
    floor.snapshot(LINE3="240")
    floor.settle()
    floor.submit(StockSnapshot({}, (("SCREW-A", "LINE3", "available", "", parse_quantity("230")),)))
    assert floor.answer().rows[-1][5:] == ("240", "230", "-10", "only compared: the snapshot says no as_of")
