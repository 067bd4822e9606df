"""Cards that are not simply in use, prints that are not valid, codes that are not ours."""

from __future__ import annotations

import pytest

from gateway.model import Action, Status
from tests.kanban.floor import DOCK, LINE, LOOP, OTHER, STORE, Floor, kinds


def with_life(life: str) -> Floor:
    return Floor(cards=1, card={"life": life})


@pytest.mark.decision("K15")
def test_K15_an_older_print_is_refused_with_use_the_new_card() -> None:
    floor = Floor(card={"revision": 3})
    decision = floor.empty(revision=2)
    assert (decision.verdict.status, decision.verdict.code) == (Status.REFUSED, "OLD_PRINT")
    assert "use the new card" in decision.verdict.text
    assert (floor.last("scan_refused")["got"], floor.last("scan_refused")["expected"]) == ("2", "3")
    assert floor.empty(revision=3).verdict.code == "CARD_EMPTIED"


@pytest.mark.decision("K15")
def test_K15_a_reprint_keeps_the_card_and_its_circulation() -> None:
    floor = Floor(cards=1)
    floor.empty(revision=1)
    floor.load("cards", [{"id": "C1", "loop": "LP-1", "revision": 2}])
    assert (floor.state(), floor.orders()) == ("EMPTY", ["card/P1/C1/1/empty"])
    floor.wait(1800)
    assert floor.fill(revision=1).verdict.code == "OLD_PRINT"
    assert floor.fill(revision=2).verdict.code == "CARD_FILLED"


@pytest.mark.decision("K15")
def test_K15_a_newer_print_than_we_know_of_is_accepted() -> None:
    assert Floor().empty(revision=9).verdict.code == "CARD_EMPTIED"


@pytest.mark.parametrize("life", ["OBSOLETE", "REMOVED", "CLOSED"])
def test_2_6_a_retired_card_goes_into_the_collect_box(life: str) -> None:
    floor = with_life(life)
    for station in (LINE, DOCK):
        decision = floor.scan("C1", station)
        assert (decision.verdict.status, decision.verdict.code) == (Status.REFUSED, "CARD_RETIRED")
        assert "collect box" in decision.verdict.text
        assert "raw" in floor.last("scan_refused")
    assert floor.orders() == []


def test_2_6_a_lost_card_that_turns_up_is_a_task() -> None:
    floor = with_life("LOST")
    assert floor.empty().verdict.code == "LOST_CARD_FOUND"
    assert floor.view.tasks["found/C1"]["station"] == LINE


def test_2_4_only_active_cards_signal() -> None:
    for life in ("NEW", "HOLD", "SURPLUS", "OBSOLETE", "REMOVED", "LOST", "CLOSED"):
        floor = with_life(life)
        assert floor.empty().verdict.status is Status.REFUSED, life
        assert (floor.state(), floor.orders()) == ("FULL", []), life


def test_2_4_hold_means_hold_at_the_next_full() -> None:
    floor = Floor(cards=1)
    floor.empty()
    floor.load("cards", [{"id": "C1", "loop": "LP-1", "life": "HOLD"}])
    floor.wait(1800)
    assert floor.fill().verdict.code == "CARD_FILLED"
    floor.wait(1800)
    assert floor.empty().verdict.code == "CARD_HOLD"
    assert floor.orders() == []


def test_2_6_more_cards_than_the_loop_allows_are_surplus() -> None:
    floor = Floor(cards=0)
    floor.load("loops", [{**LOOP, "cards": 2}])
    floor.load("cards", [{"id": f"C{n}", "loop": "LP-1"} for n in range(1, 5)])
    assert [floor.view.cards[f"C{n}"].life for n in range(1, 5)] == ["ACTIVE", "ACTIVE", "SURPLUS", "SURPLUS"]
    assert "C3, C4" in floor.view.tasks["cards/check"]["msg"]
    assert floor.empty("C3").verdict.code == "CARD_SURPLUS"


