"""Sending again what the ERP had acknowledged: a new epoch, the same ids, nothing else touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.decide import Decider
from gateway.ids import new_id
from gateway.model import Instruction, Intake, Outcome
from gateway.store.outbox import OutboxReader, StreamState
from gateway.store.reader import StoreReader
from gateway.store.rebuild import rebuild
from gateway.store.verify import verify
from gateway.store.writer import Request
from gateway.view import View
from tests.store.rig import HandClock, Rig, toggle

_INSTRUCTED = Decider({})


def decide(intake: Intake, view: View):  # type: ignore[no-untyped-def]
    """Parcels by the rig's rule, instructions by the real one."""
    return _INSTRUCTED(intake, view) if isinstance(intake, Instruction) else toggle(intake, view)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    """Five scans, of which the ERP has acknowledged four."""
    rig = Rig(tmp_path / "data", decide=decide)
    rig.scan("K-1", "K-2", "K-3", "K-4")
    state = sig(rig)
    rig.ack(state.head, state.head_hash)
    rig.scan("K-5")
    return rig


def sig(rig: Rig) -> StreamState:
    reader = OutboxReader(rig.store.database)
    state = reader.streams()["sig"]
    reader.close()
    return state


def waiting(rig: Rig) -> list[tuple[object, ...]]:
    return rig.rows(
        "SELECT o.seq, j.body ->> '$.card' FROM outbox o JOIN journal j ON j.seq=o.jseq WHERE o.stream='sig'"
        " ORDER BY o.seq"
    )


def resend(rig: Rig, first: int) -> Outcome:
    body = {"from_seq": first, "reason": "restored"}
    return rig.writer.step([Request(Instruction(new_id(rig.clock.wall_ms()), "resolve.resend", body, "user:test"))])[0]


@pytest.mark.promise("R2")
def test_what_was_settled_from_a_row_on_waits_again_in_a_new_epoch_under_the_same_ids(rig: Rig) -> None:
    before = sig(rig).epoch
    row = rig.rows("SELECT seq FROM journal WHERE body ->> '$.card'='K-3'")[0][0]
    ids = rig.rows(f"SELECT id FROM journal WHERE seq>={row} AND stream='sig' ORDER BY seq")
    assert resend(rig, int(str(row))).verdict.code == "RESENT"
    state = sig(rig)
    assert state.epoch != before
    assert (state.cum, state.head) == (0, 3)
    assert waiting(rig) == [(1, "K-3"), (2, "K-4"), (3, "K-5")]
    query = "SELECT j.id FROM outbox o JOIN journal j ON j.seq=o.jseq WHERE o.stream='sig' ORDER BY o.seq"
    assert rig.rows(query) == ids


def test_the_store_is_sound_after_it_and_after_a_rebuild(rig: Rig) -> None:
    resend(rig, 1)
    state = sig(rig)
    assert rig.ack(state.head, state.head_hash).verdict.code == "SETTLED"
    rig.close()
    assert verify(rig.data_dir).findings == []
    rebuild(rig.data_dir, HandClock())
    assert verify(rig.data_dir).findings == []


def test_it_survives_being_asked_for_twice(rig: Rig) -> None:
    resend(rig, 1)
    resend(rig, 1)
    assert [card for _, card in waiting(rig)] == ["K-1", "K-2", "K-3", "K-4", "K-5"]
    rig.close()
    assert verify(rig.data_dir).findings == []


@pytest.mark.parametrize(("number", "card"), [(0, "K-1"), (2, "K-3"), (4, "K-5")])
def test_a_stream_and_a_number_name_the_row_that_follows(rig: Rig, number: int, card: str) -> None:
    for _ in range(2):  # the numbers of this epoch, whichever it is
        reader = StoreReader(rig.data_dir)
        row = reader.row_after("sig", number)
        assert reader.row_after("sig", 5) is None
        reader.close()
        assert rig.rows(f"SELECT body ->> '$.card' FROM journal WHERE seq={row}") == [(card,)]
        resend(rig, 1)
    rig.close()
