"""Power cuts at every point of the real writer's work (figure F1); see powerloss.py for the model."""

from __future__ import annotations

from random import Random

import pytest

from tests.faults.disk_model import Disk
from tests.faults.powerloss import attempt, model_error, record
from tests.faults.strace_log import Call, Op

STATES_PER_SEED = 5200


@pytest.mark.slow
@pytest.mark.promise("R1")
@pytest.mark.promise("R2")
@pytest.mark.figure("F1")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [11, 12, 13, 14])
def test_no_power_cut_loses_or_doubles_what_was_answered(seed: int) -> None:
    tally = attempt(seed, STATES_PER_SEED)
    print(tally)
    assert tally.broken == 0, tally
    assert tally.tried == STATES_PER_SEED
    assert tally.counts["answers"] > 50


def test_the_model_ends_where_the_real_disk_ended() -> None:
    recording = record(5, lives=((), ("exit",)), commits=4)
    assert model_error(recording) == ""
    assert len(recording.calls) > 100


def _disk(*calls: Call) -> Disk:
    disk = Disk()
    for call in calls:
        disk.apply(call)
    return disk


_NEW = (Call(Op.CREATE, "f"), Call(Op.WRITE, "f", 0, b"old"), Call(Op.SYNC, "f"))


def test_an_unsynced_write_may_be_there_or_not() -> None:
    disk = _disk(*_NEW, Call(Op.WRITE, "f", 0, b"new"))
    assert (disk.only_certain(), disk.everything()) == ({"f": b"old"}, {"f": b"new"})
    assert {disk.something(Random(seed))["f"] for seed in range(40)} == {b"old", b"new"}


def test_a_write_may_be_torn_at_a_sector_and_nowhere_else() -> None:
    disk = _disk(Call(Op.CREATE, "f"), Call(Op.WRITE, "f", 0, b"a" * 1024), Call(Op.SYNC, "f"))
    disk.apply(Call(Op.WRITE, "f", 0, b"b" * 1024))
    seen = {disk.something(Random(seed))["f"] for seed in range(80)}
    a, b = b"a" * 512, b"b" * 512
    assert seen == {a + a, a + b, b + a, b + b}


def test_what_was_pending_when_a_sync_failed_stays_in_doubt_after_one_that_succeeds() -> None:
    disk = _disk(*_NEW, Call(Op.WRITE, "f", 0, b"new"), Call(Op.SYNC, "f", failed=True), Call(Op.SYNC, "f"))
    assert disk.only_certain() == {"f": b"old"}
    disk.apply(Call(Op.WRITE, "f", 0, b"own"))
    disk.apply(Call(Op.SYNC, "f"))
    assert disk.only_certain() == {"f": b"own"}


def test_a_new_file_is_certain_after_its_first_sync_and_a_removed_one_after_its_successors() -> None:
    disk = _disk(Call(Op.CREATE, "f"), Call(Op.WRITE, "f", 0, b"x"))
    assert disk.only_certain() == {}
    disk = _disk(*_NEW, Call(Op.UNLINK, "f"))
    assert (disk.only_certain(), disk.everything()) == ({"f": b"old"}, {})
    disk.apply(Call(Op.SYNC, ""))
    assert disk.only_certain() == {}
