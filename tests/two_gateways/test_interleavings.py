"""Two gateways that do not hear of each other, one card, every order (K3, K4): real stores, the ERP's ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.two_gateways.pair import A, B, Bin, Pair
from tests.two_gateways.table import act, is_possible, stories, try_all

SHORT, LONG = 3, 4


@pytest.mark.decision("K3")
@pytest.mark.promise("R2")
def test_in_three_steps_each_emptying_is_one_order_and_each_filling_one_receipt() -> None:
    tally = try_all(stories(SHORT))
    assert tally.tried > 200
    assert tally.failures == []


@pytest.mark.slow
@pytest.mark.decision("K3")
@pytest.mark.promise("R2")
def test_in_four_steps_each_emptying_is_one_order_and_each_filling_one_receipt() -> None:
    tally = try_all(stories(LONG))
    assert tally.tried > 1000
    assert tally.failures == []
    assert tally.counts["asked"] < tally.tried / 100


@pytest.mark.decision("K3")
def test_without_synchronised_clocks_everybody_agrees_and_a_person_is_asked_where_it_may_be_wrong() -> None:
    tally = try_all(stories(SHORT), known="unsynced")
    assert tally.tried > 200
    assert tally.failures == []
    assert tally.counts["asked"] > 0


def _told(tmp_path: Path, *story: str, known: str = "ntp:5ms") -> tuple[Pair, Bin]:
    pair, one = Pair(tmp_path, 1, known=known), Bin(1)
    for word in story:
        act(pair, one, word)
    return pair, one


@pytest.mark.decision("K4")
def test_K4_the_same_emptying_told_by_both_is_one_order(tmp_path: Path) -> None:
    pair, one = _told(tmp_path, "Ae", "Be", "As", "Bs")
    pair.sync_all()
    assert pair.office.rows("SELECT key, gw FROM purchase") == [("card/P1/C1/1/empty", A)]
    assert pair.office.rows("SELECT outcome FROM event WHERE kind='card_emptied' ORDER BY rowid") == [
        ("applied",), ("superseded",),
    ]  # fmt: skip
    assert pair.wrongs(one) == []
    pair.close()


@pytest.mark.decision("K3")
def test_K3_an_emptying_under_an_old_number_is_the_next_order_when_a_full_lies_between(tmp_path: Path) -> None:
    pair, _ = _told(tmp_path, "Ae", "Af", "Be", "As", "Bs")
    pair.sync_all()
    assert [key for (key,) in pair.office.rows("SELECT key FROM purchase ORDER BY doc")] == [
        "card/P1/C1/1/empty", "card/P1/C1/2/empty",
    ]  # fmt: skip
    again = pair.boxes[B].rows("SELECT body ->> '$.ref', body ->> '$.at.q' FROM journal"
                               " WHERE body ->> '$.key'='card/P1/C1/2/empty'")  # fmt: skip
    assert again[0][0] is not None
    assert again[0][1] == "ntp:5ms"
    pair.close()


@pytest.mark.decision("K3")
def test_K3_an_emptying_before_the_full_that_the_erp_has_is_no_second_order(tmp_path: Path) -> None:
    pair, one = _told(tmp_path, "Ae", "Be", "Af", "As", "Bs")
    pair.sync_all()
    assert pair.office.rows("SELECT key, state FROM purchase") == [("card/P1/C1/1/empty", "closed")]
    assert pair.wrongs(one) == []
    pair.close()


@pytest.mark.decision("K3")
def test_K3_a_filling_under_an_old_number_is_the_receipt_of_the_open_order(tmp_path: Path) -> None:
    pair, one = _told(tmp_path, "Ae", "As", "Bs", "Af", "Ae", "Bf", "As", "Bs")
    pair.sync_all()
    assert pair.boxes[A].is_full(one.card)
    assert pair.wrongs(one) == []
    pair.close()


@pytest.mark.decision("K2")
def test_K2_holds_between_gateways_an_emptying_long_after_the_open_one_is_the_next(tmp_path: Path) -> None:
    pair, one = _told(tmp_path, "Ae", "As", "Af", "Be", "Bs")
    assert len(pair.office.rows("SELECT key FROM purchase")) == 2  # nobody has told of the FULL yet
    pair.sync_all()
    assert pair.wrongs(one) == []
    pair.close()


def test_a_full_at_the_other_gateway_ends_the_order(tmp_path: Path) -> None:
    pair, one = _told(tmp_path, "Ae", "As", "Bs", "Bf", "Bs", "As")
    assert pair.office.rows("SELECT state FROM purchase") == [("closed",)]
    assert pair.wrongs(one) == []
    pair.close()


def test_an_undo_of_what_was_superseded_gives_nothing_back(tmp_path: Path) -> None:
    pair, one = _told(tmp_path, "Be", "Bs")
    pair.world.pass_time(10_000)
    act(pair, one, "Ae")
    act(pair, one, "Au")
    one.is_full, one.emptyings = False, 1  # the bin is empty, whatever the person at A thought
    pair.sync_all()
    assert pair.wrongs(one) == []
    pair.close()


@pytest.mark.decision("K7")
def test_K7_what_a_snapshot_says_already_is_not_taken_back_again_when_its_answer_was_lost(tmp_path: Path) -> None:
    pair, one = _told(tmp_path, "Ae", "Be", "As")
    pair.office.mischief.arm("lose", 1)
    act(pair, one, "Bs")  # the snapshot comes, that B was superseded does not
    assert pair.boxes[B].stock(one.item, "LINE3") == 0
    pair.world.pass_time(120_000)
    pair.sync_all()
    assert pair.boxes[B].rows("SELECT count(*) FROM journal WHERE body ->> '$.t'='card_superseded'") == [(1,)]
    assert pair.wrongs(one) == []
    pair.close()


@pytest.mark.decision("K10")
def test_K10_another_gateway_releases_singly_once_a_card_is_too_old(tmp_path: Path) -> None:
    pair = Pair(tmp_path, 1, trigger_point=3, max_wait_s=3600, deciding_gateway=A)
    act(pair, Bin(1), "Be")
    box = pair.boxes[B]
    for minutes, waits in ((59, "WAIT"), (2, "EMPTY")):  # the deciding gateway gets a minute more
        pair.world.pass_time(minutes * 60_000)
        box.writer.turn(0.0)
        assert box.card("C1").state == waits
    pair.sync_all()
    assert pair.office.rows("SELECT key FROM purchase") == [("card/P1/C1/1/release",)]
    assert pair.boxes[A].card("C1").state == "EMPTY"
    pair.close()


def test_the_table_knows_what_people_can_do() -> None:
    assert is_possible(("Ae", "Af", "Bf"))
    assert is_possible(("Ae", "Au", "As", "Bs", "Be"))
    assert not is_possible(("Af",))  # nobody filled it
    assert not is_possible(("Au",))
    assert not is_possible(("Ae", "Be", "Au"))
    assert len(list(stories(2))) == 42
