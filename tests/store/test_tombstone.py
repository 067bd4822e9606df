"""An event that the ERP cannot read keeps its number and its place in the chain: a tombstone is sent for it."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from firmware_sim.erp.envelope import follow, parse_batch
from gateway.decide import Decider
from gateway.ids import new_id
from gateway.model import Decision, Intake, Scan, Undeliverable
from gateway.store.outbox import OutboxReader
from gateway.store.rebuild import rebuild
from gateway.store.verify import verify
from gateway.store.writer import Request
from gateway.view import View
from sync.envelope import Sender, render_batch
from tests.store.rig import Rig, toggle

_DECIDER = Decider({})


def decide(intake: Intake, view: View) -> Decision:
    return toggle(intake, view) if isinstance(intake, Scan) else _DECIDER(intake, view)


def drop(rig: Rig, read_id: str, code: str = "HTTP_400") -> str:
    outcome = rig.writer.step([Request(Undeliverable(read_id, code, "cannot be read"))])[0]
    return outcome.verdict.code


def scan(rig: Rig, *cards: str) -> list[str]:
    reads = [rig.read(card) for card in cards]
    rig.writer.step([Request(read) for read in reads])
    return [read.read.id for read in reads]


@pytest.mark.promise("R3")
def test_a_tombstone_has_the_numbers_the_reason_the_reference_and_the_hash_behind_the_event(tmp_path: Path) -> None:
    rig = Rig(tmp_path, decide=decide)
    ids = scan(rig, "A", "B", "C")
    before = rig.rows("SELECT hash FROM outbox WHERE stream='sig' ORDER BY seq")
    assert drop(rig, ids[1]) == "DROPPED"
    outbox = OutboxReader(rig.store.database)
    window = outbox.window("sig", 0, 10, 100_000)
    assert window is not None
    events = [orjson.loads(event) for event in window.events]
    assert [event["t"] for event in events] == ["card_emptied", "dropped", "card_emptied"]
    digest = before[1][0]
    assert isinstance(digest, bytes)
    assert events[1] == {
        "s": 2, "t": "dropped", "from": 2, "to": 2, "why": "cannot be read", "code": "HTTP_400", "ref": ids[1],
        "h": digest.hex(),
    }  # fmt: skip
    assert rig.rows("SELECT hash FROM outbox WHERE stream='sig' ORDER BY seq") == before
    outbox.close()
    rig.close()


def test_the_other_side_follows_the_chain_over_a_tombstone_to_our_hash(tmp_path: Path) -> None:
    rig = Rig(tmp_path, decide=decide)
    ids = scan(rig, "A", "B", "C", "D")
    drop(rig, ids[0])
    drop(rig, ids[2])
    outbox = OutboxReader(rig.store.database)
    state, window = outbox.streams()["sig"], outbox.window("sig", 0, 10, 100_000)
    assert window is not None
    batch = parse_batch(render_batch(Sender("prod", "G1", "b"), state, window))
    entries = follow(batch, 0, bytes(16))
    assert entries is not None
    assert len(entries) == 4
    outbox.close()
    rig.close()


def test_a_dropped_event_stays_in_the_journal_with_a_task_and_everything_still_adds_up(tmp_path: Path) -> None:
    rig = Rig(tmp_path, decide=decide)
    ids = scan(rig, "A", "B")
    drop(rig, ids[1])
    assert drop(rig, ids[1]) == "DROPPED_ALREADY"
    assert rig.rows("SELECT id, kind, card, station FROM resolve") == [(f"dropped/{ids[1]}", "dropped", "B", "S1")]
    rig.close()
    assert verify(tmp_path).is_ok
    rebuild(tmp_path, rig.clock)
    assert verify(tmp_path).is_ok
    outbox = OutboxReader(rig.store.database)
    window = outbox.window("sig", 1, 10, 100_000)
    assert window is not None
    assert orjson.loads(window.events[0])["t"] == "dropped"
    outbox.close()


def test_in_a_new_epoch_the_same_event_is_a_tombstone_under_its_new_number(tmp_path: Path) -> None:
    rig = Rig(tmp_path, decide=decide)
    ids = scan(rig, "A", "B", "C")
    drop(rig, ids[1])
    rig.ack(1, rig.rows("SELECT hash FROM outbox WHERE stream='sig' AND seq=1")[0][0])  # type: ignore[arg-type]
    rig.ack(2, bytes(16))  # the ERP remembers something else
    outbox = OutboxReader(rig.store.database)
    window = outbox.window("sig", 0, 10, 100_000)
    assert window is not None
    first = orjson.loads(window.events[0])
    assert (first["t"], first["s"], first["from"], first["ref"]) == ("dropped", 1, 1, ids[1])
    outbox.close()
    rig.close()


def test_what_is_not_ours_is_not_dropped(tmp_path: Path) -> None:
    rig = Rig(tmp_path, decide=decide)
    assert drop(rig, new_id(rig.clock.wall_ms())) == "UNKNOWN_EVENT"
    assert rig.rows("SELECT * FROM fact") == []
    rig.close()
