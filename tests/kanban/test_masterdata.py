"""Master data: whole sets, taken over as a difference or refused as a whole."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.model import Status
from tests.kanban.floor import LOOP, Floor, kinds

CARD = {"id": "C1", "loop": "LP-1"}


def test_a_new_set_is_one_local_event_with_the_difference() -> None:
    floor = Floor(cards=0)
    items = [{"id": "A", "uom": "PCE"}, {"id": "B", "uom": "KGM"}]
    assert kinds(floor.load("items", items)) == ["masterdata_changed"]
    body = floor.load("items", [{"id": "A", "uom": "PCE"}, {"id": "C", "uom": "PCE"}]).events[0].body
    assert body["md"] == {
        "dataset": "items", "version": 2, "etag": "e2", "set": [{"id": "C", "uom": "PCE"}], "del": ["B"],
    }  # fmt: skip
    assert sorted(floor.view.masters["items"]) == ["A", "C"]


def test_the_set_we_have_is_no_event() -> None:
    floor = Floor()
    decision = floor.load("loops", [LOOP], version=1, etag="e1")
    assert (decision.events, decision.verdict.status) == ((), Status.ALREADY)


@pytest.mark.parametrize(
    ("version", "etag", "code"),
    [(4, "e4", "MD_VERSION_BACK"), (5, "other", "MD_ETAG_DIFFERS"), (0, "e0", "MD_VERSION"), (-1, "", "MD_VERSION")],
)
def test_a_version_that_goes_backwards_or_changes_its_content_is_refused(version: int, etag: str, code: str) -> None:
    floor = Floor(cards=0)
    floor.load("loops", [LOOP], version=5)
    decision = floor.load("loops", [], version=version, etag=etag)
    assert (decision.verdict.status, decision.verdict.code) == (Status.REFUSED, code)
    assert kinds(decision) == ["masterdata_refused"]
    assert list(floor.view.masters["loops"]) == ["LP-1"]


def test_every_bad_row_is_reported_in_one_refusal_and_nothing_is_taken_over() -> None:
    floor = Floor(cards=0)
    rows: list[Any] = [
        LOOP,
        {**LOOP, "id": "LP-2", "quantity": "forty"},
        {**LOOP, "id": "LP-3", "on_empty": "both"},
        {**LOOP, "id": "LP-4", "quantity": "0"},
        {**LOOP, "id": "LP-5", "quantity": "1e999999999"},
        {**LOOP, "id": "LP-1"},
        "no object",
        7,
        None,
    ]
    decision = floor.load("loops", rows)
    faults = decision.events[0].body["faults"]
    assert decision.verdict.code == "MD_BAD_ROWS"
    assert [next(name for name in ("LP-2", "LP-3", "LP-4", "LP-5", "LP-1", "row 6", "row 7", "row 8") if name in fault)
            for fault in faults] == ["LP-2", "LP-3", "LP-4", "LP-5", "LP-1", "row 6", "row 7", "row 8"]  # fmt: skip
    assert all(fault in decision.verdict.text for fault in faults)
    assert floor.view.masters["loops"] == {}


def test_a_flood_of_bad_rows_is_counted_and_not_listed_without_end() -> None:
    body = Floor(cards=0).load("items", [{"id": "x" * 150} for _ in range(5000)]).events[0].body
    assert body["count"] == 5000 + 0
    assert len(body["faults"]) == 50
    assert len(str(body)) < 30_000


def test_an_unknown_dataset_is_refused() -> None:
    assert Floor(cards=0).load("recipes", []).verdict.code == "MD_UNKNOWN"


def test_two_cards_cannot_carry_the_same_printed_code() -> None:
    rows = [{**CARD, "code": "X"}, {**CARD, "id": "C2", "code": "X"}]
    assert "already used by 'C1'" in Floor(cards=0).load("cards", rows).verdict.text


@pytest.mark.decision("K1")
@pytest.mark.parametrize("on_empty", ["issue", "transfer"])
def test_K1_a_loop_that_would_post_the_same_goods_twice_is_refused(on_empty: str) -> None:
    decision = Floor(cards=0).load("loops", [{**LOOP, "on_empty": on_empty, "backflush": True}])
    assert "posted twice" in decision.verdict.text
    assert Floor(cards=0).load("loops", [{**LOOP, "on_empty": "none", "backflush": True}]).verdict.code == "MD_CHANGED"


@pytest.mark.decision("K1")
def test_K1_an_erp_that_posts_on_the_status_gets_no_receipt_from_us() -> None:
    floor = Floor(on_full="erp_status")
    floor.empty()
    floor.wait(1800)
    assert "mv" not in floor.fill().events[0].body


def test_a_transfer_from_a_place_to_itself_is_refused() -> None:
    row = {**LOOP, "on_full": "transfer", "source": LOOP["consumer"]}
    assert "from LINE3 to itself" in Floor(cards=0).load("loops", [row]).verdict.text


@pytest.mark.parametrize("order", [("loops", "cards"), ("cards", "loops")])
def test_cards_start_as_soon_as_they_and_their_loop_are_known(order: tuple[str, str]) -> None:
    floor = Floor(cards=0)
    rows = {
        "loops": [LOOP],
        "cards": [CARD, {**CARD, "id": "C2", "initial": "EMPTY"}, {**CARD, "id": "C3", "initial": "WAIT"}],
    }
    for dataset in order:
        assert floor.view.cards == {}
        decision = floor.load(dataset, rows[dataset])
    assert kinds(decision) == ["masterdata_changed", "card_activated"]
    assert [(floor.state(name), floor.cycle(name)) for name in ("C1", "C2", "C3")] == [
        ("FULL", 0), ("EMPTY", 1), ("WAIT", 1),
    ]  # fmt: skip
    assert floor.view.cards["C1"].quantity == 40_000_000


def test_a_card_that_starts_empty_opens_a_signal_for_the_erp() -> None:
    floor = Floor(cards=0)
    floor.load("loops", [LOOP])
    event = floor.load("cards", [{**CARD, "initial": "EMPTY"}]).events[1]
    assert (event.kind, event.stream, event.key) == ("card_activated", "sig", "card/P1/C1/1/empty")
    assert floor.orders() == ["card/P1/C1/1/empty"]
    floor.wait(1800)
    floor.fill()
    assert floor.orders() == []


def test_only_an_active_card_that_starts_empty_orders() -> None:
    floor = Floor(cards=0)
    floor.load("loops", [LOOP])
    floor.load("cards", [{**CARD, "initial": "EMPTY", "life": "NEW"}])
    assert (floor.state(), floor.orders()) == ("EMPTY", [])


def test_a_removed_card_is_kept_as_removed_and_comes_back_where_it_was() -> None:
    floor = Floor(cards=1)
    floor.empty()
    decision = floor.load("cards", [])
    assert floor.view.cards["C1"].life == "REMOVED"
    assert (floor.state(), floor.orders()) == ("EMPTY", ["card/P1/C1/1/empty"])
    assert "removed while on order: C1" in decision.events[0].body["task"]["msg"]
    assert floor.fill().verdict.code == "CARD_RETIRED"
    floor.load("cards", [CARD])
    floor.wait(1800)
    assert floor.fill().verdict.code == "CARD_FILLED"


def test_a_set_that_changes_no_card_touches_no_card() -> None:
    floor = Floor(cards=2)
    decision = floor.load("cards", [CARD, {**CARD, "id": "C2", "code": "X"}])
    assert "after" not in decision.events[0].body


def test_new_master_data_does_not_restart_the_lock_window() -> None:
    floor = Floor(cards=1)
    floor.empty()
    floor.wait(55)
    floor.load("cards", [{**CARD, "revision": 2}])
    floor.wait(10)
    assert floor.empty().verdict.code == "REFILL_NOT_SEEN"
    floor.wait(1735)
    assert kinds(floor.empty()) == ["card_filled", "card_emptied"]


def test_a_card_that_changes_its_loop_keeps_its_container() -> None:
    floor = Floor(cards=1)
    floor.load("loops", [LOOP, {**LOOP, "id": "LP-2", "item": "NUT-B", "quantity": "100"}])
    floor.load("cards", [{**CARD, "loop": "LP-2"}])
    assert floor.empty().events[0].body["mv"][0]["item"] == "NUT-B"
    floor.wait(1800)
    assert floor.fill().events[0].body["mv"][0]["qty"] == "100"
