"""Restoring the tables from the journal, and saving what is sound of a damaged one."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import StoreCorruptError, StoreLockedError
from gateway.store.connection import DATABASE
from gateway.store.rebuild import rebuild
from gateway.store.verify import verify
from tests.store.rig import HandClock, Rig


def _filled(data_dir: Path) -> Rig:
    rig = Rig(data_dir)
    rig.scan("K-1", "K-2", "BAD", "SKIP")
    rig.scan("K-1", "K-3")
    digest = rig.rows("SELECT hash FROM outbox WHERE stream='sig' AND seq=2")[0][0]
    assert isinstance(digest, bytes)
    rig.ack(2, digest)
    return rig


def test_rebuild_restores_every_projection_from_the_journal(tmp_path: Path) -> None:
    rig = _filled(tmp_path)
    before = {table: rig.rows(f"SELECT * FROM {table}") for table in ("card", "stock", "signal")}
    rig.rows("DELETE FROM stock")
    rig.rows("UPDATE card SET state='FULL'")
    rig.rows("UPDATE journal SET prev_cards='99' WHERE seq=2")
    rig.close()
    assert not verify(tmp_path).is_ok
    assert rebuild(tmp_path, HandClock()) == 7
    assert verify(tmp_path).findings == []
    rig = Rig(tmp_path)
    assert {table: rig.rows(f"SELECT * FROM {table}") for table in before} == before
    rig.close()


def test_rebuild_leaves_a_broken_chain_alone_and_says_what_to_do(tmp_path: Path) -> None:
    rig = _filled(tmp_path)
    rig.rows("UPDATE journal SET body=replace(body,'K-2','K-9') WHERE seq=3")
    rig.rows("DELETE FROM stock")
    rig.close()
    with pytest.raises(StoreCorruptError, match=r"row 3.*--salvage"):
        rebuild(tmp_path, HandClock())
    assert any("stock" in finding or "row 3" in finding for finding in verify(tmp_path).findings)


def test_salvage_keeps_the_sound_part_and_sets_the_damaged_store_aside(tmp_path: Path) -> None:
    rig = _filled(tmp_path)
    epoch = rig.store.epoch
    rig.rows("UPDATE journal SET body=replace(body,'K-1','K-9') WHERE seq=6")
    rig.close()
    damaged = (tmp_path / DATABASE).read_bytes()
    assert rebuild(tmp_path, HandClock(), salvage=True) == 5
    (aside,) = tmp_path.glob("set-aside-*")
    assert (aside / DATABASE).read_bytes() == damaged
    assert verify(tmp_path).findings == []
    rig = Rig(tmp_path)
    assert rig.store.epoch != epoch
    assert rig.store.notes == []
    rig.close()


def test_salvage_sends_everything_again_under_the_same_ids(tmp_path: Path) -> None:
    rig = _filled(tmp_path)
    ids = rig.rows("SELECT id FROM journal WHERE stream='sig' AND seq<=5 ORDER BY seq")
    rig.rows("UPDATE journal SET body=replace(body,'K-1','K-9') WHERE seq=6")
    rig.close()
    rebuild(tmp_path, HandClock(), salvage=True)
    rig = Rig(tmp_path)
    waiting = rig.rows("SELECT j.id FROM outbox o JOIN journal j ON j.seq=o.jseq WHERE o.stream='sig' ORDER BY o.seq")
    assert waiting == ids
    rig.close()


def test_salvage_never_gives_the_sequence_of_a_lost_row_again(tmp_path: Path) -> None:
    rig = _filled(tmp_path)
    last = rig.store.journal.seq
    rig.rows("UPDATE journal SET body=replace(body,'K-1','K-9') WHERE seq=6")
    rig.close()
    rebuild(tmp_path, HandClock(), salvage=True)
    rig = Rig(tmp_path)
    new = rig.rows("SELECT seq FROM journal WHERE seq>5")
    assert new == [(last + 1,)]
    assert rig.scan("K-7")[0].seqs == (last + 2,)
    rig.close()
    assert verify(tmp_path).findings == []


def test_a_salvage_that_cannot_read_anything_leaves_the_damaged_store_where_it_is(tmp_path: Path) -> None:
    _filled(tmp_path).close()
    damaged = bytearray((tmp_path / DATABASE).read_bytes())
    damaged[:100] = b"\xff" * 100
    (tmp_path / DATABASE).write_bytes(damaged)
    with pytest.raises(StoreCorruptError, match="does not even tell whose it is"):
        rebuild(tmp_path, HandClock(), salvage=True)
    assert (tmp_path / DATABASE).read_bytes() == damaged


def test_rebuild_waits_for_no_gateway_but_refuses_while_one_runs(tmp_path: Path) -> None:
    rig = _filled(tmp_path)
    with pytest.raises(StoreLockedError, match="stop the other gateway"):
        rebuild(tmp_path, HandClock())
    rig.close()
