"""The ERP's ledger against batches made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from firmware_sim.chain import START
from firmware_sim.erp.book import Place
from firmware_sim.erp.ledger import Ledger
from firmware_sim.erp.mischief import Mischief, Ruling
from firmware_sim.identity import new_uuid7
from tests.floor.by_hand import BIRTH, EPOCH, GW, Stream, emptied, filled

LINE3: Place = ("SCREW-A", "LINE3", "available", "")


@pytest.fixture
def mischief() -> Mischief:
    return Mischief()


@pytest.fixture
def ledger(tmp_path: Path, mischief: Mischief) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "ledger.db", mischief=mischief)
    assert ledger.greet(GW, EPOCH, BIRTH, is_online=True)
    yield ledger
    ledger.close()


@pytest.fixture
def sig() -> Stream:
    return Stream()


def orders(ledger: Ledger) -> list[tuple[str, str]]:
    return ledger.db.execute("SELECT key, state FROM purchase ORDER BY doc").fetchall()


def test_a_batch_becomes_one_order_stock_and_card_state(ledger: Ledger, sig: Stream) -> None:
    applied = ledger.apply([sig.batch(emptied("C1", 1, qty="2.50"), filled("C2", 4))])
    ack = applied.acks[GW, "sig"]
    assert (ack.cum, ack.hash, ack.dispositions, ack.gap) == (2, sig.hashes[2], [], False)
    assert orders(ledger) == [("card/P1/C1/1/empty", "open")]
    assert ledger.clerk.book.stock[LINE3] == Decimal("37.50")
    assert ledger.db.execute("SELECT card, state, cycle FROM card ORDER BY card").fetchall() == [
        ("C1", "EMPTY", 1), ("C2", "FULL", 4),
    ]  # fmt: skip


def test_a_full_closes_the_order_of_its_cycle(ledger: Ledger, sig: Stream) -> None:
    ledger.apply([sig.batch(emptied("C1", 1)), sig.batch(filled("C1", 1))])
    assert orders(ledger) == [("card/P1/C1/1/empty", "closed")]


def test_a_batch_that_comes_again_changes_nothing_and_is_acknowledged_again(ledger: Ledger, sig: Stream) -> None:
    batch = sig.batch(emptied("C1", 1))
    first, again = ledger.apply([batch]), ledger.apply([batch, batch])
    assert again.acks == first.acks
    assert ledger.clerk.book.stock[LINE3] == -40
    assert len(orders(ledger)) == 1


def test_a_batch_cut_differently_is_taken_from_where_the_ledger_stands(ledger: Ledger) -> None:
    events = [emptied(f"C{n}", 1) for n in range(4)]
    ledger.apply([Stream().batch(*events[:3])])
    recut = Stream()
    assert ledger.apply([recut.batch(*events)]).acks[GW, "sig"].cum == 4
    assert len(orders(ledger)) == 4


def test_a_gap_is_not_taken_and_the_answer_asks_for_what_is_missing(ledger: Ledger, sig: Stream) -> None:
    sig.batch(emptied("C1", 1))
    ack = ledger.apply([sig.batch(emptied("C2", 1))]).acks[GW, "sig"]
    assert (ack.cum, ack.hash, ack.gap) == (0, START, True)
    assert orders(ledger) == []


def test_a_batch_whose_hash_does_not_follow_from_ours_is_not_taken(ledger: Ledger, sig: Stream) -> None:
    ledger.apply([sig.batch(emptied("C1", 1))])
    other_history = Stream()
    other_history.batch(emptied("C9", 1))
    ack = ledger.apply([other_history.batch(emptied("C2", 1))]).acks[GW, "sig"]
    assert (ack.cum, ack.hash) == (1, sig.hashes[1])
    assert ledger.counters["hash_mismatches"] == 1
    assert len(orders(ledger)) == 1


def test_batches_of_an_unknown_epoch_or_environment_wait_for_a_birth(ledger: Ledger, sig: Stream) -> None:
    stranger = Stream(ep="01K9ZQ0000000000000000000B")
    assert ledger.apply([stranger.batch(emptied("C1", 1)), sig.batch(emptied("C2", 1), env="test")]).acks == {}
    assert orders(ledger) == []


def test_an_id_under_a_new_epoch_is_a_duplicate_with_its_new_number(ledger: Ledger, sig: Stream) -> None:
    event = emptied("C1", 1)
    ledger.apply([sig.batch(event)])
    assert ledger.greet(GW, "NEW", "birth-2", is_online=True)
    applied = ledger.apply([Stream(ep="NEW").batch(event, emptied("C2", 1))])
    told = applied.acks[GW, "sig"].dispositions
    assert [(one["n"], one["s"], one["id"], one["c"]) for one in told] == [(1, 1, event["id"], "duplicate")]
    assert applied.corrected == {GW}
    assert len(orders(ledger)) == 2


def test_an_id_that_was_rejected_hears_the_same_answer_under_a_new_epoch(
    ledger: Ledger, sig: Stream, mischief: Mischief
) -> None:
    mischief.decree(Ruling("rejected", "PERIOD_CLOSED"))
    event = emptied("C1", 1)
    ledger.apply([sig.batch(event)])
    ledger.greet(GW, "NEW", "birth-2", is_online=True)
    told = ledger.apply([Stream(ep="NEW").batch(event)]).acks[GW, "sig"].dispositions
    assert [(one["n"], one["c"], one.get("code")) for one in told] == [
        (1, "rejected", "PERIOD_CLOSED"), (2, "rejected", "PERIOD_CLOSED"),
    ]  # fmt: skip


def test_the_same_need_under_another_id_is_superseded_and_told_what_followed(ledger: Ledger, sig: Stream) -> None:
    ledger.greet("L3-08", "E8", "birth-8", is_online=True)
    ledger.apply([Stream(gw="L3-08", ep="E8").batch(emptied("C1", 17), filled("C1", 17))])
    told = ledger.apply([sig.batch(emptied("C1", 17))]).acks[GW, "sig"].dispositions
    assert told[0]["c"] == "superseded"
    assert told[0]["by"] == {"gw": "L3-08", "w": "2026-11-22T03:57:55.831Z"}
    assert told[0]["now"] == {"cycle": 17, "state": "FULL", "w": "2026-11-22T04:57:55.831Z"}
    assert len(orders(ledger)) == 1
    assert ledger.clerk.book.stock[LINE3] == 0


def test_a_rival_made_to_order_supersedes_a_real_event(ledger: Ledger, sig: Stream, mischief: Mischief) -> None:
    mischief.decree(Ruling("superseded", then_full=True))
    told = ledger.apply([sig.batch(emptied("C1", 3))]).acks[GW, "sig"].dispositions
    assert (told[0]["c"], told[0]["now"]) == ("superseded", {"cycle": 3, "state": "FULL", "w": told[0]["now"]["w"]})
    assert orders(ledger) == [("card/P1/C1/3/empty", "closed")]


def test_a_refused_posting_leaves_card_and_order_standing(ledger: Ledger, sig: Stream, mischief: Mischief) -> None:
    mischief.decree(Ruling("rejected", "PERIOD_CLOSED", of="posting"))
    told = ledger.apply([sig.batch(emptied("C1", 1))]).acks[GW, "sig"].dispositions
    assert (told[0]["c"], told[0]["code"], told[0]["of"]) == ("rejected", "PERIOD_CLOSED", "posting")
    assert len(orders(ledger)) == 1
    assert LINE3 not in ledger.clerk.book.stock


def test_a_refused_status_leaves_nothing(ledger: Ledger, sig: Stream, mischief: Mischief) -> None:
    mischief.decree(Ruling("rejected", "CARD_BLOCKED", of="status", card="C1"))
    ledger.apply([sig.batch(emptied("C1", 1), emptied("C2", 1))])
    assert [key for key, _ in orders(ledger)] == ["card/P1/C2/1/empty"]
    assert "C1" not in ledger.clerk.book.cards


def test_an_unusable_quantity_is_refused_without_stopping_the_stream(ledger: Ledger, sig: Stream) -> None:
    ack = ledger.apply([sig.batch(emptied("C1", 1, qty="many"), emptied("C2", 1))]).acks[GW, "sig"]
    assert (ack.cum, [one["code"] for one in ack.dispositions]) == (2, ["BAD_QUANTITY"])


def test_a_parked_event_takes_effect_when_it_is_settled(ledger: Ledger, sig: Stream, mischief: Mischief) -> None:
    mischief.decree(Ruling("parked"))
    event = emptied("C1", 1)
    assert ledger.apply([sig.batch(event)]).acks[GW, "sig"].dispositions[0]["c"] == "parked"
    assert orders(ledger) == []
    told = ledger.settle("applied").acks[GW, "sig"].dispositions
    assert [(one["n"], one["id"], one["c"]) for one in told] == [
        (1, event["id"], "parked"),
        (2, event["id"], "applied"),
    ]
    assert len(orders(ledger)) == 1


def test_dispositions_are_repeated_until_the_gateway_confirms_them(
    ledger: Ledger, sig: Stream, mischief: Mischief
) -> None:
    mischief.decree(Ruling("rejected", "X", count=3))
    ledger.apply([sig.batch(*(emptied(f"C{n}", 1) for n in range(3)))])
    assert [one["n"] for one in ledger.ack(GW, "sig").dispositions] == [1, 2, 3]
    ledger.apply([sig.batch(emptied("C8", 1), dn=2)])
    assert [one["n"] for one in ledger.ack(GW, "sig").dispositions] == [3]
    ledger.apply([sig.batch(emptied("C9", 1), dn=0)])  # a gateway restored from an old image
    assert [one["n"] for one in ledger.ack(GW, "sig").dispositions] == [1, 2, 3]


def test_an_order_is_confirmed_by_a_command_that_stays_open_until_its_result(tmp_path: Path, sig: Stream) -> None:
    ledger = Ledger(tmp_path / "confirming.db", confirm_orders=True)
    ledger.greet(GW, EPOCH, BIRTH, is_online=True)
    [(gw, command)] = ledger.apply([sig.batch(emptied("C1", 1))]).commands
    assert (gw, command["name"]) == (GW, "order_confirmed")
    assert command["body"] == {"key": "card/P1/C1/1/empty", "doc": "PO-0000001"}
    assert ledger.open_commands(GW) == [command]
    done = {"id": new_uuid7(), "t": "command_done", "ref": command["id"], "w": ""}
    ledger.apply([Stream("res").batch(done)])
    assert ledger.open_commands(GW) == []
    ledger.close()


def test_a_reopened_ledger_goes_on_where_it_stopped(tmp_path: Path, sig: Stream) -> None:
    first = Ledger(tmp_path / "kept.db")
    first.greet(GW, EPOCH, BIRTH, is_online=True)
    first.apply([sig.batch(emptied("C1", 1))])
    first.close()
    second = Ledger(tmp_path / "kept.db")
    assert not second.greet(GW, EPOCH, "birth-2", is_online=True)
    assert second.apply([sig.batch(emptied("C2", 1))]).acks[GW, "sig"].cum == 2
    assert second.clerk.book.stock[LINE3] == -80
    assert [key for key, _ in orders(second)] == ["card/P1/C1/1/empty", "card/P1/C2/1/empty"]
    second.close()


def test_the_death_of_an_older_connection_says_nothing_about_this_one(ledger: Ledger) -> None:
    ledger.greet(GW, EPOCH, "birth-2", is_online=True)
    ledger.greet(GW, EPOCH, BIRTH, is_online=False)
    assert ledger.db.execute("SELECT online FROM gateway").fetchone() == (1,)


def test_a_call_for_help_is_kept_until_it_is_taken_back_and_books_nothing(ledger: Ledger, sig: Stream) -> None:
    query = "SELECT gw, station, call, state FROM andon ORDER BY rowid"
    call = {"t": "andon_called", "sta": "S1", "loc": "LINE3", "call": "maintenance", "w": "2026-11-22T08:00:00.000Z"}
    first, later = ({**call, "id": new_uuid7()} for _ in range(2))
    other = {**call, "id": new_uuid7(), "call": "purchasing"}
    applied = ledger.apply([sig.batch(first, later, other)])
    assert (applied.acks[GW, "sig"].cum, applied.acks[GW, "sig"].dispositions) == (3, [])
    assert [row[3] for row in ledger.db.execute(query)] == ["open", "open", "open"]
    ledger.apply([sig.batch({**call, "id": new_uuid7(), "t": "andon_ended", "ref": later["id"]})])
    assert [tuple(row) for row in ledger.db.execute(query)] == [
        (GW, "S1", "maintenance", "ended"), (GW, "S1", "maintenance", "ended"), (GW, "S1", "purchasing", "open"),
    ]  # fmt: skip
    assert (orders(ledger), dict(ledger.clerk.book.stock)) == ([], {})
