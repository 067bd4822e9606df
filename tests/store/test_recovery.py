"""What a start finds, and what a disk that fails for a moment costs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import StoreCorruptError, StoreError
from gateway.model import Outcome, Status
from gateway.store.connection import DATABASE
from gateway.store.store import Store
from gateway.store.verify import verify
from gateway.store.writer import HEAL_INTERVAL_MS, Condition, Request
from tests.store.rig import HandClock, Rig


def _crash(rig: Rig, target: Path) -> Path:
    """The data directory as a killed process leaves it: the last commits only in the write-ahead log."""
    target.mkdir()
    for path in rig.data_dir.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    rig.close()
    return target


def _fail_after_commit(rig: Rig) -> None:
    """Let the next commit reach the disk and then report an I/O error, as a failing fsync may."""
    committer = rig.writer._committer
    real: Callable[..., Any] = committer.commit

    def fail_once(intakes: Any) -> Any:
        committer.commit = real  # type: ignore[method-assign]
        real(intakes)
        raise sqlite3.OperationalError("disk I/O error")

    committer.commit = fail_once  # type: ignore[method-assign]


def test_a_killed_gateway_finds_everything_it_had_answered(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "data")
    rig.scan("K-1", "K-2")
    again = Rig(_crash(rig, tmp_path / "crashed"))
    assert again.store.notes == []
    assert again.rows("SELECT card FROM card ORDER BY card") == [("K-1",), ("K-2",)]
    assert again.scan("K-1")[0].verdict.code == "CARD_FILLED"
    again.close()
    assert verify(again.data_dir).findings == []


def test_a_start_leaves_nothing_in_the_write_ahead_log_before_the_first_green(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "data")
    rig.scan("K-1")
    crashed = _crash(rig, tmp_path / "crashed")
    assert (crashed / f"{DATABASE}-wal").stat().st_size > 0
    again = Rig(crashed)
    assert again.store.wal_bytes() == 0
    again.close()


def test_the_epoch_and_the_sequences_go_on_after_a_restart(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    first = rig.scan("K-1")[0].seqs
    epoch = rig.store.epoch
    rig.close()
    rig = Rig(tmp_path)
    assert rig.store.epoch == epoch
    assert rig.scan("K-2")[0].seqs == (first[0] + 1,)
    assert rig.rows("SELECT seq FROM outbox WHERE stream='sig'") == [(1,), (2,)]
    rig.close()


def test_a_commit_that_failed_but_survived_is_answered_once_and_stored_once(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    _fail_after_commit(rig)
    (outcome,) = rig.scan("K-1")
    assert outcome.verdict.is_good
    assert rig.rows("SELECT count(*) FROM journal WHERE stream='sig'") == [(1,)]
    assert rig.rows("SELECT state FROM card") == [("EMPTY",)]
    rig.close()
    assert verify(tmp_path).findings == []


def test_a_refused_scan_whose_failed_commit_survived_is_not_answered_green(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    _fail_after_commit(rig)
    (outcome,) = rig.scan("SKIP")
    assert not outcome.verdict.is_good
    rig.close()


def test_a_raising_scan_whose_failed_commit_survived_does_not_turn_its_whole_batch_red(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    _fail_after_commit(rig)
    good, bad = rig.scan("K-1", "BAD")
    assert good.verdict.is_good
    assert bad.verdict.status is Status.FAILED
    assert rig.rows("SELECT count(*) FROM journal WHERE body ->> '$.t'='scan_failed'") == [(1,)]
    rig.close()
    assert verify(tmp_path).findings == []


def test_an_error_text_that_is_no_unicode_does_not_stop_the_writer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL", "gateway.store.commit")  # a report with such a text in it cannot be sent by xdist

    def decide(intake: object, view: object) -> Any:
        raise ValueError("\udce4 is not a card")

    rig = Rig(tmp_path, decide=decide)
    assert rig.scan("K-1")[0].verdict.code == "INTERNAL"
    rig.close()
    assert verify(tmp_path).findings == []


def test_a_broken_disk_is_red_and_heals_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = HandClock()
    rig = Rig(tmp_path, clock)
    told: list[Outcome] = []
    with monkeypatch.context() as broken:
        broken.setattr(Store, "open", _fail_to_open)
        _fail_after_commit(rig)
        rig.writer.step([Request(rig.read("K-1"), told.append)])
        clock.pass_time(HEAL_INTERVAL_MS)
        rig.writer.step([Request(rig.read("K-1"), told.append)])
        assert rig.writer.condition is Condition.BROKEN
    assert [outcome.verdict.code for outcome in told] == ["STORE_BROKEN", "STORE_BROKEN"]
    assert all("scan again" in outcome.verdict.text for outcome in told)
    clock.pass_time(HEAL_INTERVAL_MS)
    rig.writer.turn(0.0)
    assert rig.scan("K-1")[0].verdict.is_good
    rig.close()
    assert verify(tmp_path).findings == []


def test_a_disk_that_can_only_be_read_does_not_count_as_healed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = HandClock()
    rig = Rig(tmp_path, clock)
    really_open = Store.open

    def open_readable(store: Store) -> None:
        really_open(store)
        store.connection.execute("PRAGMA query_only=1")

    with monkeypatch.context() as broken:
        broken.setattr(Store, "open", open_readable)
        _fail_after_commit(rig)
        rig.scan("K-1")
        clock.pass_time(HEAL_INTERVAL_MS)
        rig.writer.turn(0.0)
        assert rig.writer.condition is Condition.BROKEN
    clock.pass_time(HEAL_INTERVAL_MS)
    rig.writer.turn(0.0)
    assert rig.scan("K-1")[0].verdict.is_good
    rig.close()


def _fail_to_open(store: Store) -> None:
    raise StoreError("the disk does not answer")


def test_a_damaged_journal_row_near_the_end_refuses_the_start(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.scan("K-1", "K-2")
    rig.rows("UPDATE journal SET body=replace(body,'K-2','K-3') WHERE seq=3")
    rig.close()
    with pytest.raises(StoreCorruptError, match=r"journal row 3 .*rebuild --salvage"):
        Rig(tmp_path)


def test_a_file_that_is_no_database_refuses_the_start_and_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"not a database, but somebody may need it" * 100)
    before = (tmp_path / DATABASE).read_bytes()
    with pytest.raises(StoreError, match=r"cannot open the store|damaged"):
        Rig(tmp_path)
    assert (tmp_path / DATABASE).read_bytes() == before


def test_text_that_turned_into_null_is_told_as_damage(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.scan("K-1")
    rig.close()
    connection = sqlite3.connect(tmp_path / DATABASE, isolation_level=None)
    connection.execute("PRAGMA writable_schema=ON")
    connection.execute("UPDATE sqlite_master SET sql=replace(sql,'body TEXT NOT NULL','body TEXT')")
    connection.close()
    connection = sqlite3.connect(tmp_path / DATABASE, isolation_level=None)
    connection.execute("UPDATE journal SET body=NULL WHERE seq=2")
    connection.close()
    assert any("journal row 2" in finding for finding in verify(tmp_path).findings)
    with pytest.raises(StoreCorruptError, match="damaged"):
        Rig(tmp_path)
