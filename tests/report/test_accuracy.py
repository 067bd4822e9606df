"""Counts against the book, and what was only concluded."""

from __future__ import annotations

from gateway.model import Action
from gateway.report.accuracy import COUNT_WORDS, Counts, Inferred
from gateway.store.chain import canonical
from tests.goods.store import Store
from tests.kanban.floor import Floor


def counted(store: Store) -> Counts:
    counts = Counts()
    for body in store.view.journal:
        if any(word in canonical(body).decode() for word in COUNT_WORDS):
            counts.take(body)
    return counts


def test_accuracy_is_the_share_of_counts_that_found_what_the_book_had() -> None:
    store = Store()
    store.do("receive", {"item": "NUT", "purchase_order": "PO-2", "quantity": "100"})
    told = [store.code("count", {"item": "NUT"}, quantity) for quantity in (100, 97, 97, 96, 96)]
    assert told == ["COUNTED", "COUNT_AGAIN", "COUNTED", "COUNT_AGAIN", "COUNTED"]
    assert store.code("count", Action.UNDO) == "GOODS_UNDONE"
    answer = counted(store).answer()
    assert answer.rows == [("NUT", "DOCK", 2, 1, 50.0, "200", "3")]
    assert answer.total == {"counts": 2, "accuracy %": 50.0}


def test_inferred_scans_are_told_by_station() -> None:
    floor = Floor()
    floor.empty("C1")
    floor.wait(600)
    floor.fill("C1")
    floor.wait(5 * 3600)
    floor.empty("C1")
    floor.wait(5 * 3600)
    floor.empty("C1")  # and so the bin came back in between
    floor.empty("C2")
    floor.scan("C2", action=Action.UNDO)
    inferred = Inferred()
    for body in floor.view.journal:
        if body["t"] in ("card_emptied", "card_filled", "card_undone"):
            inferred.take(body)
    answer = inferred.answer()
    assert answer.rows == [("L3-S1", 4, 1, 25.0), ("L3-S2", 1, 0, 0.0)]
