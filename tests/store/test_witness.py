"""The head witness: what the write-ahead log may silently have lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.store.connection import DATABASE
from gateway.store.verify import verify
from gateway.store.witness import WITNESS, Witness, read_witness
from tests.store.rig import Rig

ONE, TWO = bytes(15) + b"\1", bytes(15) + b"\2"


def test_the_newest_of_both_slots_is_the_witness(tmp_path: Path) -> None:
    witness = Witness(tmp_path)
    witness.write(1, ONE)
    witness.write(2, TWO)
    assert witness.read() == (2, TWO)
    witness.close()


def test_a_torn_slot_leaves_the_one_before(tmp_path: Path) -> None:
    witness = Witness(tmp_path)
    witness.write(1, ONE)
    witness.write(2, TWO)
    witness.close()
    data = bytearray((tmp_path / WITNESS).read_bytes())
    data[512 + 5] ^= 1
    (tmp_path / WITNESS).write_bytes(data)
    assert read_witness(tmp_path) == (1, ONE)


@pytest.mark.parametrize("content", [b"", b"\0" * 1024, b"1 zz 00000000", b"\xff" * 1024, b"-1 00 00000000\n" * 40])
def test_rubbish_is_no_witness(tmp_path: Path, content: bytes) -> None:
    (tmp_path / WITNESS).write_bytes(content)
    assert read_witness(tmp_path) is None


def test_no_file_is_no_witness(tmp_path: Path) -> None:
    assert read_witness(tmp_path) is None


def _lose_the_log(tmp_path: Path) -> Path:
    """A store whose write-ahead log is gone, although its commits were answered."""
    rig = Rig(tmp_path / "data")
    rig.scan("K-1")
    rig.store.checkpoint(truncate=True)
    rig.scan("K-2", "K-3")
    target = tmp_path / "lost"
    target.mkdir()
    for name in (DATABASE, WITNESS):
        (target / name).write_bytes((rig.data_dir / name).read_bytes())
    rig.close()
    return target


@pytest.mark.promise("R5")
def test_a_lost_tail_is_told_at_start_and_begins_a_new_epoch(tmp_path: Path) -> None:
    lost = _lose_the_log(tmp_path)
    assert verify(lost).findings == ["witness: the journal ends at 2, the witness has seen 4"]
    rig = Rig(lost)
    assert [code for code, _ in rig.store.notes] == ["TAIL_LOST"]
    assert "3 to 4" in rig.store.notes[0][1]
    assert rig.rows("SELECT count(*) FROM journal WHERE body ->> '$.t'='epoch_started'") == [(2,)]
    rig.close()
    assert verify(lost).findings == []


def test_the_sequences_of_a_lost_tail_are_never_given_again(tmp_path: Path) -> None:
    rig = Rig(_lose_the_log(tmp_path))
    assert rig.scan("K-2")[0].seqs == (6,)
    assert rig.rows("SELECT seq FROM journal ORDER BY seq") == [(1,), (2,), (5,), (6,)]
    rig.close()
    assert Rig(rig.data_dir).store.notes == []


def test_another_database_under_the_same_witness_begins_a_new_epoch(tmp_path: Path) -> None:
    first, second = Rig(tmp_path / "one"), Rig(tmp_path / "two")
    first.scan("K-1")
    second.scan("K-1", "K-2")
    first.close()
    second.close()
    (tmp_path / "one" / DATABASE).write_bytes((tmp_path / "two" / DATABASE).read_bytes())
    rig = Rig(tmp_path / "one")
    assert [code for code, _ in rig.store.notes] == ["OTHER_HISTORY"]
    rig.close()
    assert verify(tmp_path / "one").findings == []


def test_a_missing_witness_is_told_and_costs_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.scan("K-1")
    epoch = rig.store.epoch
    rig.close()
    (tmp_path / WITNESS).unlink()
    rig = Rig(tmp_path)
    assert [code for code, _ in rig.store.notes] == ["WITNESS_MISSING"]
    assert rig.store.epoch == epoch
    assert read_witness(tmp_path) is not None
    rig.close()
