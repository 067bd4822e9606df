"""What one commit stores, and in what order it answers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.decide import Decider
from gateway.errors import BusyError
from gateway.model import Action, Command, MasterData, Outcome, Status
from gateway.stations.station import Station
from gateway.store.chain import ZERO_HASH, stream_hash
from gateway.store.outbox import OutboxReader
from gateway.store.verify import verify
from gateway.store.writer import Limits, Request
from tests.store.rig import HandClock, Rig


def test_a_scan_is_journal_row_projection_and_outbox_row_in_one_transaction(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    (outcome,) = rig.scan("K-1")
    assert outcome.verdict.code == "CARD_EMPTIED"
    assert rig.rows("SELECT state,cycle FROM card") == [("EMPTY", 1)]
    assert rig.rows("SELECT quantity FROM stock") == [(-40_000_000,)]
    assert rig.rows("SELECT stream,seq,jseq FROM outbox WHERE stream='sig'") == [("sig", 1, outcome.seqs[0])]
    assert rig.rows("SELECT key FROM signal") == [("card/P1/K-1/1/empty",)]
    rig.close()
    assert verify(tmp_path).findings == []


def test_two_scans_of_one_card_in_one_batch_see_each_other(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    codes = [outcome.verdict.code for outcome in rig.scan("K-1", "K-1", "K-1")]
    assert codes == ["CARD_EMPTIED", "CARD_FILLED", "CARD_EMPTIED"]
    rig.close()
    assert verify(tmp_path).is_ok


def test_a_raising_scan_in_the_middle_of_a_batch_costs_only_itself(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    outcomes = rig.scan("K-1", "BAD", "K-2")
    assert [outcome.verdict.status for outcome in outcomes] == [Status.OK, Status.FAILED, Status.OK]
    (body,) = rig.rows("SELECT body FROM journal WHERE body ->> '$.t'='scan_failed'")
    assert json.loads(str(body[0]))["raw"]["b"] == "QkFE"
    assert rig.rows("SELECT seq FROM outbox WHERE stream='sig' ORDER BY seq") == [(1,), (2,)]
    rig.close()
    assert verify(tmp_path).is_ok


def test_the_same_read_submitted_twice_is_one_event(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    scan = rig.read("K-1")
    first, again = rig.writer.step([Request(scan), Request(scan)])
    assert (first.verdict.code, again.verdict.code) == ("CARD_EMPTIED", "ALREADY_STORED")
    assert rig.rows("SELECT state FROM card") == [("EMPTY",)]
    assert rig.scan("K-1")[0].verdict.code == "CARD_FILLED"
    rig.close()
    assert verify(tmp_path).is_ok


def test_answers_come_after_the_commit_is_visible_to_another_connection(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    reader = OutboxReader(rig.store.database)
    heads: list[int] = []

    def done(outcome: Outcome) -> None:
        heads.append(reader.streams()["sig"].head)

    rig.writer.step([Request(rig.read("K-1"), done), Request(rig.read("K-2"), done)])
    assert heads == [2, 2]
    reader.close()
    rig.close()


def test_an_answer_that_raises_does_not_keep_the_others_from_theirs(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    told: list[str] = []

    def broken(outcome: Outcome) -> None:
        raise RuntimeError("the scanner is gone")

    rig.writer.step([Request(rig.read("K-1"), broken), Request(rig.read("K-2"), lambda o: told.append(o.verdict.code))])
    assert told == ["CARD_EMPTIED"]
    rig.close()


def test_a_full_queue_refuses_at_once(tmp_path: Path) -> None:
    rig = Rig(tmp_path, limits=Limits(queue=2))
    rig.writer.submit(rig.read("K-1"))
    rig.writer.submit(rig.read("K-2"))
    with pytest.raises(BusyError, match="2 reads wait"):
        rig.writer.submit(rig.read("K-3"))
    rig.close()


def test_group_commit_takes_what_is_queued_up_to_its_limit(tmp_path: Path) -> None:
    rig = Rig(tmp_path, limits=Limits(batch=3))
    done: list[int] = []
    for number in range(5):
        rig.writer.submit(rig.read(f"K-{number}"), lambda outcome: done.append(outcome.seqs[0]))
    rig.writer.turn(0.0)
    assert len(done) == 3
    rig.writer.turn(0.0)
    assert len(done) == 5
    rig.close()


def test_the_stream_hash_follows_the_wire_contract(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.scan("K-1", "K-2")
    reader = OutboxReader(rig.store.database)
    window = reader.window("sig", 0, 500, 131_072)
    assert window is not None
    digest = ZERO_HASH
    for seq, raw in enumerate(window.events, 1):
        event = json.loads(raw)
        assert event.pop("s") == seq
        canonical = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        digest = stream_hash(digest, seq, canonical)
    assert digest == window.hash == reader.streams()["sig"].head_hash
    reader.close()
    rig.close()


def test_a_signal_is_open_again_with_its_document_when_the_full_that_closed_it_is_undone(tmp_path: Path) -> None:
    rig = Rig(tmp_path, decide=Decider({"S1": Station("S1", "consume", "LINE3")}))
    loop = {
        "id": "LP-1", "item": "SCREW-A", "quantity": "40", "uom": "PCE", "cards": 1, "consumer": "LINE3",
        "source": "STORE", "replenishment_s": 100, "on_empty": "issue", "on_full": "receipt",
    }  # fmt: skip
    rig.writer.step([Request(MasterData("loops", 1, "a", (loop,)))])
    rig.writer.step([Request(MasterData("cards", 1, "a", ({"id": "K-1", "loop": "LP-1"},)))])
    key = "card/P1/K-1/1/empty"
    open_signal = [(key, 40_000_000, "PO-7")]
    signals = "SELECT key,quantity,doc FROM signal"

    def act(action: Action) -> None:
        assert isinstance(rig.clock, HandClock)
        rig.clock.pass_time(60_000)
        scan = replace(rig.read("K-1"), action=action)
        assert rig.writer.step([Request(scan)])[0].verdict.is_good

    act(Action.EMPTY)
    rig.writer.step([Request(Command("c-1", "order_confirmed", {"key": key, "doc": "PO-7"}))])
    assert rig.rows(signals) == open_signal
    act(Action.FULL)
    assert rig.rows(signals) == []
    act(Action.UNDO)
    assert rig.rows(signals) == open_signal
    act(Action.FULL)
    assert rig.rows(signals) == []
    rig.close()
    assert verify(tmp_path).findings == []