def test_a_card_nobody_knows_is_refused_and_kept() -> None:
    floor = Floor()
    assert floor.scan("C99", LINE).verdict.code == "UNKNOWN_CARD"
    assert floor.last("scan_refused")["card"] == "C99"


def test_2_6_an_unknown_code_is_refused_and_never_matched_by_its_part() -> None:
    floor = Floor(cards=1, card={"code": "KB000123"})
    for code in ("KB00012", "B000123", "KB000123 ", "kb000123", "KB0001234", ""):
        decision = floor.scan("", LINE, code=code)
        assert (decision.verdict.status, decision.verdict.code) == (Status.REFUSED, "UNKNOWN_CODE")
    assert floor.scan("", LINE, code="KB000123").verdict.code == "CARD_EMPTIED"


def test_the_group_of_a_customers_pattern_may_be_a_card_or_its_printed_code() -> None:
    floor = Floor(cards=1, card={"code": "000123"})
    assert floor.scan("000123", LINE, code="000123").verdict.code == "CARD_EMPTIED"
    floor.wait(1800)
    assert floor.scan("C1", DOCK, code="C1").verdict.code == "CARD_FILLED"


def test_a_card_whose_loop_is_not_known_is_refused_until_it_is() -> None:
    floor = Floor(cards=0)
    floor.load("cards", [{"id": "C1", "loop": "LP-1"}])
    assert floor.empty().verdict.code == "UNKNOWN_LOOP"
    floor.load("loops", [LOOP])
    assert floor.empty().verdict.code == "CARD_EMPTIED"


def test_a_loop_that_vanished_refuses_its_cards_and_tells_a_person() -> None:
    floor = Floor()
    floor.empty()
    floor.load("loops", [])
    assert floor.view.tasks["loops/LP-1"]["code"] == "LOOP_REMOVED"
    floor.wait(1800)
    assert floor.fill().verdict.code == "UNKNOWN_LOOP"
    assert (floor.state(), len(floor.orders())) == ("EMPTY", 1)
    floor.load("loops", [LOOP])
    assert floor.fill().verdict.code == "CARD_FILLED"


@pytest.mark.parametrize(
    ("station", "action", "right"),
    [
        (OTHER, Action.SCAN, "LINE3 (station L3-S1)"),
        (OTHER, Action.EMPTY, "LINE3 (station L3-S1)"),
        (OTHER, Action.WITHDRAW, "LINE3 (station L3-S1)"),
        (OTHER, Action.FULL, "LINE3 (station L3-S2)"),
        (STORE, Action.EMPTY, "LINE3 (station L3-S1)"),
        (LINE, Action.SHIP, "SUPERMARKET (station L3-S3)"),
        (DOCK, Action.START, "SUPERMARKET (station L3-S3)"),
        (LINE, Action.RELEASE, "SUPERMARKET (station L3-S3)"),
    ],
)
def test_2_6_wrong_station_is_refused_and_the_right_one_named(station: str, action: Action, right: str) -> None:
    floor = Floor()
    decision = floor.scan("C1", station, action)
    assert (decision.verdict.status, decision.verdict.code) == (Status.REFUSED, "WRONG_STATION")
    assert right in decision.verdict.text
    assert kinds(decision) == ["scan_refused"]
    assert floor.view.all_stock() == {}


def test_2_6_wrong_station_is_a_matter_of_its_role_too() -> None:
    floor = Floor(source="LINE3")
    decision = floor.scan("C1", LINE, Action.SHIP)
    assert decision.verdict.code == "WRONG_STATION"


def test_a_place_without_a_station_of_ours_is_named_by_its_location() -> None:
    floor = Floor(consumer="LINE9")
    assert floor.empty().verdict.text.endswith("belongs to LINE9.")


def test_an_unconfigured_station_is_refused() -> None:
    assert Floor().scan("C1", "NOWHERE").verdict.code == "UNKNOWN_STATION"
