"""A page of the ERP's feed and its cursor are one commit: both are on disk, or neither."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from gateway.decide import Decider
from gateway.ids import new_id
from gateway.model import Command, Decision, FeedPage, Intake, MasterData, Status
from gateway.store.journal import Journal
from gateway.store.outbox import OutboxReader
from gateway.store.verify import verify
from gateway.store.writer import Request
from gateway.view import View
from tests.store.rig import Rig

_DECIDER = Decider({})


def decide(intake: Intake, view: View) -> Decision:
    if isinstance(intake, Command) and intake.name == "raise":
        raise ZeroDivisionError("a decider that raises")
    return _DECIDER(intake, view)


def command(rig: Rig, name: str = "card_full") -> Command:
    return Command(new_id(rig.clock.wall_ms()), name, {"card": "NOBODY", "cycle": 1})


ITEMS = MasterData("items", 1, "e1", ({"id": "SCREW-A", "name": "Screw", "uom": "PCE"},))


def cursor(rig: Rig) -> object:
    outbox = OutboxReader(rig.store.database)
    try:
        fact = outbox.fact("feed", "erp")
        return fact["cursor"] if fact else None
    finally:
        outbox.close()


def test_a_page_is_taken_part_by_part_and_its_cursor_behind_them(tmp_path: Path) -> None:
    rig = Rig(tmp_path, decide=decide)
    assert cursor(rig) is None
    outcome = rig.writer.step([Request(FeedPage("f7", (ITEMS, command(rig))))])[0]
    assert [verdict.status for verdict in outcome.parts] == [Status.OK, Status.REFUSED]
    kinds = [row[0] for row in rig.rows("SELECT body ->> '$.t' FROM journal ORDER BY seq")][-3:]
    assert kinds == ["masterdata_changed", "command_refused", "feed_read"]
    assert cursor(rig) == "f7"
    outbox = OutboxReader(rig.store.database)
    assert (outbox.master_etag("items"), outbox.master_etag("loops")) == ("e1", "")
    outbox.close()
    rig.close()
    assert verify(tmp_path).is_ok


def test_the_same_page_again_changes_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path, decide=decide)
    page = FeedPage("f7", (ITEMS, command(rig)))
    rig.writer.step([Request(page)])
    before = rig.rows("SELECT count(*) FROM journal")
    outcome = rig.writer.step([Request(page)])[0]
    assert outcome.seqs == ()
    assert rig.rows("SELECT count(*) FROM journal") == before
    rig.close()


def test_a_part_that_raises_is_kept_and_costs_the_others_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path, decide=decide)
    parts = (command(rig), command(rig, "raise"), ITEMS)
    outcome = rig.writer.step([Request(FeedPage("f9", parts))])[0]
    assert [verdict.status for verdict in outcome.parts] == [Status.REFUSED, Status.FAILED, Status.OK]
    assert rig.rows("SELECT body ->> '$.intake' FROM journal WHERE body ->> '$.t'='scan_failed'") == [("Command",)]
    assert cursor(rig) == "f9"
    rig.close()
    assert verify(tmp_path).is_ok


def test_when_the_commit_fails_neither_page_nor_cursor_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(tmp_path, decide=decide)

    def fail(journal: Journal) -> frozenset[str]:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(Journal, "save_heads", fail)
    outcome = rig.writer.step([Request(FeedPage("f7", (ITEMS,)))])[0]
    monkeypatch.undo()
    assert (outcome.verdict.status, outcome.seqs) == (Status.FAILED, ())
    assert cursor(rig) is None
    assert rig.rows("SELECT * FROM dataset") == []
    rig.close()
