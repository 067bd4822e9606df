"""What is kept aside from the ERP, in the real store: no outbox row, and found again by an undo and by a retry."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.decide import Decider
from gateway.ids import new_id
from gateway.model import Action, Decision, Instruction, Intake, MasterData, Outcome, Status, Tick
from gateway.stations.station import Station
from gateway.store.verify import verify
from gateway.store.writer import Request
from gateway.view import View
from tests.kanban.floor import LOOP
from tests.store.rig import HandClock, Rig

pytestmark = pytest.mark.decision("K13")


def open_rig(directory: Path, clock: HandClock) -> Rig:
    return Rig(directory, clock, Decider({"S1": Station("S1", "consume", "LINE3")}))


def step(rig: Rig, *intakes: Intake) -> list[Outcome]:
    return rig.writer.step([Request(intake) for intake in intakes])


def switch(rig: Rig, mode: str) -> Outcome:
    body = {"scope": "loop", "name": "LP-1", "mode": mode, "force": True, "reason": "x"}
    return step(rig, Instruction(new_id(rig.clock.wall_ms()), "mode.set", body, "user:test"))[0]


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    rig = open_rig(tmp_path / "data", HandClock())
    cards = tuple({"id": f"C{n}", "loop": "LP-1"} for n in (1, 2))
    step(rig, MasterData("loops", 1, "e", (LOOP,)), MasterData("cards", 1, "e", cards))
    return rig


def waiting(rig: Rig) -> list[str]:
    query = "SELECT body ->> '$.t' FROM outbox JOIN journal ON journal.seq=jseq WHERE outbox.stream IN ('sig','mov')"
    return [str(kind) for (kind,) in rig.rows(query)]


def test_a_switch_and_scans_in_one_batch_are_taken_in_order(rig: Rig) -> None:
    clock = rig.clock
    body = {"scope": "loop", "name": "LP-1", "mode": "shadow"}
    shadow = Instruction(new_id(clock.wall_ms()), "mode.set", body, "user:test")
    step(rig, rig.read("C1"), shadow, rig.read("C2"))
    assert waiting(rig) == ["card_emptied"]
    assert rig.rows("SELECT state FROM card ORDER BY card") == [("EMPTY",), ("EMPTY",)]
    assert rig.rows("SELECT key FROM signal") == [("card/P1/C1/1/empty",)]
    rig.close()
    assert verify(rig.data_dir).is_ok


def test_an_undo_at_the_station_after_a_restart_takes_back_the_act_that_was_kept_aside(rig: Rig) -> None:
    rig.scan("C1")
    switch(rig, "shadow")
    assert isinstance(rig.clock, HandClock)
    rig.clock.pass_time(1000)
    rig.scan("C2")
    rig.close()
    again = open_rig(rig.data_dir, rig.clock)
    undo = replace(again.read(""), action=Action.UNDO)
    assert step(again, undo)[0].verdict.code == "UNDONE"
    assert again.rows("SELECT card,state FROM card ORDER BY card") == [("C1", "EMPTY"), ("C2", "FULL")]
    assert waiting(again) == ["card_emptied"]
    again.close()
    assert verify(rig.data_dir).is_ok


def test_a_read_kept_aside_that_comes_twice_is_stored_and_not_failed(rig: Rig) -> None:
    switch(rig, "shadow")
    read = rig.read("C1")
    assert step(rig, read)[0].verdict.status is Status.OK
    assert step(rig, read)[0].verdict.code == "ALREADY_STORED"
    assert waiting(rig) == []
    rig.close()


def test_the_writer_tells_when_a_minute_began_and_only_then(tmp_path: Path) -> None:
    clock, ticks = HandClock(mono_ms=60_000), []

    def note(intake: Intake, view: View) -> Decision:
        ticks.append(intake)
        return Decider({})(intake, view)

    rig = Rig(tmp_path / "data", clock, note)
    for ms in (0, 30_000, 20_000, 10_000, 120_000):
        clock.pass_time(ms)
        rig.writer.turn(0.0)
    assert [tick.minute for tick in ticks if isinstance(tick, Tick)] == [1, 0, 0, 2, 4]
    rig.close()
