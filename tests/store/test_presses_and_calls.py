"""Presses with an identity of their own and calls for help on the real store: batches, restarts, what undo sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.decide import Decider
from gateway.ids import natural_id
from gateway.model import Action, MasterData, Outcome, Scan
from gateway.store.verify import verify
from gateway.store.writer import Request
from tests.store.rig import HandClock, Rig
from tests.store.test_batches import DATASETS, STATIONS


class Floor:
    """A line whose gateway may be restarted."""

    def __init__(self, directory: Path) -> None:
        self.clock = HandClock()
        self.directory = directory
        self.rig = self._start()
        self.rig.writer.step([Request(MasterData(name, 1, "e", tuple(rows))) for name, rows in DATASETS])

    def _start(self) -> Rig:
        return Rig(self.directory, self.clock, Decider(STATIONS))

    def restart(self) -> None:
        self.rig.close()
        self.rig = self._start()

    def press(self, *keys: str, card: str = "PLAIN-0", action: Action = Action.SCAN, call: str = "") -> list[str]:
        """Presses in one batch, by their device's own key ("" has none); the answers' codes."""
        scans = []
        for key in keys:
            read = replace(self.rig.read(card).read, station="USE")
            read = replace(read, id=natural_id("b", key)) if key else read
            scans.append(Scan(read, action, "" if call else card, call=call))
        outcomes: list[Outcome] = self.rig.writer.step([Request(scan) for scan in scans])
        return [outcome.verdict.code for outcome in outcomes]


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    floor = Floor(tmp_path)
    yield floor
    floor.rig.close()
    assert verify(tmp_path).is_ok


@pytest.mark.promise("R2")
def test_the_same_press_twice_in_one_batch_is_one_press(floor: Floor) -> None:
    assert floor.press("k1", "k1") == ["CARD_EMPTIED", "ALREADY_STORED"]


@pytest.mark.promise("R2")
def test_the_same_press_after_a_restart_and_a_day_is_one_press(floor: Floor) -> None:
    assert floor.press("k1") == ["CARD_EMPTIED"]
    floor.restart()
    floor.clock.pass_time(86_400_000)
    seq = floor.rig.rows("SELECT max(seq) FROM journal")
    assert floor.press("k1") == ["ALREADY_STORED"]
    assert floor.rig.rows("SELECT max(seq) FROM journal") == seq


def test_a_refused_press_keeps_its_answer_over_a_restart(floor: Floor) -> None:
    assert floor.press("k1", card="NONE") == ["UNKNOWN_CARD"]
    floor.restart()
    assert floor.press("k1", "k1", card="NONE") == ["UNKNOWN_CARD", "UNKNOWN_CARD"]
    assert len(floor.rig.rows("SELECT 1 FROM journal WHERE body ->> '$.t' = 'scan_refused'")) == 1


@pytest.mark.decision("K12")
@pytest.mark.parametrize("is_restarted", [False, True])
def test_undo_at_a_station_passes_over_calls(floor: Floor, is_restarted: bool) -> None:
    assert floor.press("") == ["CARD_EMPTIED"]
    assert floor.press("", call="maintenance") == ["ANDON_CALLED"]
    if is_restarted:
        floor.restart()
    assert floor.press("", card="", action=Action.UNDO) == ["UNDONE"]


def test_a_call_is_known_over_a_restart_and_can_be_taken_back_then(floor: Floor) -> None:
    assert floor.press("", call="purchasing") == ["ANDON_CALLED"]
    floor.restart()
    assert floor.press("", call="purchasing") == ["ALREADY_CALLED"]
    assert floor.press("", call="purchasing", action=Action.UNDO) == ["ANDON_ENDED"]
    assert floor.rig.rows("SELECT count(*) FROM resolve") == [(0,)]


def test_a_call_waits_for_the_erp_in_the_stream_of_signals(floor: Floor) -> None:
    before = floor.rig.rows("SELECT count(*) FROM outbox WHERE stream='sig'")[0][0]
    floor.press("", "", call="maintenance")
    assert floor.rig.rows("SELECT count(*) FROM outbox WHERE stream='sig'") == [(int(str(before)) + 1,)]
