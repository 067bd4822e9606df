"""Gateway and ERP by REST: the real store, writer and threads, the ERP's ledger in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from firmware_sim.erp.schema import connect_reader
from firmware_sim.faults import CLEAN, Toxics
from firmware_sim.identity import new_uuid7
from firmware_sim.port import wait_until
from gateway.store.verify import verify
from tests.sync.rest.conftest import RestFloor
from tests.sync.rig import GATEWAY, TIMEOUT_S, GatewayRig, rest_settings

CARDS = [f"K-{number:03d}" for number in range(40)]


def ledger(floor: RestFloor, query: str) -> list[tuple[Any, ...]]:
    reader = connect_reader(floor.erp.db)
    try:
        return reader.execute(query).fetchall()
    finally:
        reader.close()


def await_counted(floor: RestFloor, code: str, least: int = 1) -> None:
    assert wait_until(lambda: floor.gateway.count(code) >= least, TIMEOUT_S), floor.gateway.engine.status()


@pytest.mark.promise("R2")
def test_scans_reach_the_ledger_once_and_in_order(floor: RestFloor) -> None:
    for _ in range(3):
        floor.gateway.scan(*CARDS)
    floor.assert_exactly_once()
    floor.gateway.await_settled()


@pytest.mark.promise("R2")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda link: link.reset_all(),
        lambda link: link.set(Toxics(reset_chance=0.3)),
        lambda link: link.set(Toxics(cut_after_bytes=700)),
        lambda link: link.set(down=Toxics(cut_after_bytes=150)),
        lambda link: link.set(Toxics(slice_bytes=37)),
        lambda link: link.set(Toxics(latency_ms=30, jitter_ms=20)),
    ],
    ids=["reset", "reset by chance", "cut after 700 bytes", "cut in the answer", "slicer", "latency"],
)
def test_through_a_bad_link_everything_arrives_once(floor: RestFloor, spoil: Callable[[Any], None]) -> None:
    spoil(floor.link)
    for card in CARDS[:6]:
        floor.gateway.scan(card, *CARDS[6:12])
    floor.link.set(CLEAN)
    floor.link.reset_all()
    floor.assert_exactly_once()
    floor.gateway.await_settled()


@pytest.mark.promise("R2")
@pytest.mark.parametrize("when", ["before_commit", "after_commit"])
def test_an_erp_killed_around_its_commit_books_everything_once(floor: RestFloor, when: str) -> None:
    floor.erp.control(do="die", when=when)
    floor.gateway.scan(*CARDS)
    assert wait_until(lambda: not floor.erp.is_running, TIMEOUT_S)
    floor.erp.restart()
    floor.gateway.scan(*CARDS[:5])
    floor.assert_exactly_once()
    floor.gateway.await_settled()


@pytest.mark.parametrize("mischief", ["lose", "lower", "unknown_epoch", "repeat", "early"])
def test_false_and_lost_acknowledgements_settle_nothing_and_cost_nothing(floor: RestFloor, mischief: str) -> None:
    floor.erp.control(do=mischief, count=2)
    floor.gateway.scan(*CARDS)
    floor.assert_exactly_once()
    floor.gateway.await_settled()


def test_an_acknowledgement_with_another_hash_begins_a_new_epoch_and_nothing_is_booked_twice(floor: RestFloor) -> None:
    before = floor.gateway.epoch()
    floor.erp.control(do="lie", count=1)
    floor.gateway.scan(*CARDS)
    floor.gateway.await_warning("EPOCH_CHANGED")
    floor.gateway.await_settled()
    floor.assert_exactly_once()
    assert wait_until(lambda: floor.gateway.epoch() != before, TIMEOUT_S)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_a_busy_server_gets_the_same_key_again(floor: RestFloor, status: int) -> None:
    floor.erp.control(do="answer", status=status, count=2, headers={"Retry-After": "0"}, text="<html>busy</html>")
    floor.gateway.scan("K-001")
    floor.assert_exactly_once()
    floor.gateway.await_settled()
    await_counted(floor, "REST_AGAIN", 2)
    assert floor.counter("repeated_batches") == 0


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, "<html>It works!</html>"),
        (200, ""),
        (200, '{"v":1,"ok":true}'),
        (201, ""),
        (204, ""),
        (207, "{}"),
        (302, ""),
    ],
)
def test_what_is_no_acknowledgement_settles_nothing(floor: RestFloor, status: int, text: str) -> None:
    headers = {"Location": "http://127.0.0.1:1/"} if status == 302 else {}
    floor.erp.control(do="answer", status=status, count=1, headers=headers, text=text)
    floor.gateway.scan("K-001")
    await_counted(floor, "REST_AGAIN")
    floor.assert_exactly_once()
    floor.gateway.await_settled()


def test_409_in_progress_repeats_the_same_key(floor: RestFloor) -> None:
    body = orjson.dumps({"v": 1, "code": "in_progress", "msg": "a moment"}).decode()
    floor.erp.control(do="answer", status=409, count=2, text=body)
    floor.gateway.scan("K-001")
    floor.assert_exactly_once()
    await_counted(floor, "REST_WAIT", 2)


def test_a_refused_credential_stops_sending_until_a_fresh_one_is_there(floor: RestFloor, tmp_path: Path) -> None:
    floor.erp.control(do="token", token="secret")
    floor.gateway.scan("K-001")
    floor.gateway.await_warning("CREDENTIAL_REFUSED")
    assert not floor.gateway.is_settled()
    (tmp_path / "erp-token").write_text("secret")
    floor.assert_exactly_once()
    floor.gateway.await_settled()


@pytest.mark.parametrize(("status", "code"), [(404, "GATEWAY_UNKNOWN"), (410, "GATEWAY_RETIRED")])
def test_a_gateway_that_the_erp_does_not_want_keeps_everything_and_says_so(
    floor: RestFloor, status: int, code: str
) -> None:
    floor.erp.control(do="answer", status=status, count=1000)
    floor.erp.control(do="answer", status=status, count=1000, on="streams")
    floor.gateway.scan(*CARDS)
    floor.gateway.await_warning(code)
    assert not floor.gateway.is_settled()
    assert verify(floor.gateway.data_dir).is_ok


def test_413_halves_batches_until_they_fit(floor: RestFloor) -> None:
    floor.erp.control(do="limit", bytes=3000)
    floor.erp.control(do="stall", on=True)
    floor.gateway.scan("K-000")
    floor.gateway.scan(*CARDS)
    floor.erp.control(do="stall", on=False)
    floor.assert_exactly_once()
    floor.gateway.await_settled()
    await_counted(floor, "REST_SPLIT")
    assert floor.gateway.rows("SELECT * FROM fact WHERE kind='dropped'") == []


@pytest.mark.promise("R3")
@pytest.mark.parametrize("status", [400, 422])
def test_events_that_cannot_be_read_leave_tombstones_and_tasks_and_the_rest_goes_on(
    floor: RestFloor, status: int
) -> None:
    floor.erp.control(do="choke", card="K-007", status=status)
    floor.erp.control(do="choke", card="K-023", status=status)
    floor.gateway.scan(*CARDS)
    floor.gateway.await_settled()
    booked = ledger(floor, "SELECT seq, kind FROM event JOIN stream USING(stream) WHERE st='sig' ORDER BY seq")
    assert [seq for seq, _ in booked] == list(range(1, 41))  # no number is skipped (I6)
    stones = ledger(floor, "SELECT body FROM event WHERE kind='dropped' ORDER BY seq")
    dropped = [orjson.loads(body) for (body,) in stones]
    assert [stone["from"] for stone in dropped] == [8, 24]
    assert {stone["ref"] for stone in dropped} == {
        row[0] for row in floor.gateway.rows("SELECT id FROM fact WHERE kind='dropped'")
    }
    tasks = floor.gateway.rows("SELECT kind, card, text FROM resolve ORDER BY card")
    assert [(kind, card) for kind, card, _ in tasks] == [("dropped", "K-007"), ("dropped", "K-023")]
    assert verify(floor.gateway.data_dir).is_ok
    assert floor.gateway.count("ACK_OTHER_HISTORY") == 0


def test_after_a_tombstone_the_chain_goes_on_into_a_new_epoch(floor: RestFloor) -> None:
    floor.erp.control(do="choke", card="K-007", status=400)
    floor.erp.control(do="stall", on=True)
    floor.gateway.scan(*CARDS[:10])
    floor.erp.control(do="stall", on=False)
    floor.gateway.await_settled()
    floor.erp.control(do="lie", count=1)
    floor.gateway.scan(*CARDS[10:20])
    floor.gateway.await_warning("EPOCH_CHANGED")
    floor.gateway.await_settled()
    floor.gateway.scan("K-000")
    floor.gateway.await_settled()
    booked = ledger(floor, "SELECT count(*) FROM event JOIN stream USING(stream) WHERE st='sig' AND kind<>'dropped'")
    assert booked == [(20,)]


def test_an_erp_that_refuses_even_tombstones_costs_one_event_and_stops_the_stream(floor: RestFloor) -> None:
    floor.erp.control(do="answer", status=400, count=100_000, text="<html>who are you?</html>")
    floor.gateway.scan(*CARDS)
    text = floor.gateway.await_warning("BATCH_REFUSED:sig")
    assert "tombstone" in text
    assert len(floor.gateway.rows("SELECT * FROM fact WHERE kind='dropped'")) == 1
    assert not floor.gateway.is_settled()


def test_a_key_that_is_said_to_be_reused_is_not_sent_again(floor: RestFloor) -> None:
    body = orjson.dumps({"v": 1, "code": "key_reused", "msg": "known"}).decode()
    floor.erp.control(do="answer", status=422, count=1, text=body)
    floor.gateway.scan("K-001")
    floor.gateway.await_warning("BATCH_REFUSED:sig")
    assert not floor.gateway.is_settled()
    await_counted(floor, "REST_NEVER")
    floor.gateway.scan("K-002")
    assert floor.gateway.count("REST_NEVER") == 1
    assert floor.counter("batches") <= 1  # of sys: nothing of sig was taken


def test_commands_come_down_the_feed_once_and_their_results_go_up(floor: RestFloor) -> None:
    command = {"v": 1, "id": new_uuid7(), "name": "card_full", "body": {"card": "NOBODY", "cycle": 1}}
    floor.tell("cmd", command)
    floor.tell("cmd", {**command, "deadline": "2099-01-01T00:00:00Z"})  # the same id again: a redelivery
    await_counted(floor, "COMMAND_REFUSED")
    await_counted(floor, "COMMAND_DONE")
    floor.gateway.await_settled()
    rows = ledger(floor, "SELECT body FROM event WHERE kind='command_refused'")
    results = [orjson.loads(body) for (body,) in rows]
    assert [(result["ref"], result["result"]) for result in results] == [(command["id"], "UNKNOWN_CARD")]


def test_master_data_comes_with_the_first_page_and_is_not_fetched_twice(floor: RestFloor) -> None:
    assert wait_until(
        lambda: floor.gateway.rows("SELECT dataset, version FROM dataset ORDER BY dataset")[:1] != [], TIMEOUT_S
    )
    plant = {"items": [{"id": "SCREW-B", "name": "Another", "uom": "PCE"}]}
    floor.erp.control(do="plant", plant=plant)
    assert wait_until(
        lambda: floor.gateway.rows("SELECT id FROM master WHERE dataset='items'") == [("SCREW-B",)], TIMEOUT_S
    )


def test_a_cursor_that_is_gone_leads_to_a_snapshot(floor: RestFloor) -> None:
    floor.erp.control(do="forget_feed", gw=GATEWAY)
    floor.erp.control(do="plant", plant={"items": [{"id": "SCREW-C", "name": "Third", "uom": "PCE"}]})
    assert wait_until(
        lambda: floor.gateway.rows("SELECT id FROM master WHERE dataset='items'") == [("SCREW-C",)], TIMEOUT_S
    )


def test_wrong_items_in_the_feed_are_told_and_the_others_taken(floor: RestFloor) -> None:
    floor.tell("nonsense", {"v": 1})
    floor.tell("cmd", {"v": 1, "id": "no uuid", "name": "card_full"})
    floor.tell(
        "stock", {"v": 1, "dataset": "stock", "version": 1, "rows": [{"item": "A", "location": "L", "qty": 1.5}]}
    )
    floor.tell("cmd", {"v": 1, "id": new_uuid7(), "name": "card_full", "body": {"card": "NOBODY", "cycle": 1}})
    await_counted(floor, "MALFORMED", 3)
    await_counted(floor, "COMMAND_REFUSED")


def test_late_outcomes_of_parked_events_come_by_the_feed(floor: RestFloor) -> None:
    floor.erp.control(do="park", code="PERIOD_CLOSED", count=1)
    floor.gateway.scan("K-001")
    floor.gateway.await_settled()
    floor.erp.control(do="settle", outcome="rejected", code="PERIOD_CLOSED", msg="too late")
    assert wait_until(lambda: floor.gateway.rows("SELECT code FROM resolve") == [("PERIOD_CLOSED",)], TIMEOUT_S)


def test_a_restart_of_the_gateway_goes_on_behind_the_last_page(floor: RestFloor, tmp_path: Path) -> None:
    floor.gateway.scan(*CARDS)
    floor.gateway.stop()
    command = {"v": 1, "id": new_uuid7(), "name": "card_full", "body": {"card": "NOBODY", "cycle": 1}}
    floor.tell("cmd", command)
    with GatewayRig(floor.gateway.data_dir, rest_settings(floor.link.port)) as again:
        again.scan("K-000")
        again.await_settled()
        assert wait_until(lambda: again.count("COMMAND_REFUSED") == 1, TIMEOUT_S)
        again.await_settled()


@pytest.mark.promise("R2")
def test_an_erp_that_lost_what_it_had_acknowledged_is_found_out_at_the_next_handshake(
    floor: RestFloor, tmp_path: Path
) -> None:
    floor.gateway.scan(*CARDS)
    floor.gateway.await_settled()
    floor.erp.kill()
    lost = ("erp.db", "erp.db-wal", "erp.db-shm", "erp.feed", "erp.feed-wal", "erp.feed-shm")
    for name in lost:
        (tmp_path / name).unlink(missing_ok=True)
    floor.erp.start()
    floor.gateway.scan("K-000")
    text = floor.gateway.await_warning("ACK_WENT_BACK")
    assert "restored from a backup" in text
    assert len(floor.gateway.sent_ids()) == len(CARDS) + 1  # all of it is in the journal
    assert verify(floor.gateway.data_dir).is_ok
