"""An old image of the whole data directory comes back after the box had gone on working (promise R5).

The witness is part of the image, so nothing on the box can know; the ERP's acknowledgement can.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gateway.model import Acknowledgement, Outcome
from gateway.store.chain import ZERO_HASH
from gateway.store.outbox import OutboxReader, StreamState
from gateway.store.verify import verify
from gateway.store.writer import Request
from tests.store.rig import HandClock, Rig


def _copy(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


def _sig(rig: Rig) -> StreamState:
    reader = OutboxReader(rig.store.database)
    state = reader.streams()["sig"]
    reader.close()
    return state


def _acknowledge(rig: Rig, epoch: str, cum: int, digest: bytes) -> Outcome:
    return rig.writer.step([Request(Acknowledgement(epoch, "sig", cum, digest))])[0]


def _waiting(rig: Rig) -> list[tuple[object, ...]]:
    return rig.rows(
        "SELECT o.seq, j.id, j.body FROM outbox o JOIN journal j ON j.seq=o.jseq WHERE o.stream='sig' ORDER BY o.seq"
    )


@pytest.fixture
def restored(tmp_path: Path) -> tuple[Rig, StreamState]:
    """A box that was restored to an image of before its last two scans, and then worked offline for three.

    With it what the ERP knows: the history that was lost.
    """
    rig = Rig(tmp_path / "data")
    rig.scan("K-1", "K-2")
    settled = _sig(rig)
    _acknowledge(rig, settled.epoch, settled.head, settled.head_hash)
    rig.close()
    _copy(tmp_path / "data", tmp_path / "image")
    rig = Rig(tmp_path / "data")
    rig.scan("K-3", "K-4")
    known_to_the_erp = _sig(rig)
    _acknowledge(rig, known_to_the_erp.epoch, known_to_the_erp.head, known_to_the_erp.head_hash)
    rig.close()
    _copy(tmp_path / "image", tmp_path / "data")
    rig = Rig(tmp_path / "data", HandClock(wall_ms=1_790_003_600_000))
    assert rig.store.notes == []  # database and witness agree: the box cannot know
    rig.scan("K-5", "K-1", "K-6")
    return rig, known_to_the_erp


@pytest.mark.promise("R5")
@pytest.mark.promise("R2")
def test_an_acknowledgement_of_the_lost_history_begins_a_new_epoch(restored: tuple[Rig, StreamState]) -> None:
    rig, erp = restored
    before, ids = rig.store.epoch, [row[1] for row in _waiting(rig)]
    assert _acknowledge(rig, erp.epoch, erp.head, erp.head_hash).verdict.code == "EPOCH_CHANGED"
    assert rig.store.epoch != before
    assert [(row[0], row[1]) for row in _waiting(rig)] == list(enumerate(ids, 1))
    assert any(code == "EPOCH_CHANGED" for code, _ in rig.warnings)
    rig.close()
    assert verify(rig.data_dir).findings == []


def test_a_longer_history_at_the_erp_begins_a_new_epoch_too(restored: tuple[Rig, StreamState]) -> None:
    rig, erp = restored
    assert _acknowledge(rig, erp.epoch, erp.head + 100, erp.head_hash).verdict.code == "EPOCH_CHANGED"
    rig.close()
    assert verify(rig.data_dir).findings == []


def test_nothing_is_settled_by_the_wrong_history(restored: tuple[Rig, StreamState]) -> None:
    rig, erp = restored
    bodies = [row[2] for row in _waiting(rig)]
    _acknowledge(rig, erp.epoch, erp.head, erp.head_hash)
    assert [row[2] for row in _waiting(rig)] == bodies
    assert _acknowledge(rig, erp.epoch, erp.head, erp.head_hash).verdict.code == "ACK_UNKNOWN_EPOCH"
    assert len(_waiting(rig)) == len(bodies)
    rig.close()


def test_in_the_new_epoch_the_same_events_settle_normally(restored: tuple[Rig, StreamState]) -> None:
    rig, erp = restored
    _acknowledge(rig, erp.epoch, erp.head, erp.head_hash)
    assert _acknowledge(rig, rig.store.epoch, 0, ZERO_HASH).verdict.code == "SETTLED"  # the ERP's answer to the birth
    state = _sig(rig)
    assert (state.cum, state.head) == (0, 3)
    assert _acknowledge(rig, state.epoch, state.head, state.head_hash).verdict.code == "SETTLED"
    assert _waiting(rig) == []
    rig.close()
    assert verify(rig.data_dir).findings == []


def test_what_was_settled_before_the_image_is_not_sent_again(restored: tuple[Rig, StreamState]) -> None:
    rig, erp = restored
    _acknowledge(rig, erp.epoch, erp.head, erp.head_hash)
    cards = [str(row[2]) for row in _waiting(rig)]
    assert not any('"K-2"' in body for body in cards)
    rig.close()
