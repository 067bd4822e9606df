"""Every kind of change that nobody made through the writer is a finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.store.connection import DATABASE
from gateway.store.export import verify_export
from gateway.store.reader import StoreReader
from gateway.store.verify import verify
from gateway.store.witness import Witness
from tests.store.rig import Rig


def _filled(data_dir: Path) -> Rig:
    rig = Rig(data_dir)
    rig.scan("K-1", "K-2", "SKIP")
    rig.scan("K-1", "K-3")
    digest = rig.rows("SELECT hash FROM outbox WHERE stream='sig' AND seq=2")[0][0]
    assert isinstance(digest, bytes)
    rig.ack(2, digest)
    return rig


CHANGES = {
    "a body": ("UPDATE journal SET body=replace(body,'SCREW-A','SCREW-B') WHERE seq=2", "journal row 2"),
    "a stream name": ("UPDATE journal SET stream='mov' WHERE seq=2", "journal row 2"),
    "an id": ("UPDATE journal SET id=zeroblob(16) WHERE seq=2", "journal row 2"),
    "a hash": ("UPDATE journal SET hash=zeroblob(16) WHERE seq=3", "journal row 3"),
    "a link to an earlier event": ("UPDATE journal SET prev_cards='1' WHERE seq=5", "links"),
    "a row that is gone": ("DELETE FROM journal WHERE seq=4", "journal row 5"),
    "a card": ("UPDATE card SET cycle=cycle+1 WHERE card='K-1'", "card:"),
    "a card that is gone": ("DELETE FROM card WHERE card='K-1'", "card:"),
    "stock": ("UPDATE stock SET quantity=quantity+1", "stock:"),
    "stock of nothing": ("INSERT INTO stock VALUES('X','Y','','',1,0,0,1)", "stock:"),
    "a signal": ("DELETE FROM signal", "signal:"),
    "an outbox hash": ("UPDATE outbox SET hash=zeroblob(16) WHERE seq=3", "outbox: sig 3"),
    "an outbox row that is gone": ("DELETE FROM outbox WHERE stream='sig' AND seq=3", "outbox: sig"),
    "an outbox row of another event": ("UPDATE outbox SET jseq=2 WHERE stream='sig' AND seq=3", "outbox: sig 3"),
    "a settled number": ("UPDATE stream SET cum=3 WHERE stream='sig'", "outbox: sig"),
    "a settled hash": ("UPDATE stream SET cum_hash=zeroblob(16) WHERE stream='sig'", "outbox: sig 3"),
    "a stream head": ("UPDATE stream SET head=9 WHERE stream='sig'", "stream: sig"),
    "a stream's own name": ("UPDATE stream SET stream='mow' WHERE stream='mov'", "stream: mov"),
    "a stream that is gone": ("DELETE FROM stream WHERE stream='res'", "stream: res"),
    "the epoch": ("UPDATE meta SET value='01OTHER' WHERE name='epoch'", "meta: the epoch is '01OTHER'"),
}


@pytest.mark.promise("R5")
@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_found(tmp_path: Path, what: str) -> None:
    statement, expected = CHANGES[what]
    rig = _filled(tmp_path)
    assert verify(tmp_path).findings == []
    rig.rows(statement)
    findings = verify(tmp_path).findings
    assert any(expected in finding for finding in findings), findings
    rig.close()


def test_events_that_were_stored_without_their_outbox_rows_are_found(tmp_path: Path) -> None:
    rig = _filled(tmp_path)
    rig.rows("DELETE FROM outbox WHERE stream='sig'")
    rig.rows("UPDATE stream SET head=cum, head_hash=cum_hash WHERE stream='sig'")
    assert "stream: sig has 4 events in this epoch, its head says 2" in verify(tmp_path).findings
    rig.close()


def test_verify_counts_events_and_tells_head_and_epoch(tmp_path: Path) -> None:
    rig = _filled(tmp_path)
    report = verify(tmp_path)
    assert (report.is_ok, report.events, report.head, report.epoch) == (True, 6, 6, rig.store.epoch)
    assert report.as_json()["ok"] is True
    rig.close()


def test_verify_works_while_the_writer_has_uncheckpointed_commits(tmp_path: Path) -> None:
    rig = _filled(tmp_path)
    assert rig.store.wal_bytes() > 0
    assert verify(tmp_path).findings == []
    rig.close()


def test_a_witness_that_saw_more_than_the_journal_has_is_a_finding(tmp_path: Path) -> None:
    rig = _filled(tmp_path)
    rig.close()
    witness = Witness(tmp_path)
    witness.write(99, bytes(16))
    witness.close()
    assert verify(tmp_path).findings == ["witness: the journal ends at 6, the witness has seen 99"]


def test_a_witness_of_another_history_is_a_finding(tmp_path: Path) -> None:
    rig = _filled(tmp_path)
    rig.close()
    witness = Witness(tmp_path)
    witness.write(6, bytes(16))
    witness.write(6, bytes(16))
    witness.close()
    assert verify(tmp_path).findings == ["witness: journal row 6 is not the one that the witness has seen"]


def test_a_database_that_cannot_be_read_is_a_finding_and_no_crash(tmp_path: Path) -> None:
    _filled(tmp_path).close()
    data = bytearray((tmp_path / DATABASE).read_bytes())
    data[1024:] = bytes(len(data) - 1024)
    (tmp_path / DATABASE).write_bytes(data)
    assert "malformed" in verify(tmp_path).findings[0]


def test_an_export_proves_itself_and_any_change_in_it_is_found(tmp_path: Path) -> None:
    rig = _filled(tmp_path)
    reader = StoreReader(tmp_path)
    lines = list(reader.export())
    reader.close()
    rig.close()
    report = verify_export(lines)
    assert (report.findings, report.head, report.epoch) == ([], 6, verify(tmp_path).epoch)
    changed = [line.replace(b"SCREW-A", b"SCREW-B") for line in lines]
    assert verify_export(changed).findings == ["line 2: does not agree with the hash chain"]
    assert verify_export(lines[:2] + lines[3:]).findings == ["line 3: does not agree with the hash chain"]
    assert verify_export([b"rubbish\n"]).findings != []
