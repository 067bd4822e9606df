"""Acknowledgements: what is deleted, what is refused, when a new epoch begins."""

from __future__ import annotations

from pathlib import Path

from gateway.model import Acknowledgement, Decision, Intake, Outcome, Status, StockSnapshot, Verdict
from gateway.store.chain import ZERO_HASH
from gateway.store.outbox import OutboxReader
from gateway.store.verify import verify
from gateway.store.writer import SETTLE_DELAY_MS
from gateway.view import View
from tests.store.rig import HandClock, Rig, toggle


def _hash_at(rig: Rig, seq: int) -> bytes:
    digest = rig.rows(f"SELECT hash FROM outbox WHERE stream='sig' AND seq={seq}")[0][0]
    assert isinstance(digest, bytes)
    return digest


def test_a_matching_acknowledgement_settles_everything_up_to_cum(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.scan("K-1", "K-2", "K-3")
    assert rig.ack(2, _hash_at(rig, 2)).verdict.code == "SETTLED"
    assert rig.rows("SELECT seq FROM outbox WHERE stream='sig'") == [(3,)]
    rig.close()
    assert verify(tmp_path).is_ok


def test_an_acknowledgement_lower_than_the_last_changes_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.scan("K-1", "K-2", "K-3")
    first = _hash_at(rig, 1)
    rig.ack(2, _hash_at(rig, 2))
    assert rig.ack(1, first).verdict.code == "ACK_STALE"
    assert rig.rows("SELECT cum FROM stream WHERE stream='sig'") == [(2,)]
    rig.close()


def test_an_acknowledgement_for_an_unknown_epoch_changes_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.scan("K-1")
    outcome = rig.ack(1, _hash_at(rig, 1), epoch="01UNKNOWN0000000000000000X")
    assert outcome.verdict.code == "ACK_UNKNOWN_EPOCH"
    assert rig.rows("SELECT count(*) FROM outbox WHERE stream='sig'") == [(1,)]
    rig.close()


def test_a_wrong_hash_begins_a_new_epoch_and_everything_unsettled_keeps_its_id(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.scan("K-1", "K-2", "K-3")
    rig.ack(1, _hash_at(rig, 1))
    before = rig.store.epoch
    waiting = "FROM outbox o JOIN journal j ON j.seq=o.jseq WHERE o.stream='sig' ORDER BY o.seq"
    ids = rig.rows(f"SELECT j.id {waiting}")
    assert rig.ack(2, bytes(15) + b"x").verdict.code == "EPOCH_CHANGED"
    assert rig.store.epoch != before
    again = rig.rows(f"SELECT o.seq, j.id {waiting}")
    assert again == [(number, row[0]) for number, row in enumerate(ids, 1)]
    rig.scan("K-4")
    rig.close()
    assert verify(tmp_path).findings == []


def test_an_acknowledgement_beyond_our_head_means_we_are_the_older_image(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.scan("K-1")
    assert rig.ack(7, bytes(16)).verdict.code == "EPOCH_CHANGED"
    rig.close()
    assert verify(tmp_path).is_ok


def test_an_empty_acknowledgement_of_a_new_epoch_is_the_resync_answer(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    assert rig.ack(0, ZERO_HASH, stream="mov").verdict.code == "SETTLED"
    rig.close()


def test_settling_waits_for_the_next_commit_but_never_longer_than_a_second(tmp_path: Path) -> None:
    clock = HandClock()
    rig = Rig(tmp_path, clock)
    rig.scan("K-1")
    rig.writer.turn(0.0)
    rig.writer.submit(Acknowledgement(rig.store.epoch, "sig", 1, _hash_at(rig, 1)))
    rig.writer.turn(0.0)
    assert rig.rows("SELECT count(*) FROM outbox WHERE stream='sig'") == [(1,)]
    clock.pass_time(SETTLE_DELAY_MS)
    rig.writer.turn(0.0)
    assert rig.rows("SELECT count(*) FROM outbox WHERE stream='sig'") == [(0,)]
    rig.close()


def test_settlement_rides_on_the_next_scan(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.scan("K-1")
    rig.writer.turn(0.0)
    rig.writer.submit(Acknowledgement(rig.store.epoch, "sig", 1, _hash_at(rig, 1)))
    rig.writer.submit(rig.read("K-2"))
    rig.writer.turn(0.0)
    assert rig.rows("SELECT seq FROM outbox WHERE stream='sig'") == [(2,)]
    rig.close()


def test_an_acknowledgement_never_overtakes_a_snapshot_that_came_before_it(tmp_path: Path) -> None:
    def decide(intake: Intake, view: View) -> Decision:
        if not isinstance(intake, StockSnapshot):
            return toggle(intake, view)
        fits = view.unsettled_moves(intake.as_of) is not None
        return Decision((), Verdict(Status.OK if fits else Status.REFUSED, "STOCK"))

    rig = Rig(tmp_path, decide=decide)
    rig.scan("K-1")
    rig.writer.turn(0.0)
    outcomes: list[Outcome] = []
    rig.writer.submit(StockSnapshot({"sig": (rig.store.epoch, 0)}, ()), outcomes.append)
    rig.writer.submit(Acknowledgement(rig.store.epoch, "sig", 1, _hash_at(rig, 1)))
    rig.writer.turn(0.0)
    assert [outcome.verdict.status for outcome in outcomes] == [Status.OK]
    assert rig.rows("SELECT count(*) FROM outbox WHERE stream='sig'") == [(0,)]
    rig.close()


def test_a_window_never_skips_a_number_and_respects_its_limits(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.scan(*[f"K-{number}" for number in range(10)])
    reader = OutboxReader(rig.store.database)
    window = reader.window("sig", 4, 3, 1_000_000)
    assert window is not None
    assert (window.first, window.last, len(window.events)) == (5, 7, 3)
    small = reader.window("sig", 0, 500, 10)
    assert small is not None
    assert len(small.events) == 1
    assert reader.window("sig", 10, 5, 1000) is None
    reader.close()
    rig.close()
